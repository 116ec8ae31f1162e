import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Dice } from './dice.ts';
import { BIGINTS, BLOBS, CLOCKS, DAYS, DECIMALS, FLOATS, JSONS, TEXTS, TIMES, uuid } from './random-world.ts';

export interface RandomOperation {
  readonly source: string;
  /** Sets of variables that fit the operation: the same number, the same set. */
  readonly variables: (set: number) => Readonly<Record<string, unknown>>;
}

/** A document that is being written. */
export interface Writing {
  readonly schema: GraphQLSchema;
  readonly dice: Dice;
  readonly variables: { readonly name: string; readonly type: GraphQLInputType }[];
  readonly fragments: string[];
  /** Response keys given so far: each is new, so that none of two fields meet. */
  keys: number;
}

/** A valid query over generated fields, with aliases, fragments, directives, and arguments as literals and variables. */
export function randomOperation(schema: GraphQLSchema, dice: Dice): RandomOperation {
  const query = schema.getQueryType();
  if (!query) throw new Error('There are no queries');
  const writing: Writing = { schema, dice, variables: [], fragments: [], keys: 0 };
  const body = selection(writing, query, 0);
  const definitions = writing.variables.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const source = `query${definitions === '' ? '' : ` (${definitions})`} ${body}\n${writing.fragments.join('\n')}`;
  const sets = new Map<number, Record<string, unknown>>();
  const variables = (set: number) => {
    const known = sets.get(set);
    if (known) return known;
    const made: Record<string, unknown> = {};
    for (const { name, type } of writing.variables) {
      if (isNonNullType(type) || dice.chance(0.9)) made[name] = value(type, dice, 0, name);
    }
    sets.set(set, made);
    return made;
  };
  return { source, variables };
}

const LEFT_OUT = new Set(['__schema', '__type']);

/** What is selected on an object; the deeper, the less. */
export function selection(writing: Writing, type: GraphQLObjectType, depth: number): string {
  const { dice } = writing;
  const fields = Object.values(type.getFields()).filter(
    (field) => !LEFT_OUT.has(field.name) && (depth < 5 || !isObjectType(getNamedType(field.type))),
  );
  const count = depth === 0 ? 1 + dice.below(2) : 1 + dice.below(4);
  const parts = Array.from({ length: count }, () =>
    fields.length === 0 || dice.chance(0.1)
      ? `t${writing.keys++}: __typename`
      : fieldText(writing, dice.pick(fields), depth),
  );
  if (dice.chance(0.1)) parts.push(...parts.slice(0, 1));
  if (depth > 0 && dice.chance(0.15)) parts.push(spread(writing, type, depth));
  return `{ ${parts.join(' ')} }`;
}

function spread(writing: Writing, type: GraphQLObjectType, depth: number): string {
  const condition = type.getInterfaces().length > 0 && writing.dice.chance(0.3) ? 'Node' : type.name;
  const body = condition === 'Node' ? '{ id __typename }' : selection(writing, type, Math.max(depth, 3));
  if (writing.dice.chance(0.5)) return `... on ${condition} ${body}`;
  const name = `F${writing.fragments.length}`;
  writing.fragments.push(`fragment ${name} on ${condition} ${body}`);
  return `...${name}`;
}

function fieldText(writing: Writing, field: GraphQLField<unknown, unknown>, depth: number): string {
  const answer = getNamedType(field.type);
  const args = field.args.flatMap((argument) => argumentText(writing, argument));
  const list = args.length === 0 ? '' : `(${args.join(', ')})`;
  return `a${writing.keys++}: ${field.name}${list}${directive(writing)}${selected(writing, answer, depth + 1)}`;
}

/** What is selected of a field's answer; of `node` and `nodes`, what each of two types has. */
function selected(writing: Writing, answer: GraphQLNamedType, depth: number): string {
  if (isObjectType(answer)) return ` ${selection(writing, answer, depth)}`;
  if (!isInterfaceType(answer)) return '';
  const types = writing.schema.getPossibleTypes(answer);
  const parts = [0, 1].map(() => spread(writing, writing.dice.pick(types), Math.max(depth, 3)));
  return ` { id t${writing.keys++}: __typename ${parts.join(' ')} }`;
}

function directive(writing: Writing): string {
  if (!writing.dice.chance(0.08)) return '';
  const name = `v${writing.variables.length}`;
  const type = writing.schema.getDirective('skip')?.args[0]?.type;
  if (!type) throw new Error('There is no @skip');
  writing.variables.push({ name, type });
  return ` @${writing.dice.pick(['skip', 'include'])}(if: $${name})`;
}

/** `first` and `last` exclude each other, so mostly only one is given. Cursors are asked for by their own test. */
function argumentText(writing: Writing, argument: GraphQLArgument): string[] {
  const { dice } = writing;
  const required = isNonNullType(argument.type);
  const odds: Record<string, number> = { last: 0.08, first: 0.3, before: 0.01, after: 0.01, search: 0.1 };
  if (!required && !dice.chance(odds[argument.name] ?? 0.35)) return [];
  if (dice.chance(0.5)) {
    const name = `v${writing.variables.length}`;
    writing.variables.push({ name, type: argument.type });
    return [`${argument.name}: $${name}`];
  }
  return [`${argument.name}: ${literal(writing, argument.type, argument.name, 0)}`];
}

