import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import type { Dice } from '../../properties/paths/dice.ts';
import { BADGES, EMAILS, IDS, NAMES, TIMES } from './viewers-world.ts';

type Values = Readonly<Record<string, unknown>>;

export interface RandomQuestion {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Values;
}

interface Variable {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly fallback: string | undefined;
  /** Of a value: the field that it is compared with, and the model that has it. */
  readonly subject: Subject;
}

interface Subject {
  readonly name: string;
  readonly entity: string;
}

/** One operation that is being written; fragments are its own. */
interface Writing {
  readonly schema: GraphQLSchema;
  readonly dice: Dice;
  readonly label: string;
  readonly variables: Variable[];
  readonly fragments: string[];
  keys: number;
}

/** Names that a clumsy program would find on every object. */
const VARIABLE_NAMES = ['a', 'where', 'toString', 'constructor', 'hasOwnProperty', 'id', 'valueOf', 'first'];

/** One document with one operation or two, asked in several ways: which of them, and with which variables. */
export function randomQuestions(schema: GraphQLSchema, dice: Dice): readonly RandomQuestion[] {
  const labels = dice.chance(0.25) ? ['A', 'B'] : [dice.pick(['', 'A'])];
  const operations = labels.map((label) => randomOperation(schema, dice, label));
  const query = operations.map(({ text }) => text).join('\n');
  // Two fields that cannot be merged, a type that has none: too rare to be worth the avoiding.
  if (validate(schema, parse(query)).length > 0) return randomQuestions(schema, dice);
  return operations.flatMap(({ variables }, index) => {
    const label = labels[index];
    return Array.from({ length: variables.length === 0 ? 1 : 2 + dice.below(2) }, () => ({
      query,
      ...(label !== '' &&
        label !== undefined &&
        (labels.length > 1 || dice.chance(0.5)) && { operationName: label }),
      ...(variables.length > 0 && { variables: valuesOf(variables, dice) }),
    }));
  });
}

function randomOperation(schema: GraphQLSchema, dice: Dice, label: string) {
  const root = schema.getQueryType();
  if (!root) throw new Error('There are no queries');
  const writing: Writing = { schema, dice, label, variables: [], fragments: [], keys: 0 };
  const body = selection(writing, root, 0, false);
  const definitions = writing.variables.map(
    ({ name, type, fallback }) =>
      `$${name}: ${String(type)}${fallback === undefined ? '' : ` = ${fallback}`}`,
  );
  const head = definitions.length === 0 ? '' : ` (${definitions.join(', ')})`;
  return {
    text: [`query ${label}${head} ${body}`, ...writing.fragments].join('\n'),
    variables: writing.variables,
  };
}

/** Given, null or left out. */
function valuesOf(variables: readonly Variable[], dice: Dice): Values {
  const values: [string, unknown][] = [];
  for (const { name, type, fallback, subject } of variables) {
    const isOptional = !isNonNullType(type) || fallback !== undefined;
    if (isOptional && dice.chance(0.25)) continue;
    const isNull = !isNonNullType(type) && dice.chance(0.1);
    values.push([name, isNull ? null : value(type, dice, 0, subject)]);
  }
  return Object.fromEntries(values);
}

const LEFT_OUT = new Set(['__schema', '__type']);
const DEEPEST = 4;

/** @param isOneOfSeveral beneath an interface or a union, where equal names may stand for unequal types */
function selection(
  writing: Writing,
  type: GraphQLObjectType,
  depth: number,
  isOneOfSeveral: boolean,
): string {
  const { dice } = writing;
  const fields = Object.values(type.getFields()).filter(
    (field) => !LEFT_OUT.has(field.name) && (depth < DEEPEST || !isComposite(getNamedType(field.type))),
  );
  const weighed = fields.flatMap((field) => Array.from({ length: weight(field, dice) }, () => field));
  const from = weighed.length === 0 ? fields : weighed;
  // What one field forgets, another makes up for: the smaller the operation, the more it shows.
  const count = dice.chance(depth === 0 ? 0.85 : 0.5) ? 1 : 2;
  const parts = Array.from({ length: count }, () =>
    from.length === 0 || dice.chance(0.07)
      ? `t${writing.keys++}: __typename`
      : fieldText(writing, dice.pick(from), depth, isOneOfSeveral),
  );
  if (dice.chance(0.1)) parts.push(spread(writing, type, depth, isOneOfSeveral));
  return `{ ${parts.join(' ')} }`;
}

