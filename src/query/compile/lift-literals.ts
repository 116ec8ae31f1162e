import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isNonNullType,
  isScalarType,
  Kind,
  type ListValueNode,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { KINDS } from './slots.ts';

/** The text of a document with its strings and whole numbers taken out. */
export interface SplitText {
  /** The same for all texts that differ in these literals alone. */
  readonly key: string;
  /** As they were written, strings with their quotes. */
  readonly literals: readonly string[];
  /** Where each begins. */
  readonly starts: readonly number[];
}

/** To make and to validate a document of hundreds of variables takes longer than what is saved. */
const MOST_LITERALS = 64;

/** Names, so that digits in them are none of ours; strings with escapes that JSON has as well; numbers; what is left alone. */
const TOKEN = /[_A-Za-z]\w*|"""|"(?:[^"\\\p{Cc}]|\\["\\/bfnrt])*"|-?\d[\w.+-]*|["#]/gu;
const WHOLE = /^(?:0|-?[1-9]\d*)$/;

/**
 * Takes the literals out of a text that may be no GraphQL at all. Undefined where there are none, or very many, or where telling
 * them from the rest would take more than a look: with comments, block strings, unusual escapes.
 */
export function splitText(text: string): SplitText | undefined {
  if (!text.isWellFormed()) return undefined;
  const literals: string[] = [];
  const starts: number[] = [];
  let key = '';
  let end = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const [first] = token;
    if (first === '#' || token === '"' || token === '"""') return undefined;
    const isString = first === '"';
    if (!isString && !WHOLE.test(token)) continue;
    key += text.slice(end, index) + (isString ? '"' : '#');
    end = index + token.length;
    if (literals.length === MOST_LITERALS) return undefined;
    literals.push(token);
    starts.push(index);
  }
  if (literals.length === 0) return undefined;
  return { key: key + text.slice(end), literals, starts };
}

/** A variable that stands for a literal, or for a list of them. */
export interface LiftedVariable {
  readonly name: string;
  /** The first of its literals, and how many there are; no number where it is no list. */
  readonly at: number;
  readonly length: number | undefined;
  /** Whether whole numbers are sent as such; an ID is text. */
  readonly isNumber: boolean;
}

/** A document with variables in place of literals. */
export interface LiftedDocument {
  readonly text: string;
  readonly document: DocumentNode;
  readonly variables: readonly LiftedVariable[];
}

const PREFIX = 'literal_';

/**
 * Puts a variable in the place of each literal in an argument whose scalar reads it from a variable as it does from a literal. The
 * others stay. Undefined where nothing can be lifted, or where the result would not be valid: two fields of one name may have the
 * same literal, and not two variables.
 * @param document one that is valid, as `text` was parsed
 */
export function liftLiterals(
  schema: GraphQLSchema,
  document: DocumentNode,
  { starts }: SplitText,
): LiftedDocument | undefined {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [operation, ...others] = operations;
  if (!operation || others.length > 0) return undefined;
  if (operation.variableDefinitions?.some(({ variable }) => variable.name.value.startsWith(PREFIX)))
    return undefined;
  const lifting = new Lifting(new Map(starts.map((start, at) => [start, at])));
  const typeInfo = new TypeInfo(schema);
  const lift = (node: ValueNode) => lifting.lift(node, typeInfo.getInputType());
  const body = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition: () => false,
      Directive: () => false,
      IntValue: lift,
      StringValue: lift,
      ListValue: lift,
    }),
  );
  const { variables } = lifting;
  if (variables.length === 0) return undefined;
  const lifted = declare(body, lifting.definitions);
  if (validate(schema, lifted, undefined, { maxErrors: 1 }).length > 0) return undefined;
  // Without the places of its nodes, which hold the text that it was made of, and all of its tokens.
  const text = print(lifted);
  return { text, document: parse(text, { noLocation: true }), variables };
}

class Lifting {
  readonly variables: LiftedVariable[] = [];
  readonly definitions: VariableDefinitionNode[] = [];
  readonly #places: ReadonlyMap<number, number>;

  /** @param places numbers of the literals, by where they begin */
  constructor(places: ReadonlyMap<number, number>) {
    this.#places = places;
  }

  /** Undefined where the node stays. @param given the type of its place; for a list that of its items, as graphql-js tells it */
  lift(node: ValueNode, given: GraphQLInputType | null | undefined): VariableNode | undefined {
    if (!given) return undefined;
    const type = nullable(given);
    return node.kind === Kind.LIST ? this.#liftList(node, type) : this.#liftOne(node, type);
  }

  #liftOne(node: ValueNode, type: GraphQLInputType): VariableNode | undefined {
    const at = this.#placeOf(node, type);
    return at === undefined ? undefined : this.#add(`${type}!`, { at, length: undefined }, type);
  }

  /** However long it is, it is one value then. */
  #liftList({ values }: ListValueNode, item: GraphQLInputType): VariableNode | undefined {
    const places = values.map((value) => this.#placeOf(value, item));
    const [at] = places;
    if (at === undefined || places.includes(undefined)) return undefined;
    return this.#add(`[${item}!]!`, { at, length: places.length }, item);
  }

  #placeOf({ kind, loc }: ValueNode, type: GraphQLInputType): number | undefined {
    if (!isScalarType(type) || !KINDS.has(type.name) || !loc) return undefined;
    // Other scalars read a whole number from a literal in ways of their own.
    const fits = kind === Kind.STRING ? type.name !== 'Int' : type.name === 'Int' || type.name === 'ID';
    return (kind === Kind.STRING || kind === Kind.INT) && fits ? this.#places.get(loc.start) : undefined;
  }

  #add(type: string, place: Pick<LiftedVariable, 'at' | 'length'>, scalar: GraphQLInputType): VariableNode {
    const name = `${PREFIX}${this.variables.length}`;
    const variable: VariableNode = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
    this.variables.push({ name, ...place, isNumber: String(scalar) === 'Int' });
    this.definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(type) });
    return variable;
  }
}

const nullable = (type: GraphQLInputType): GraphQLInputType => (isNonNullType(type) ? type.ofType : type);

function declare(document: DocumentNode, added: readonly VariableDefinitionNode[]): DocumentNode {
  return visit(document, {
    OperationDefinition: (node): OperationDefinitionNode => ({
      ...node,
      variableDefinitions: [...(node.variableDefinitions ?? []), ...added],
    }),
  });
}

/** What the variables of a lifted document are for a text of its key. */
export function valuesOf(
  variables: readonly LiftedVariable[],
  literals: readonly string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, at, length, isNumber } of variables) {
    const read = (literal: string | undefined): unknown => sentValue(literal ?? '', isNumber);
    values[name] = length === undefined ? read(literals[at]) : literals.slice(at, at + length).map(read);
  }
  return values;
}

function sentValue(literal: string, isNumber: boolean): unknown {
  if (!literal.startsWith('"')) return isNumber ? Number(literal) : literal;
  return literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1);
}
