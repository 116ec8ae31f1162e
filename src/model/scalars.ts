/**
 * Every scalar that a stored field can have, as rows of one table: emitters, filters and SQL ask the row and never
 * the name. A scalar that only refines another (an e-mail address is a string) names its `base` and differs in
 * parsing alone.
 */
export interface ScalarType {
  /** What kind of filter it has: `StringFilter`, `IntFilter`, … (the name of the input in the API). */
  readonly filter: string;
  /** Prisma's scalar and native type attribute. */
  readonly prisma: string;
  readonly native: string | undefined;
  /** PostgreSQL type that parameters are cast to. */
  readonly postgres: string;
  /** Has an order: `lt`, `min`, `ORDER BY`, keyset cursors. */
  readonly ordered: boolean;
  /** Has `contains`, `startsWith`, `endsWith`, `mode`. */
  readonly text: boolean;
  /** API scalars of its sum and average; undefined where it cannot be summed. */
  readonly sum: string | undefined;
  readonly avg: string | undefined;
  /** What its numbers are bound to beyond what PostgreSQL's type is; null is bound to nothing. */
  readonly range: ScalarRange | undefined;
  /** Can be grouped into date buckets. */
  readonly bucket: boolean;
  /** Renders `column` (SQL text) as a value whose JSON is what the API answers. */
  json(column: string): string;
  /**
   * Where PostgreSQL's own text of a value is what `json` renders, or leads to it, and takes it less time: that value. `as` is what
   * whoever reads the text makes of it.
   */
  readonly sent: { readonly value: (column: string) => string; readonly as: SentAs } | undefined;
  /** SQL of whether the API can say a stored value, where PostgreSQL's type has more of them. */
  readonly sayable: ((column: string) => string) | undefined;
  /** SQL of whether the JSON of a stored value is null. */
  readonly saidAsNull: ((column: string) => string) | undefined;
}

/** Bounds of a refined number; `min` and `max` belong to it, `above` and `below` do not. */
export interface ScalarRange {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
}

/** A text is a JSON string as it is; an instant is turned from PostgreSQL's form into that of RFC 3339, in UTC with milliseconds; a day is a text of ISO's form. */
export type SentAs = 'text' | 'instant' | 'day';

const plain = (column: string): string => column;
const asText = (column: string): string => `(${column})::text`;
const trimmed = (column: string): string => `trim_scale(${column})`;

const AS_IT_IS = { value: plain, as: 'text' } as const;

/** Of dates: the years that the API knows. */
const knownYears = (column: string): string => `${column} BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999'`;
const infinite = (column: string): string => `NOT isfinite(${column})`;

const scalar = (
  row: Partial<ScalarType> & Pick<ScalarType, 'filter' | 'prisma' | 'postgres'>,
): ScalarType => ({
  native: undefined,
  ordered: true,
  text: false,
  sum: undefined,
  avg: undefined,
  range: undefined,
  bucket: false,
  json: plain,
  sent: undefined,
  sayable: undefined,
  saidAsNull: undefined,
  ...row,
});

const text = (filter = 'StringFilter'): ScalarType =>
  scalar({ filter, prisma: 'String', postgres: 'text', text: true, sent: AS_IT_IS });
const integer = (range?: ScalarRange): ScalarType =>
  scalar({ filter: 'IntFilter', prisma: 'Int', postgres: 'int4', sum: 'Float', avg: 'Float', range });
const float = (range?: ScalarRange): ScalarType =>
  scalar({ filter: 'FloatFilter', prisma: 'Float', postgres: 'float8', sum: 'Float', avg: 'Float', range });

