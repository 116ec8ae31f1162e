import { type FieldNode, type GraphQLObjectType, isNonNullType, Kind } from 'graphql';
import { decidedWithoutRow } from '../../access/decide.ts';
import { toByteText } from '../../kit/byte-text.ts';
import type { Entity } from '../../model/app-model.ts';
import { type Expr, THIS } from '../../model/expr.ts';
import type { Args } from '../read/make-plan.ts';
import { statementEnv } from '../read/run-statement.ts';
import type { RequestScope } from '../request-scope.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { idColumn } from '../sql/row-path.ts';
import { allOf, ident, join, quoteIdent, raw, type Sql, sql, textOf } from '../sql/sql.ts';
import { type RowInScope, type SqlEnv, tableAs } from '../sql/sql-env.ts';
import { InputReader } from '../write/plan/input-reader.ts';
import { refuseHopeless } from '../write/roots/refuse-hopeless.ts';
import type { Writer } from '../write/run/column-cells.ts';
import { denied } from '../write/run/write-run.ts';
import type { CreatePlan, UpdatePlan } from '../write/write-plan.ts';
import { argumentsOf, type BuildContext, firstOf, objectTypeOf } from './build-context.ts';
import { type BuiltStatement, type CompilableOperation, numbered } from './build-statement.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { entityMembers } from './entity-members.ts';
import { FromLevel } from './from-level.ts';
import { objectText } from './json-text.ts';
import type { MadeValues } from './request-shape.ts';

/** The written row, in the statement that writes it. */
const WRITTEN = 'plinth_written';

/** One mutation that writes one row, for one viewer and one set of variables. */
export interface WriteAsk {
  readonly operation: CompilableOperation;
  readonly entity: Entity;
  readonly scope: RequestScope;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly made: MadeValues | undefined;
}

/**
 * Makes the statement of the ask that it came from, or of a trial of it, for which nothing is validated. Undefined where one
 * statement would not come to the same as writing step by step.
 * @throws ViewerError as writing step by step would, also where no row could be written by this viewer
 */
export type BuildWrite = (trial?: WriteAsk) => BuiltStatement | undefined;

/** The mutation's only field. */
export interface WriteRoot {
  readonly context: BuildContext;
  readonly mutation: GraphQLObjectType;
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly args: Args;
}

export function rootOf({
  operation: { schema, operation, fragments },
  scope,
  variables,
}: WriteAsk): WriteRoot {
  const mutation = schema.getMutationType();
  if (!mutation) throw new Error('The schema has no mutations');
  const marks = { json: false, floats: false };
  const context: BuildContext = { schema, fragments, variableValues: { ...variables }, scope, marks };
  const [found] = collectFields(context, mutation, [operation.selectionSet]);
  if (!found) throw new Error('A mutation without a field');
  const [key, nodes] = found;
  return { context, mutation, key, nodes, args: argumentsOf(context, mutation, firstOf(nodes)) };
}

/** Makes the plan of an `input`; undefined where the reader has found fault with it. */
type MakePlan<Plan> = (
  reader: InputReader,
  entity: Entity,
  path: readonly ['input'],
  input: unknown,
) => Plan | undefined;

/**
 * Reads and validates the input, as writing step by step does, and leaves the statement to `build`.
 * @throws ViewerError for the input
 */
export function compiledInput<Plan extends CreatePlan | UpdatePlan>(
  ask: WriteAsk,
  make: MakePlan<Plan>,
  build: (ask: WriteAsk, plan: Plan | undefined) => BuiltStatement | undefined,
): BuildWrite | undefined {
  const { maxListLength, maxInputLength = maxListLength } = ask.scope.limits;
  const read = (of: WriteAsk) => {
    const reader = new InputReader(of.scope.app, maxInputLength);
    return { plan: make(reader, of.entity, ['input'], inputOf(of)), reader };
  };
  const { plan, reader } = read(ask);
  reader.finish();
  if (!plan) return undefined;
  return (trial) => {
    if (trial) return build(trial, read(trial).plan);
    // Not for every request: whether a rule can hold is the same for all of a shape, which share what is built here.
    refuseHopeless(ask.scope, plan);
    return build(ask, plan);
  };
}

/** The argument `input`. Most often it is one variable, and those have been coerced. */
function inputOf(ask: WriteAsk): unknown {
  const [node] = ask.operation.operation.selectionSet.selections;
  const given =
    node?.kind === Kind.FIELD && node.arguments?.find(({ name }) => name.value === 'input')?.value;
  const value = given && given.kind === Kind.VARIABLE ? ask.variables[given.name.value] : undefined;
  return value ?? rootOf(ask).args.input;
}

export const writerOf = (scope: RequestScope): Writer => ({ scope, denied: (what) => denied(scope, what) });

/** The rules that a row has to pass as it is stored, and before that as well where it is updated. */
export function rulesToWrite(scope: RequestScope, plan: CreatePlan | UpdatePlan): readonly Expr[] {
  const ofFields = [...new Set(plan.given)].map((name) => scope.fieldRule(plan.entity, name, 'write'));
  return [scope.rowRule(plan.entity, plan.kind), ...ofFields.filter((rule) => rule !== undefined)];
}