function literal(writing: Writing, type: GraphQLInputType, name: string, depth: number): string {
  if (depth > 0 && writing.dice.chance(0.25)) {
    const variable = `v${writing.variables.length}`;
    // A variable in an input object has to be there, or the key is not.
    writing.variables.push({ name: variable, type });
    return `$${variable}`;
  }
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isInputObjectType(inner)) {
    const entries = chosenFields(inner, writing.dice, depth).map(
      (field) => `${field.name}: ${literal(writing, field.type, field.name, depth + 1)}`,
    );
    return `{ ${entries.join(', ')} }`;
  }
  return written(value(type, writing.dice, depth, name), type);
}

/** A value as it is written in a document. */
export function written(given: unknown, type: GraphQLInputType): string {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (given === null) return 'null';
  if (isListType(inner))
    return `[${(given as unknown[]).map((item) => written(item, inner.ofType)).join(', ')}]`;
  if (isInputObjectType(inner)) {
    const fields = inner.getFields();
    return `{ ${Object.entries(given as object)
      .map(([key, item]) => {
        const field = fields[key];
        return field ? `${key}: ${written(item, field.type)}` : '';
      })
      .join(', ')} }`;
  }
  if (isEnumType(inner)) return String(given);
  return jsonLiteral(given);
}

function jsonLiteral(given: unknown): string {
  if (Array.isArray(given)) return `[${given.map(jsonLiteral).join(', ')}]`;
  if (typeof given === 'object' && given !== null)
    return `{ ${Object.entries(given)
      .filter(([key]) => /^[a-z]/.test(key))
      .map(([key, item]) => `${key}: ${jsonLiteral(item)}`)
      .join(', ')} }`;
  return Object.is(given, -0) ? '-0' : JSON.stringify(given);
}

/** A random value of an input type. */
export function value(type: GraphQLInputType, dice: Dice, depth: number, name: string): unknown {
  if (isNonNullType(type)) return present(type.ofType, dice, depth, name);
  return depth > 0 && dice.chance(0.03) ? null : present(type, dice, depth, name);
}

function present(type: GraphQLInputType, dice: Dice, depth: number, name: string): unknown {
  if (isListType(type))
    return Array.from({ length: name === 'by' ? 1 + dice.below(2) : dice.below(4) }, () =>
      value(type.ofType, dice, depth + 1, name),
    ).filter((item) => item !== null);
  if (isInputObjectType(type)) {
    return Object.fromEntries(
      chosenFields(type, dice, depth).map((field) => [
        field.name,
        value(field.type, dice, depth + 1, field.name),
      ]),
    );
  }
  if (isEnumType(type)) return dice.pick(type.getValues()).name;
  return scalar(String(type), dice, name);
}

/** Orders and unique keys have exactly one key; filters have few, and fewer the deeper they are. */
function chosenFields(
  type: { name: string; getFields(): Record<string, { name: string; type: GraphQLInputType }> },
  dice: Dice,
  depth: number,
) {
  const all = Object.values(type.getFields()).filter(
    (field) =>
      depth < 4 ||
      !isInputObjectType(getNamedType(field.type)) ||
      /Filter$/.test(getNamedType(field.type).name),
  );
  if (all.length === 0) return [];
  const required = all.filter((field) => isNonNullType(field.type));
  if (/OrderBy$/.test(type.name)) return [dice.pick(all)];
  const optional = all.filter(
    (field) => !required.includes(field) && (field.name !== 'isNull' || dice.chance(0.5)),
  );
  const count = required.length > 0 ? dice.below(2) : 1 + dice.below(2);
  const picked = new Set(required);
  for (let index = 0; index < count && optional.length > 0; index++) picked.add(dice.pick(optional));
  return [...picked];
}

function scalar(type: string, dice: Dice, name: string): unknown {
  switch (type) {
    case 'Int':
      return ['limit', 'first', 'last'].includes(name)
        ? dice.pick([0, 1, 2, 3, 100])
        : name === 'offset'
          ? dice.below(3)
          : dice.pick([-2, 0, 1, 2, 7, 2147483647]);
    case 'Float':
      return dice.pick(FLOATS);
    case 'Boolean':
      return dice.chance(0.5);
    case 'ID':
      return dice.pick([
        uuid(1),
        uuid(2),
        uuid(301),
        uuid(302),
        uuid(101),
        '1',
        '2',
        's1',
        'm1',
        'm2  ',
        'm1       ',
        'nothing',
        '00',
        'A'.repeat(40),
        uuid(1).toUpperCase().replace('7000', 'ABCD'),
      ]);
    case 'String':
      return name === 'email' ? dice.pick(['p1@x.org', 'p9@x.org']) : dice.pick([...TEXTS, 'team 1', 'two']);
    case 'Decimal':
      return dice.pick(DECIMALS);
    case 'BigInt':
      return dice.pick(BIGINTS);
    case 'DateTime':
      return dice.pick(TIMES);
    case 'Date':
      return dice.pick(DAYS);
    case 'Time':
      return dice.pick(CLOCKS);
    case 'UUID':
      return dice.pick([uuid(7), uuid(9)]);
    case 'Bytes':
      return dice.pick(BLOBS);
    case 'JSON':
      return dice.pick(JSONS.filter((one) => one !== null));
    default:
      throw new Error(`No values of ${type}`);
  }
}