export const SCALARS = {
  /** Storage of an `ID` follows the id kind of the entity that it identifies; this row is the text kind. */
  ID: scalar({ filter: 'IDFilter', prisma: 'String', postgres: 'text', json: asText, sent: AS_IT_IS }),
  String: text(),
  Int: integer(),
  Float: float(),
  Boolean: scalar({ filter: 'BooleanFilter', prisma: 'Boolean', postgres: 'bool' }),
  BigInt: scalar({
    filter: 'BigIntFilter',
    prisma: 'BigInt',
    postgres: 'int8',
    sum: 'BigInt',
    avg: 'Float',
    json: asText,
    sent: AS_IT_IS,
  }),
  Decimal: scalar({
    filter: 'DecimalFilter',
    prisma: 'Decimal',
    // Without it Prisma makes numeric(65,30), which rounds and overflows.
    native: '@db.Decimal',
    postgres: 'numeric',
    sum: 'Decimal',
    avg: 'Decimal',
    json: (column) => `${trimmed(column)}::text`,
    sent: { value: trimmed, as: 'text' },
    // NaN and infinity have none.
    sayable: (column) => `scale(${column}) IS NOT NULL`,
  }),
  DateTime: scalar({
    filter: 'DateTimeFilter',
    prisma: 'DateTime',
    native: '@db.Timestamptz(3)',
    postgres: 'timestamptz',
    bucket: true,
    json: (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    sent: { value: plain, as: 'instant' },
    sayable: knownYears,
    saidAsNull: infinite,
  }),
  Date: scalar({
    filter: 'DateFilter',
    prisma: 'DateTime',
    native: '@db.Date',
    postgres: 'date',
    bucket: true,
    json: (column) => `to_char(${column}, 'YYYY-MM-DD')`,
    sent: { value: plain, as: 'day' },
    sayable: knownYears,
    saidAsNull: infinite,
  }),
  Time: scalar({
    filter: 'TimeFilter',
    prisma: 'DateTime',
    native: '@db.Time(3)',
    postgres: 'time',
    // Milliseconds at most, without needless zeros, also of columns and computed values that have microseconds.
    json: (column) => `rtrim(rtrim(to_char(${column}, 'HH24:MI:SS.MS'), '0'), '.')`,
    sayable: (column) => `${column} < '24:00'`,
  }),
  JSON: scalar({
    filter: 'JSONFilter',
    prisma: 'Json',
    postgres: 'jsonb',
    ordered: false,
    saidAsNull: (column) => `${column} = 'null'`,
  }),
  UUID: scalar({
    filter: 'UUIDFilter',
    prisma: 'String',
    native: '@db.Uuid',
    postgres: 'uuid',
    json: asText,
    sent: AS_IT_IS,
  }),
  Bytes: scalar({
    filter: 'BytesFilter',
    prisma: 'Bytes',
    postgres: 'bytea',
    ordered: false,
    json: (column) => `replace(encode(${column}, 'base64'), E'\\n', '')`,
  }),
  EmailAddress: text(),
  URL: text(),
  PhoneNumber: text(),
  IPv4: text(),
  IPv6: text(),
  IP: text(),
  MAC: text(),
  HexColorCode: text(),
  CountryCode: text(),
  Currency: text(),
  Locale: text(),
  TimeZone: text(),
  Duration: text(),
  SemVer: text(),
  NonEmptyString: text(),
  PositiveInt: integer({ above: 0 }),
  NonNegativeInt: integer({ min: 0 }),
  NegativeInt: integer({ below: 0 }),
  NonPositiveInt: integer({ max: 0 }),
  Port: integer({ min: 0, max: 65_535 }),
  PositiveFloat: float({ above: 0 }),
  NonNegativeFloat: float({ min: 0 }),
  Latitude: float({ min: -90, max: 90 }),
  Longitude: float({ min: -180, max: 180 }),
} as const satisfies Record<string, ScalarType>;

export type ScalarName = keyof typeof SCALARS;

/** The row of a scalar; undefined for any other name. */
export function scalarType(name: string): ScalarType | undefined {
  return Object.hasOwn(SCALARS, name) ? SCALARS[name as ScalarName] : undefined;
}
