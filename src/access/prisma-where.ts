import { assertNever } from '../kit/assert-never.ts';
import type { AppModel, Entity, JsonValue } from '../model/app-model.ts';
import { type CompareOp, type RowPath, type Rows, THIS, type Value } from '../model/expr.ts';
import type { Predicate } from '../model/predicate.ts';
import { entityAt, fieldType, storageOf } from './field-type.ts';
import { lower } from './lower.ts';

/** A `where` of the Prisma client. */
export type PrismaWhere = Readonly<Record<string, unknown>>;

/** The predicate as a Prisma `where`, or why Prisma cannot say it: then only SQL can. */
export type PrismaWhereResult =
  | { readonly where: PrismaWhere; readonly unsupported?: undefined }
  | { readonly unsupported: string; readonly where?: undefined };

/**
 * A predicate about rows of one model (`this`) for `client.model.findMany({ where })`. Prisma cannot compare two columns,
 * calculate, count, match patterns, or reach generated columns, the viewer's row and other bound rows from inside a
 * relation; such predicates come back as `unsupported`, never weakened.
 */
export function prismaWhere(app: AppModel, predicate: Predicate): PrismaWhereResult {
  try {
    return { where: render(app, predicate, THIS) };
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: error.message };
    throw error;
  }
}

/** Carries the reason out of the depths of a predicate; never leaves this file. */
class Unsupported extends Error {}

const ALWAYS: PrismaWhere = {};
/** Prisma: an empty OR matches nothing. */
const NEVER: PrismaWhere = { OR: [] };

function render(app: AppModel, predicate: Predicate, row: string): PrismaWhere {
  switch (predicate.kind) {
    case 'always':
      return ALWAYS;
    case 'never':
      return NEVER;
    case 'and':
      return { AND: predicate.terms.map((term) => render(app, term, row)) };
    case 'or':
      return { OR: predicate.terms.map((term) => render(app, term, row)) };
    case 'some':
    case 'none':
      return renderRows(app, predicate, row);
    case 'isNull':
      return renderNull(app, predicate, row);
    case 'compare':
      return renderCompare(app, predicate, row);
    case 'in': {
      const { negated, list } = predicate;
      if (list.kind !== 'literal') throw new Unsupported('a list that is not made of constants');
      return renderField(app, predicate.item, row, (convert) => ({
        [negated ? 'notIn' : 'in']: (list.value as readonly JsonValue[])
          .map(convert)
          .filter((v) => v !== IMPOSSIBLE),
      }));
    }
    case 'text':
      return renderText(app, predicate, row);
    case 'truth':
      return renderField(app, predicate.value, row, () => ({ equals: !predicate.negated }));
    case 'list':
      return renderList(app, predicate, row);
    case 'json':
      throw new Unsupported('tests inside JSON');
    default:
      return assertNever(predicate);
  }
}

function renderRows(
  app: AppModel,
  predicate: Predicate & { kind: 'some' | 'none' },
  row: string,
): PrismaWhere {
  const { rows, as, where } = predicate;
  const related = ownRows(rows, row);
  const inner = render(app, where, as);
  const owner = entityAt(app, related.row);
  const field = owner.fieldByName.get(related.relation);
  const many = field?.kind === 'relation' && field.many;
  const some = { [related.relation]: many ? { some: inner } : { is: inner } };
  const found = alongPath(app, related.row, some);
  return predicate.kind === 'some' ? found : { NOT: found };
}

function ownRows(rows: Rows, row: string): Rows & { kind: 'related' } {
  if (rows.kind !== 'related') throw new Unsupported('all rows of a model');
  if (rows.row.from !== row) throw new Unsupported('rows of another row than the one asked about');
  return rows;
}

/** `inner`, asked of the row at the end of the path. */
function alongPath(app: AppModel, path: RowPath, inner: PrismaWhere): PrismaWhere {
  return path.steps.reduceRight<PrismaWhere>((where, { relation, guard }) => {
    const guarded = guard ? { AND: [render(app, lower(guard.where), guard.as), where] } : where;
    return { [relation]: { is: guarded } };
  }, inner);
}

function renderNull(
  app: AppModel,
  { value, negated }: Predicate & { kind: 'isNull' },
  row: string,
): PrismaWhere {
  const { path, field, known } = columnOf(app, value, row);
  if (path.steps.length === 0) {
    if (known.required) return negated ? ALWAYS : NEVER;
    return { [field]: negated ? { not: null } : null };
  }
  // Null is also what a missing row answers, so the question is put the other way round.
  const present = alongPath(app, path, known.required ? ALWAYS : { [field]: { not: null } });
  return negated ? present : { NOT: present };
}

const PRISMA_OPS: Readonly<Record<CompareOp, string>> = {
  eq: 'equals',
  ne: 'not',
  lt: 'lt',
  lte: 'lte',
  gt: 'gt',
  gte: 'gte',
};
const FLIPPED: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  gt: 'lt',
  lte: 'gte',
  gte: 'lte',
};