/** A statement that writes one row, and what has to be so for it to come to the same as writing step by step. */
export interface RowWrite {
  /**
   * INSERT, UPDATE or DELETE without RETURNING. `isAlone`: neither rules nor answer look at anything but the row.
   */
  write(env: SqlEnv, isAlone: boolean): Sql;
  /** About the row as written. Where one does not hold, nothing is stored. */
  readonly rules: readonly Expr[];
  /** About anything else, as it was before. */
  conditions(env: SqlEnv): readonly Sql[];
  /** Whether the writer may not be able to read the row as it is written. */
  readonly mayHide: boolean;
  /** Tables of which the statement sees what was in them before, which is not what step by step would find. */
  readonly outdated: ReadonlySet<string>;
}

/**
 * One statement that writes a row, asks its rules about it, and answers it: where a rule does not hold it fails, and so
 * nothing is stored. It sees tables as they were before. So it is not made (undefined) where rules or the answer look at one
 * that is otherwise by then.
 */
export function writtenAndAnswered(
  ask: WriteAsk,
  root: WriteRoot,
  how: RowWrite,
): BuiltStatement | undefined {
  const { scope, entity } = ask;
  const { context, mutation, key, nodes } = root;
  const env = statementEnv(scope);
  const row: RowInScope = { alias: env.namer.next(entity.singular), entity };
  const inside = env.with(THIS, row);
  const level = new FromLevel();
  const type = objectTypeOf(mutation, firstOf(nodes));
  const text = objectText(
    entityMembers(context, type, nodes, { entity, row, env: inside, level, isOnly: false }),
  );
  const answerable =
    how.mayHide && leadsOn(context, type, nodes, entity) ? [scope.rowRule(entity, 'read')] : [];
  const rules = [...how.rules, ...answerable].filter(needsRow).map((rule) => isTrue(rule, inside));
  const from = level.from(raw(`${quoteIdent(WRITTEN)} AS ${quoteIdent(row.alias)}`));
  if (mentions(join([text, ...rules, from]), how.outdated)) return undefined;
  const conditions = [...rules, ...how.conditions(env)];
  // What JSON cannot hold has to be refused before the row is stored; the same letters in a string cost a second try.
  if (context.marks.floats) conditions.push(sql`(${text}) !~ 'NaN|Infinity'`);
  const answer = sql`SELECT ${orFail(text, conditions, row)} AS "r0" FROM ${from}`;
  const write = how.write(env, !looksElsewhere(join([text, ...conditions, level.from(raw(''))])));
  const statement = numbered(sql`WITH ${ident(WRITTEN)} AS (${write} RETURNING *) ${answer}`);
  return { ...statement, members: [{ key: toByteText(key), column: 'r0' }], marks: context.marks };
}

/** Whether a rule takes a row to hold. */
export const needsRow = (rule: Expr): boolean => decidedWithoutRow(rule) !== true;

export const isTrue = (rule: Expr, inside: SqlEnv): Sql => sql`(${exprToSql(rule, inside)}) IS TRUE`;

/**
 * Whether the answer follows a relation that is never null for who reads the row. Its writer need not be able to, and the
 * resolvers say so.
 */
export function leadsOn(
  context: BuildContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  entity: Entity,
): boolean {
  const { app } = context.scope;
  return [...collectFields(context, type, selectionsOf(nodes)).values()].some(([first]) => {
    const field = first && entity.fieldByName.get(first.name.value);
    if (field?.kind !== 'relation' || field.many) return false;
    const target = app.entityByName.get(field.target);
    const isOpen = target && !needsRow(context.scope.rowRule(target, 'read'));
    return !isOpen && isNonNullType(type.getFields()[field.name]?.type);
  });
}

/** The text where all conditions hold. Else a text that is no number is taken for one, which PostgreSQL refuses. */
export function orFail(text: Sql, conditions: readonly Sql[], row: RowInScope): Sql {
  if (conditions.length === 0) return text;
  return sql`CASE WHEN ${allOf(conditions)} THEN ${text} ELSE ('denied ' || ${idColumn(row)}::text)::int4::text END`;
}

/** Whether the SQL reads one of the tables. Text in it comes from the model alone, so this errs to the safe side only. */
export function mentions(piece: Sql, tables: ReadonlySet<string>): boolean {
  const text = textOf(piece);
  return [...tables].some((table) => text.includes(`${quoteIdent(table)} AS `));
}

/** Whether the SQL reads any table; errs to the safe side, too. */
export function looksElsewhere(piece: Sql): boolean {
  return /\b(FROM|JOIN) /.test(textOf(piece));
}

/**
 * That the row is still what the statement began with. A statement that had to wait for another's lock goes on with the row
 * that the other left, but with all other tables as they were before, which could be a mixture that never was: a member has
 * been removed, and the row was handed on in the same transaction. Written step by step, the rules are asked after the lock.
 */
export function isUnchanged(row: RowInScope, id: Sql, env: SqlEnv): Sql {
  const seen = { alias: env.namer.next('seen'), entity: row.entity };
  const version = ({ alias }: RowInScope): Sql => raw(`${quoteIdent(alias)}.xmin`);
  return sql`${version(row)} = (SELECT ${version(seen)} FROM ${raw(tableAs(seen.entity, seen.alias))} WHERE ${idColumn(seen)} = ${id})`;
}
