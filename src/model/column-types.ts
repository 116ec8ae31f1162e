import type { ValueType } from './app-model.ts';
import { scalarType } from './scalars.ts';

/** A PostgreSQL type that `@column(type:)` may name. */
interface ColumnType {
  /** Prisma's scalars that can be stored in it. */
  readonly prisma: readonly string[];
  /** Prisma's native type attribute without `@db.` and arguments. */
  readonly native: string;
  /** How many numbers in brackets it takes, and how large each may be. */
  readonly most: readonly number[];
  readonly canonical: string;
}

const type = (
  canonical: string,
  prisma: readonly string[],
  native: string,
  most: readonly number[] = [],
): ColumnType => ({ canonical, prisma, native, most });

const VARCHAR = type('varchar', ['String'], 'VarChar', [10485760]);
const CHAR = type('char', ['String'], 'Char', [10485760]);
const INTEGER = type('integer', ['Int'], 'Integer');
const SMALLINT = type('smallint', ['Int'], 'SmallInt');
const BIGINT = type('bigint', ['BigInt'], 'BigInt');
const NUMERIC = type('numeric', ['Decimal'], 'Decimal', [1000, 1000]);
const DOUBLE = type('double precision', ['Float'], 'DoublePrecision');
const REAL = type('real', ['Float'], 'Real');
const TIMESTAMPTZ = type('timestamptz', ['DateTime'], 'Timestamptz', [6]);
const TIMESTAMP = type('timestamp', ['DateTime'], 'Timestamp', [6]);
const TIME = type('time', ['DateTime'], 'Time', [6]);
const BOOLEAN = type('boolean', ['Boolean'], 'Boolean');

/** By every spelling that PostgreSQL knows, in lower case. */
const COLUMN_TYPES: ReadonlyMap<string, ColumnType> = new Map([
  ['text', type('text', ['String'], 'Text')],
  ['varchar', VARCHAR],
  ['character varying', VARCHAR],
  ['char', CHAR],
  ['character', CHAR],
  ['uuid', type('uuid', ['String'], 'Uuid')],
  ['integer', INTEGER],
  ['int', INTEGER],
  ['int4', INTEGER],
  ['smallint', SMALLINT],
  ['int2', SMALLINT],
  ['bigint', BIGINT],
  ['int8', BIGINT],
  ['numeric', NUMERIC],
  ['decimal', NUMERIC],
  ['double precision', DOUBLE],
  ['float8', DOUBLE],
  ['real', REAL],
  ['float4', REAL],
  ['timestamptz', TIMESTAMPTZ],
  ['timestamp with time zone', TIMESTAMPTZ],
  ['timestamp', TIMESTAMP],
  ['timestamp without time zone', TIMESTAMP],
  ['date', type('date', ['DateTime'], 'Date')],
  ['time', TIME],
  ['time without time zone', TIME],
  ['boolean', BOOLEAN],
  ['bool', BOOLEAN],
  ['jsonb', type('jsonb', ['Json'], 'JsonB')],
  ['bytea', type('bytea', ['Bytes'], 'ByteA')],
]);

/** A column type that fits its field. */
export interface ReadColumnType {
  /** As PostgreSQL is told, `varchar(160)`. */
  readonly postgres: string;
  /** As Prisma is told, `@db.VarChar(160)`. */
  readonly native: string;
  /** Its name alone, `varchar`, and the numbers in its brackets. */
  readonly name: string;
  readonly sizes: readonly number[];
}

export type ColumnTypeResult =
  | ({ readonly ok: true } & ReadColumnType)
  | { readonly ok: false; readonly reason: 'unknown' | 'arguments' | 'misfit'; readonly detail: string };

/** Reads the text of `@column(type:)` for a field of type `value`. `detail` ends a sentence: what would be right. */
export function readColumnType(text: string, value: ValueType): ColumnTypeResult {
  const found =
    /^\s*([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)\s*(with(?:out)? time zone)?)?\s*$/i.exec(
      text,
    );
  const name = found?.[1]?.toLowerCase().replace(/\s+/g, ' ') ?? text.trim();
  const zone = found?.[4]?.toLowerCase();
  const row = COLUMN_TYPES.get(zone ? `${name} ${zone}` : name);
  if (!found || !row) return { ok: false, reason: 'unknown', detail: columnTypesFor(value).join(', ') };
  if (!columnTypesFor(value).includes(row.canonical)) {
    return { ok: false, reason: 'misfit', detail: columnTypesFor(value).join(', ') };
  }
  const given = [found[2], found[3]].filter((item) => item !== undefined).map(Number);
  if (!fits(given, row)) return { ok: false, reason: 'arguments', detail: usage(row) };
  // numeric(3) is numeric(3,0), and Prisma wants both.
  const sizes = row === NUMERIC && given.length === 1 ? [...given, 0] : given;
  const brackets = sizes.length > 0 ? `(${sizes.join(',')})` : '';
  // An unbounded varchar is text; Prisma writes VarChar without a length as it is.
  const native = `@db.${row.native}${sizes.length > 0 ? `(${sizes.join(', ')})` : ''}`;
  return { ok: true, postgres: `${row.canonical}${brackets}`, native, name: row.canonical, sizes };
}

/** Column types that a field can have, the usual one first; none for enums, whose type is the enum. */
export function columnTypesFor(value: ValueType): readonly string[] {
  const scalar = value.kind === 'scalar' ? scalarType(value.name) : undefined;
  if (!scalar) return [];
  const rows = [...new Set(COLUMN_TYPES.values())].filter((row) => row.prisma.includes(scalar.prisma));
  const family = FAMILIES.find((members) => members.includes(scalar.postgres));
  return rows
    .map((row) => row.canonical)
    .filter((name) => (family ? family.includes(name) : !IN_FAMILIES.has(name)));
}

/** Parameters are cast to the scalar's own type, so a column must compare with it: a date is no instant. */
const FAMILIES: readonly (readonly string[])[] = [['timestamptz', 'timestamp'], ['date'], ['time'], ['uuid']];
const IN_FAMILIES: ReadonlySet<string> = new Set(FAMILIES.flat());

function fits(given: readonly number[], row: ColumnType): boolean {
  if (given.length > row.most.length) return false;
  if (given.some((item, index) => item > (row.most[index] ?? 0))) return false;
  const [first, second] = given;
  const isLength = row === VARCHAR || row === CHAR || row === NUMERIC;
  if (isLength && first !== undefined && first < 1) return false;
  return second === undefined || first === undefined || second <= first;
}

function usage(row: ColumnType): string {
  const [first, second] = row.most;
  if (first === undefined) return `${row.canonical} takes no numbers`;
  if (second !== undefined)
    return `${row.canonical}(precision, scale): precision 1 to ${first}, scale at most the precision`;
  return `${row.canonical}(n): n at most ${first}`;
}
