import { assertNever } from '../../kit/assert-never.ts';
import type { JsonValue, ValueType } from '../../model/app-model.ts';
import { scalarType } from '../../model/scalars.ts';

/**
 * A value as Prisma's `@default(…)` takes it: enums bare, numbers without exponent, everything else as a quoted string.
 * Undefined for null, which is what a column without a default holds.
 */
export function prismaLiteral(value: JsonValue, type: ValueType): string | undefined {
  if (value === null) return undefined;
  if (!type.list) return singleLiteral(value, type);
  const items = Array.isArray(value) ? value : [value];
  return `[${items.map((item) => singleLiteral(item, type)).join(', ')}]`;
}

type PrismaScalar =
  | 'String'
  | 'Int'
  | 'Float'
  | 'Boolean'
  | 'BigInt'
  | 'Decimal'
  | 'DateTime'
  | 'Json'
  | 'Bytes';

function singleLiteral(value: JsonValue, type: ValueType): string {
  if (type.kind === 'enum') return String(value);
  const row = scalarType(type.name);
  const prisma = row?.prisma as PrismaScalar;
  switch (prisma) {
    case 'Int':
    case 'Float':
    case 'BigInt':
    case 'Decimal':
      return plainNumber(String(value));
    case 'Boolean':
      return String(value);
    case 'DateTime':
      return quote(instant(String(value)));
    case 'Json':
      return quote(JSON.stringify(value));
    case 'String':
    case 'Bytes':
      return quote(String(value));
    default:
      return assertNever(prisma);
  }
}

/** Prisma takes every date and time as a full RFC 3339 instant; PostgreSQL casts it to the column's own type. */
function instant(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `${text}T00:00:00.000Z`;
  if (/^\d{2}:\d{2}/.test(text)) return `1970-01-01T${text.length === 5 ? `${text}:00` : text}Z`;
  return text;
}

function quote(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/[\n\r\t]/g, (character) => ESCAPES[character] ?? '');
  return `"${escaped.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `1e21` and `1.5E-7` written out: Prisma's numbers have no exponent. */
function plainNumber(text: string): string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is no number that a default could have.`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const padded = digits.padEnd(Math.max(point, 0), '0').padStart(digits.length - Math.min(point, 0), '0');
  const at = Math.max(point, 0);
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, '') || '0';
  const rest = padded.slice(at);
  return `${sign === '-' ? '-' : ''}${integer}${rest === '' ? '' : `.${rest}`}`;
}
