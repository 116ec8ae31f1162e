import { assertNever } from '../kit/assert-never.ts';
import type { AppModel, JsonValue } from '../model/app-model.ts';
import { type CompareOp, type RowPath, type Rows, THIS, type Value } from '../model/expr.ts';
import type { Predicate } from '../model/predicate.ts';
import { entityAt, type FieldType, fieldType, storageOf } from './field-type.ts';
import { lower } from './lower.ts';
import { type Convert, converterTo, escapeLike, IMPOSSIBLE } from './prisma-values.ts';

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

// Longer than most files: one function for each kind of predicate, side by side.

/** Carries the reason out of the depths of a predicate; never leaves this file. */
class Unsupported extends Error {}

/** These two only ever stand alone: inside AND, OR and `some` Prisma takes empty objects and lists in ways of its own. */
const ALWAYS: PrismaWhere = Object.freeze({});
const NEVER: PrismaWhere = Object.freeze({ OR: [] });

function render(app: AppModel, predicate: Predicate, row: string): PrismaWhere {
  switch (predicate.kind) {
    case 'always':
      return ALWAYS;
    case 'never':
      return NEVER;
    case 'and':
      return joined(
        'AND',
        predicate.terms.map((term) => render(app, term, row)),
      );
    case 'or':
      return joined(
        'OR',
        predicate.terms.map((term) => render(app, term, row)),
      );
    case 'some':
    case 'none':
      return renderRows(app, predicate, row);
    case 'isNull':
      return renderNull(app, columnOf(app, predicate.value, row), predicate.negated);
    case 'compare':
      return renderCompare(app, predicate, row);
    case 'in':
      return renderIn(app, predicate, row);
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

function joined(kind: 'AND' | 'OR', parts: readonly PrismaWhere[]): PrismaWhere {
  const [neutral, absorbing] = kind === 'AND' ? [ALWAYS, NEVER] : [NEVER, ALWAYS];
  if (parts.includes(absorbing)) return absorbing;
  const kept = parts.filter((part) => part !== neutral);
  const [first] = kept;
  return first === undefined ? neutral : kept.length === 1 ? first : { [kind]: kept };
}

/** Only of tests that are never unknown. */
function opposite(where: PrismaWhere): PrismaWhere {
  if (where === ALWAYS) return NEVER;
  return where === NEVER ? ALWAYS : { NOT: where };
}

function renderRows(
  app: AppModel,
  predicate: Predicate & { kind: 'some' | 'none' },
  row: string,
): PrismaWhere {
  const related = ownRows(predicate.rows, row);
  const inner = render(app, predicate.where, predicate.as);
  const field = entityAt(app, related.row).fieldByName.get(related.relation);
  const many = field?.kind === 'relation' && field.many;
  const some = many ? someOf(related.relation, inner) : oneOf(related.relation, inner);
  const found = alongPath(app, related.row, some);
  return predicate.kind === 'some' ? found : opposite(found);
}

function ownRows(rows: Rows, row: string): Rows & { kind: 'related' } {
  if (rows.kind !== 'related') throw new Unsupported('all rows of a model');
  if (rows.row.from !== row) throw new Unsupported('rows of another row than the one asked about');
  return rows;
}

function someOf(relation: string, inner: PrismaWhere): PrismaWhere {
  return inner === NEVER ? NEVER : { [relation]: { some: inner } };
}

function oneOf(relation: string, inner: PrismaWhere): PrismaWhere {
  if (inner === NEVER) return NEVER;
  return { [relation]: inner === ALWAYS ? { isNot: null } : { is: inner } };
}

/** `inner`, asked of the row at the end of the path: does not hold where there is none. */
function alongPath(app: AppModel, path: RowPath, inner: PrismaWhere): PrismaWhere {
  let entity = app.entityByName.get(path.entity);
  const required = path.steps.map(({ relation }) => {
    const field = entity?.fieldByName.get(relation);
    if (field?.kind !== 'relation') throw new Error(`${path.entity} has no relation ${relation}`);
    entity = app.entityByName.get(field.target);
    return field.required && field.storage.kind === 'key';
  });
  return path.steps.reduceRight<PrismaWhere>((where, { relation, guard }, index) => {
    const guarded = guard ? joined('AND', [render(app, lower(guard.where), guard.as), where]) : where;
    return guarded === ALWAYS && required[index] ? ALWAYS : oneOf(relation, guarded);
  }, inner);
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
  const equality = op === 'eq' || op === 'ne';
  if (insensitive && !equality) throw new Unsupported('an order that ignores case');
  return renderField(app, column, row, (convert, storage) => {
    if (storage.startsWith('enum:') && !equality) throw new Unsupported('the order of an enum');
    const value = convert(literal.value);
    if (value === IMPOSSIBLE && !equality)
      throw new Unsupported('a constant outside the range of its column');
    if (value === IMPOSSIBLE) return op === 'eq' ? 'never' : 'present';
    if (!insensitive) return { [PRISMA_OPS[op]]: value };
    const equals = { equals: escapeLike(String(value)), mode: 'insensitive' };
    return op === 'eq' ? equals : { not: equals };
  });
}

function renderIn(
  app: AppModel,
  { item, list, negated }: Predicate & { kind: 'in' },
  row: string,
): PrismaWhere {
  if (list.kind !== 'literal') throw new Unsupported('a list that is not made of constants');
  const items = Array.isArray(list.value) ? (list.value as readonly JsonValue[]) : [list.value];
  return renderField(app, item, row, (convert) => {
    const values = items.map(convert).filter((value) => value !== IMPOSSIBLE);
    if (values.length === 0) return negated ? 'present' : 'never';
    return { [negated ? 'notIn' : 'in']: values };
  });
}

function renderText(app: AppModel, predicate: Predicate & { kind: 'text' }, row: string): PrismaWhere {
  const { op, value, needle, insensitive, negated } = predicate;
  if (op === 'matches') throw new Unsupported('regular expressions');
  if (needle.kind !== 'literal') throw new Unsupported('a comparison of two columns');
  const text = String(needle.value);
  return renderField(app, value, row, () => {
    const test = { [op]: escapeLike(text), ...(insensitive && { mode: 'insensitive' }) };
    return negated ? { not: test } : test;
  });
}

function renderList(app: AppModel, predicate: Predicate & { kind: 'list' }, row: string): PrismaWhere {
  const { op, value, operand, negated } = predicate;
  if (operand && operand.kind !== 'literal') throw new Unsupported('a comparison of two columns');
  const { path, field, known } = columnOf(app, value, row);
  const convert = converterTo(app, storageOf(known.type, known.keyTo));
  const constant = operand?.value ?? null;
  const wanted =
    op === 'isEmpty'
      ? (constant ?? true)
      : Array.isArray(constant)
        ? (constant as readonly JsonValue[]).map(convert)
        : convert(constant);
  if (wanted === IMPOSSIBLE || (Array.isArray(wanted) && wanted.includes(IMPOSSIBLE))) {
    throw new Unsupported('a constant that its column cannot hold');
  }
  const test: PrismaWhere = { [field]: { [op]: wanted } };
  return alongPath(app, path, negated ? { NOT: test } : test);
}

/** A filter of one field; `present`: any value but null. */
type FieldFilter = PrismaWhere | 'never' | 'present';

function renderField(
  app: AppModel,
  value: Value,
  row: string,
  filter: (convert: Convert, storage: string) => FieldFilter,
): PrismaWhere {
  const column = columnOf(app, value, row);
  const storage = storageOf(column.known.type, column.known.keyTo);
  const made = filter(converterTo(app, storage), storage);
  if (made === 'never') return NEVER;
  if (made === 'present') return isPresent(app, column);
  return alongPath(app, column.path, { [column.field]: made });
}

interface Column {
  readonly path: RowPath;
  readonly field: string;
  readonly known: FieldType;
}

function columnOf(app: AppModel, value: Value, row: string): Column {
  if (value.kind !== 'column') throw new Unsupported(value.kind === 'count' ? 'a count' : 'a calculation');
  if (value.row.from !== row) throw new Unsupported('a column of another row than the one asked about');
  const entity = entityAt(app, value.row);
  const known = fieldType(app, entity, value.field);
  if (!known) throw new Error(`${entity.name} has no column ${value.field}`);
  if (entity.fieldByName.get(value.field)?.kind === 'computed') throw new Unsupported('a generated column');
  return { path: value.row, field: value.field, known };
}

function renderNull(app: AppModel, column: Column, negated: boolean): PrismaWhere {
  const { path, field, known } = column;
  if (path.steps.length === 0 && !known.required && !negated) return { [field]: null };
  const present = isPresent(app, column);
  return negated ? present : opposite(present);
}

/** The value is not null, which takes a row at the end of the path. */
function isPresent(app: AppModel, { path, field, known }: Column): PrismaWhere {
  return alongPath(app, path, known.required ? ALWAYS : { [field]: { not: null } });
}
