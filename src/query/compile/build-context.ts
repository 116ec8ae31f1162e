import {
  type FieldNode,
  type GraphQLObjectType,
  getArgumentValues,
  getNamedType,
  isObjectType,
} from 'graphql';
import { scalarType } from '../../model/scalars.ts';
import type { Args } from '../read/make-plan.ts';
import type { RequestScope } from '../request-scope.ts';
import type { SqlType } from '../sql/sql-type.ts';
import type { SelectionContext } from './collect-fields.ts';

/** What the pieces of one compilation share. `marks` is what they note of the answer's text on the way. */
export interface BuildContext extends SelectionContext {
  readonly scope: RequestScope;
  readonly marks: AnswerMarks;
}

/** Where PostgreSQL's JSON may differ from JavaScript's in form (not in meaning), so that the text has to be looked at. */
export interface AnswerMarks {
  /** JSON columns: spacing, order of keys, forms of numbers. */
  json: boolean;
  /** Floats: PostgreSQL writes exponents sooner, and knows -0, NaN and infinity. */
  floats: boolean;
}

/** Notes what a value of this type may do to the text. */
export function noteType(context: BuildContext, type: SqlType): void {
  if (type.scalar?.prisma === 'Json') context.marks.json = true;
  if (type.scalar && scalarType('Float')?.filter === type.scalar.filter) context.marks.floats = true;
}

/** The arguments of a selected field as graphql-js coerces them. @throws GraphQLError */
export function argumentsOf(context: BuildContext, type: GraphQLObjectType, node: FieldNode): Args {
  return getArgumentValues(fieldOf(type, node), node, context.variableValues);
}

export function fieldOf(type: GraphQLObjectType, node: FieldNode) {
  const field = type.getFields()[node.name.value];
  if (!field) throw new Error(`${type.name} has no field ${node.name.value}`);
  return field;
}

/** The object type that a field answers, lists and non-null taken off. */
export function objectTypeOf(type: GraphQLObjectType, node: FieldNode): GraphQLObjectType {
  const named = getNamedType(fieldOf(type, node).type);
  if (!isObjectType(named)) throw new Error(`${type.name}.${node.name.value} is no object`);
  return named;
}

/** The only node whose arguments count: validation has seen to it that all occurrences agree. */
export function firstOf(nodes: readonly FieldNode[]): FieldNode {
  const [node] = nodes;
  if (!node) throw new Error('A response key without a field');
  return node;
}