function renderCompare(app: AppModel, predicate: Predicate & { kind: 'compare' }, row: string): PrismaWhere {
  const { left, right, insensitive } = predicate;
  const [column, literal, op] =
    left.kind === 'literal' ? [right, left, FLIPPED[predicate.op]] : [left, right, predicate.op];
  if (literal.kind !== 'literal') throw new Unsupported('a comparison of two columns');
  if (insensitive && op !== 'eq' && op !== 'ne') throw new Unsupported('an order that ignores case');
  return renderField(app, column, row, (convert, storage) => {
    if (storage.startsWith('enum:') && op !== 'eq' && op !== 'ne')
      throw new Unsupported('the order of an enum');
    const value = convert(literal.value);
    if (value === IMPOSSIBLE) {
      if (op === 'eq') return { in: [] };
      if (op === 'ne') return { not: null };
      throw new Unsupported('a constant outside the range of its column');
    }
    if (!insensitive) return { [PRISMA_OPS[op]]: value };
    const equals = { equals: escapeLike(String(value)), mode: 'insensitive' };
    return op === 'eq' ? equals : { not: equals };
  });
}

function renderText(app: AppModel, predicate: Predicate & { kind: 'text' }, row: string): PrismaWhere {
  const { op, value, needle, insensitive, negated } = predicate;
  if (op === 'matches') throw new Unsupported('regular expressions');
  if (needle.kind !== 'literal') throw new Unsupported('a comparison of two columns');
  return renderField(app, value, row, () => {
    const test = { [op]: escapeLike(String(needle.value)), ...(insensitive && { mode: 'insensitive' }) };
    return negated ? { not: test } : test;
  });
}

/** Prisma hands the text to LIKE as it is, where `%`, `_` and `\` have a meaning. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function renderList(app: AppModel, predicate: Predicate & { kind: 'list' }, row: string): PrismaWhere {
  const { op, value, operand, negated } = predicate;
  if (operand && operand.kind !== 'literal') throw new Unsupported('a comparison of two columns');
  const constant = operand?.value;
  const { path, field, known } = columnOf(app, value, row);
  const convert = converter(app, storageOf(known.type, known.keyTo));
  const wanted = Array.isArray(constant)
    ? (constant as readonly JsonValue[]).map(convert)
    : op === 'isEmpty'
      ? (constant ?? true)
      : convert(constant ?? null);
  const impossible = wanted === IMPOSSIBLE || (Array.isArray(wanted) && wanted.includes(IMPOSSIBLE));
  if (impossible && (negated || op === 'hasSome'))
    throw new Unsupported('a constant outside the range of its column');
  const test: PrismaWhere = impossible ? NEVER : { [field]: { [op]: wanted } };
  return alongPath(app, path, negated ? { NOT: test } : test);
}

type Convert = (value: JsonValue) => unknown;

function renderField(
  app: AppModel,
  value: Value,
  row: string,
  filter: (convert: Convert, storage: string) => PrismaWhere,
): PrismaWhere {
  const { path, field, known } = columnOf(app, value, row);
  const storage = storageOf(known.type, known.keyTo);
  return alongPath(app, path, { [field]: filter(converter(app, storage), storage) });
}

interface Column {
  readonly path: RowPath;
  readonly field: string;
  readonly known: NonNullable<ReturnType<typeof fieldType>>;
}

function columnOf(app: AppModel, value: Value, row: string): Column {
  if (value.kind !== 'column') throw new Unsupported(value.kind === 'count' ? 'a count' : 'a calculation');
  if (value.row.from !== row) throw new Unsupported('a column of another row than the one asked about');
  const entity: Entity = entityAt(app, value.row);
  const known = fieldType(app, entity, value.field);
  if (!known) throw new Error(`${entity.name} has no column ${value.field}`);
  if (entity.fieldByName.get(value.field)?.kind === 'computed') throw new Unsupported('a generated column');
  return { path: value.row, field: value.field, known };
}

/** A constant that no stored value of the column can equal. */
const IMPOSSIBLE = Symbol('impossible');

const INTEGER = /^-?\d{1,19}$/;

/** JSON as the API has it → what the Prisma client takes for that storage. */
function converter(app: AppModel, storage: string): Convert {
  const enumType = storage.startsWith('enum:')
    ? app.enumByName.get(storage.slice('enum:'.length))
    : undefined;
  if (enumType) {
    const values = new Set<unknown>(enumType.values.map((value) => value.name));
    return (value) => (values.has(value) ? value : IMPOSSIBLE);
  }
  switch (storage) {
    case 'int4':
      return (value) => {
        const number = Number(value);
        return Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : IMPOSSIBLE;
      };
    case 'int8':
      return (value) => (INTEGER.test(String(value)) ? BigInt(String(value)) : IMPOSSIBLE);
    case 'timestamptz':
      return (value) => new Date(String(value));
    case 'date':
      return (value) => new Date(`${String(value)}T00:00:00Z`);
    case 'time':
      return (value) => new Date(`1970-01-01T${String(value).replace(/Z$/, '')}Z`);
    case 'uuid':
      return (value) => (UUID.test(String(value)) ? String(value).toLowerCase() : IMPOSSIBLE);
    default:
      return (value) => value;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
