import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Dice } from './dice.ts';
import { type RandomOperation, selection, value, type Writing } from './random-operation.ts';
import { SDL, uuid } from './random-world.ts';

const RULES: Readonly<Record<string, string>> = {
  Person: `create: "true", update: "viewer != null && (this.id == viewer.id || this.team.open)", delete: "'admin' in viewer.roles || this.tasks.size() == 0"`,
  Team: `create: "viewer != null", update: "this.open || this.people.exists(p, p.id == viewer.id)", delete: "viewer != null"`,
  Profile: `create: "viewer != null", update: "this.person.id == viewer.id || this.public", delete: "this.public"`,
  Task: `create: "this.level != 'HIGH' || 'admin' in viewer.roles", update: "this.done == false || this.owner.id == viewer.id", delete: "this.points != 7"`,
  Note: `create: "can(this.task, 'read')", update: "this.until > now", delete: "true"`,
  Slip: `create: "true", update: "this.left <= this.right", delete: "true"`,
  Mark: `create: "true", update: "this.slips.size() < 3", delete: "true"`,
};

/** The world of random reads, with rules for writing. */
export const WRITABLE_SDL = SDL.replace(
  /^type (\w+) (.*)@access\(read: (".*?")(?:, create: "true")?\)/gm,
  (_, type, before, read) => {
    return `type ${type} ${before}@access(read: ${read}, ${RULES[type]})`;
  },
)
  .replace(
    'never: String @access(read: "false")',
    'never: String @access(read: "false", write: "this.points != 2")',
  )
  .replace(
    'done: Boolean!',
    'done: Boolean! @default(value: false)\n  version: Int! @version\n  touched: DateTime! @updatedAt\n  editor: ID @preset(update: "viewer.id")',
  );

/** Entities with the ids that their rows may have, and some that nobody has. */
const IDS: Readonly<Record<string, readonly string[]>> = {
  Person: [1, 2, 3, 4, 5].map(uuid),
  Team: [101, 102, 103].map(uuid),
  Profile: [200, 201, 202].map(uuid),
  Task: [301, 302, 303, 304, 305, 306].map(uuid),
  Note: ['1', '2', '3', '4', '5'],
  Slip: ['s1', 's2', 'slip 1', '71', `${uuid(1)}2`],
  Mark: ['m1', 'm1 ', 'm2', 'm2      ', 'm3 '],
};

type Variables = Record<string, unknown>;

/** A mutation of one field or two, of any kind, whose arguments are variables: sets of them are drawn as they are asked for. */
export function randomMutation(schema: GraphQLSchema, dice: Dice): RandomOperation {
  const writing: Writing = { schema, dice, variables: [], fragments: [], keys: 0 };
  const makers: ((variables: Variables) => void)[] = [];
  const fields = Array.from({ length: dice.chance(0.25) ? 2 : 1 }, () => fieldText(writing, makers));
  const definitions = writing.variables.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const source = `mutation (${definitions}) { ${fields.join(' ')} }\n${writing.fragments.join('\n')}`;
  const sets = new Map<number, Variables>();
  const own = new Set(
    makers.length === 0
      ? []
      : writing.variables.filter(({ name }) => name.startsWith('arg')).map(({ name }) => name),
  );
  return {
    source,
    variables: (set) => {
      const known = sets.get(set);
      if (known) return known;
      const made: Variables = {};
      for (const { name, type } of writing.variables) {
        if (!own.has(name) && (isNonNullType(type) || dice.chance(0.9)))
          made[name] = value(type, dice, 0, name);
      }
      for (const make of makers) make(made);
      sets.set(set, made);
      return made;
    },
  };
}