/** Of the least use is what is never kept, and what everybody is answered; of the most, what finds a row by its key. */
function weight({ name }: GraphQLField<unknown, unknown>, dice: Dice): number {
  if (/^(nodes?|unhinted|marks?.*)$/.test(name)) return dice.chance(0.2) ? 1 : 0;
  return /^[a-z]+By[A-Z]/.test(name) ? 6 : 2;
}

const isComposite = (type: GraphQLNamedType): boolean => isObjectType(type) || isAbstractType(type);

function spread(writing: Writing, type: GraphQLObjectType, depth: number, isOneOfSeveral: boolean): string {
  const body = selection(writing, type, Math.max(depth, 2), isOneOfSeveral);
  const condition = directive(writing);
  if (writing.dice.chance(0.5)) return `... on ${type.name}${condition} ${body}`;
  const name = `F${writing.label}${writing.fragments.length}`;
  writing.fragments.push(`fragment ${name} on ${type.name} ${body}`);
  return `...${name}${condition}`;
}

function fieldText(
  writing: Writing,
  field: GraphQLField<unknown, unknown>,
  depth: number,
  isOneOfSeveral: boolean,
): string {
  const answer = getNamedType(field.type);
  const entity = entityOf(answer.name);
  const args = field.args.flatMap((argument) => argumentText(writing, argument, entity));
  const list = args.length === 0 ? '' : `(${args.join(', ')})`;
  const isPlain = args.length === 0 && !isOneOfSeveral && writing.dice.chance(0.6);
  const alias = isPlain ? '' : `a${writing.keys++}: `;
  return `${alias}${field.name}${list}${directive(writing)}${beneath(writing, answer, depth + 1)}`;
}

function beneath(writing: Writing, answer: GraphQLNamedType, depth: number): string {
  if (isObjectType(answer)) return ` ${selection(writing, answer, depth, false)}`;
  if (!isAbstractType(answer)) return '';
  const types = writing.schema.getPossibleTypes(answer);
  const chosen = types.filter((type) => /^(Person|Doc|Long)$/.test(type.name) || writing.dice.chance(0.5));
  const parts = chosen.map((type) => spread(writing, type, Math.max(depth, 3), true));
  return ` { t${writing.keys++}: __typename ${parts.join(' ')} }`;
}

function directive(writing: Writing): string {
  const { dice } = writing;
  if (!dice.chance(0.08)) return '';
  const name = dice.pick(['skip', 'include']);
  const type = writing.schema.getDirective(name)?.args[0]?.type;
  if (!type) throw new Error(`There is no @${name}`);
  return ` @${name}(if: ${dice.chance(0.3) ? dice.chance(0.5) : variable(writing, type, { name: 'if', entity: '' })})`;
}

/** `first` and `last` exclude each other; cursors come from answers, and have questions of their own. */
const ODDS: Readonly<Record<string, number>> = {
  first: 0.3,
  last: 0.08,
  before: 0.02,
  after: 0.02,
  search: 0.2,
  where: 0.5,
};

function argumentText(writing: Writing, argument: GraphQLArgument, entity: string): string[] {
  const { dice } = writing;
  if (!isNonNullType(argument.type) && !dice.chance(ODDS[argument.name] ?? 0.3)) return [];
  const subject = { name: argument.name, entity };
  const given = dice.chance(0.5)
    ? variable(writing, argument.type, subject)
    : literal(writing, argument.type, subject, 0);
  return [`${argument.name}: ${given}`];
}

/** A new one, or one that fits and is there. With a default value, what it is given to may be required. */
function variable(writing: Writing, type: GraphQLInputType, subject: Subject): string {
  const { dice, variables } = writing;
  const known = variables.filter((one) => String(one.type) === String(type));
  if (known.length > 0 && dice.chance(0.3)) return `$${dice.pick(known).name}`;
  const taken = new Set(variables.map(({ name }) => name));
  const free = VARIABLE_NAMES.filter((name) => !taken.has(name));
  const name = free.length > 0 && dice.chance(0.4) ? dice.pick(free) : `v${variables.length}`;
  const fallback = dice.chance(0.35) ? written(value(type, dice, 0, subject), type) : undefined;
  const isLoose = fallback !== undefined && isNonNullType(type) && dice.chance(0.5);
  variables.push({ name, type: isLoose ? type.ofType : type, fallback, subject });
  return `$${name}`;
}

function literal(writing: Writing, type: GraphQLInputType, subject: Subject, depth: number): string {
  const { dice } = writing;
  if (depth > 0 && dice.chance(0.25)) return variable(writing, type, subject);
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner) && isInputObjectType(getNamedType(inner)))
    return `[${literal(writing, inner.ofType, subject, depth)}]`;
  if (isInputObjectType(inner)) {
    const entries = chosenFields(inner, dice, depth).map(
      (field) =>
        `${field.name}: ${literal(writing, field.type, about(inner, field.name, subject), depth + 1)}`,
    );
    return `{ ${entries.join(', ')} }`;
  }
  return written(value(type, dice, depth, subject), type);
}

function written(given: unknown, type: GraphQLInputType): string {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (given === null) return 'null';
  if (isListType(inner))
    return `[${(given as unknown[]).map((item) => written(item, inner.ofType)).join(', ')}]`;
  if (isInputObjectType(inner)) {
    const fields = inner.getFields();
    const entries = Object.entries(given as object).map(([key, item]) => {
      const field = fields[key];
      return field ? `${key}: ${written(item, field.type)}` : '';
    });
    return `{ ${entries.join(', ')} }`;
  }
  return isEnumType(inner) ? String(given) : JSON.stringify(given);
}

function value(type: GraphQLInputType, dice: Dice, depth: number, subject: Subject): unknown {
  if (isNonNullType(type)) return value(type.ofType, dice, depth, subject);
  if (isListType(type))
    return Array.from({ length: /GroupKey/.test(String(type)) ? 1 : 1 + dice.below(2) }, () =>
      value(type.ofType, dice, depth, subject),
    );
  if (isInputObjectType(type))
    return Object.fromEntries(
      chosenFields(type, dice, depth).map((field) => [
        field.name,
        value(field.type, dice, depth + 1, about(type, field.name, subject)),
      ]),
    );
  if (isEnumType(type)) return dice.pick(type.getValues()).name;
  return scalar(String(type), dice, subject);
}

const ENTITIES = Object.keys(IDS);
const entityOf = (type: string): string => ENTITIES.find((name) => type.startsWith(name)) ?? '';

/** Below a filter of a field, the field is still what it is about. */
function about(type: GraphQLInputObjectType, name: string, subject: Subject): Subject {
  return entityOf(type.name) === '' ? subject : { name, entity: entityOf(type.name) };
}

/** Orders and keys have one entry; filters few, and fewer the deeper they are. */
function chosenFields(type: GraphQLInputObjectType, dice: Dice, depth: number) {
  const all = Object.values(type.getFields()).filter(
    (field) =>
      depth < 3 ||
      !isInputObjectType(getNamedType(field.type)) ||
      /Filter$/.test(getNamedType(field.type).name),
  );
  const required = all.filter((field) => isNonNullType(field.type));
  const optional = all.filter((field) => !isNonNullType(field.type) && !/^(mode|bucket)$/.test(field.name));
  const wanted = required.length > 0 ? dice.below(2) : depth === 0 && dice.chance(0.3) ? 2 : 1;
  const picked = new Set(required);
  for (let index = 0; index < wanted && optional.length > 0; index++) picked.add(dice.pick(optional));
  return /OrderBy$/.test(type.name) ? [...picked].slice(0, 1) : [...picked];
}

function scalar(type: string, dice: Dice, { name, entity }: Subject): unknown {
  switch (type) {
    case 'Int':
      return name === 'limit' || name === 'first' || name === 'last' ? dice.pick([1, 2, 100]) : dice.below(5);
    case 'Float':
      return dice.pick([0, 1, 2, 2.5]);
    case 'Boolean':
      return dice.chance(0.6);
    case 'ID':
      return dice.pick(IDS[idsOf(name, entity, dice)] ?? []);
    case 'String':
      return dice.pick(name === 'email' ? EMAILS : name === 'badge' ? BADGES : NAMES);
    case 'DateTime':
      return dice.pick(TIMES);
    default:
      throw new Error(`No values of ${type}`);
  }
}

/** Mostly of the model that the id is of, so that something is found. */
function idsOf(name: string, entity: string, dice: Dice): string {
  if (dice.chance(0.05)) return dice.pick(ENTITIES);
  if (/owner|person/i.test(name)) return 'Person';
  if (/team/i.test(name)) return 'Team';
  return entity === '' ? dice.pick(ENTITIES) : entity;
}