function fieldText(writing: Writing, makers: ((variables: Variables) => void)[]): string {
  const { schema, dice } = writing;
  const roots = Object.values(schema.getMutationType()?.getFields() ?? {}).filter((field) => {
    const answer = getNamedType(field.type);
    return (
      isObjectType(answer) &&
      Object.keys(IDS).some((name) => answer.name === name || answer.name === `${name}Batch`)
    );
  });
  const root = dice.pick(roots);
  const answer = getNamedType(root.type);
  if (!isObjectType(answer)) throw new Error(`${root.name} answers no object`);
  const entity = answer.name.replace(/Batch$/, '');
  const texts = root.args.flatMap((argument) => {
    if (!isNonNullType(argument.type) && !dice.chance(0.2)) return [];
    const name = `arg${writing.variables.length}`;
    writing.variables.push({ name, type: argument.type });
    makers.push((variables) => {
      variables[name] = argumentValue(argument.type, argument.name, entity, dice);
    });
    return [`${argument.name}: $${name}`];
  });
  return `a${writing.keys++}: ${root.name}(${texts.join(', ')}) ${selection(writing, answer, dice.chance(0.5) ? 2 : 1)}`;
}

function argumentValue(type: GraphQLInputType, name: string, entity: string, dice: Dice): unknown {
  if (name === 'id') return idOf(entity, dice);
  if (name === 'expectVersion') return dice.pick([1, 2, 3]);
  if (name === 'where') return dice.chance(0.3) ? {} : value(type, dice, 1, name);
  return written(type, dice, 0);
}

const idOf = (entity: string, dice: Dice): string =>
  dice.pick(dice.chance(0.05) ? [uuid(999), '77', 'nothing'] : (IDS[entity] ?? []));

/** Input for a write: mostly what can succeed. */
function written(type: GraphQLInputType, dice: Dice, depth: number): unknown {
  if (isNonNullType(type)) return written(type.ofType, dice, depth);
  if (isListType(type)) {
    const isOfInputs = isInputObjectType(getNamedType(type));
    return isOfInputs
      ? Array.from({ length: 1 + dice.below(2) }, () => written(type.ofType, dice, depth))
      : value(type, dice, 1, '');
  }
  if (!isInputObjectType(type)) return value(type, dice, 0, '');
  const unique = Object.keys(IDS).find((name) => type.name === `${name}Unique`);
  if (unique && dice.chance(0.8)) return { id: idOf(unique, dice) };
  const chosen = unique ? [dice.pick(Object.values(type.getFields()))] : fieldsOf(type, dice, depth);
  return Object.fromEntries(chosen.map((field) => [field.name, fieldValue(field, dice, depth)]));
}

const VERBS = ['create', 'connect', 'connectOrCreate', 'set', 'disconnect', 'update', 'delete'];

function fieldsOf(type: GraphQLInputObjectType, dice: Dice, depth: number): readonly GraphQLInputField[] {
  const fields = Object.values(type.getFields());
  const isRelation = fields.every(({ name }) => VERBS.includes(name));
  if (isRelation)
    return [dice.pick(depth > 3 ? fields.filter(({ name }) => !/create|update/i.test(name)) : fields)];
  const isInput = /Input$/.test(type.name);
  return fields.filter((field) => {
    if (isNonNullType(field.type)) return true;
    const nested = isInputObjectType(getNamedType(field.type)) && isInput;
    return dice.chance(nested ? (depth > 2 ? 0 : 0.2) : 0.25);
  });
}

function fieldValue(field: GraphQLInputField, dice: Dice, depth: number): unknown {
  const named = getNamedType(field.type);
  if (isInputObjectType(named)) return written(field.type, dice, depth + 1);
  if (field.name === 'id') return `n${dice.below(1000)}${dice.pick(['', '', ' ', '   '])}`;
  if (field.name === 'disconnect' || field.name === 'delete') return true;
  if (field.name === 'email') return `new${dice.below(1000)}@x.org`;
  if (!isNonNullType(field.type) && dice.chance(0.1)) return null;
  // A name that is unique, mostly.
  if (field.name === 'name' && dice.chance(0.8)) return `name ${dice.below(10_000)}`;
  if (String(named) === 'Int') return dice.pick([-2, 1, 2, 3, 7]);
  return value(field.type, dice, 0, field.name);
}
