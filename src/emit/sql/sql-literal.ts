import type { JsonValue, ValueType } from '../../model/app-model.ts';
import { scalarType } from '../../model/scalars.ts';

/** A name in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant in SQL. @throws for NUL, which PostgreSQL has no way to write */
export function quoteText(text: string): string {
  if (text.includes('\u0000')) throw new Error('A string with a NUL character cannot stand in SQL.');
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A constant in SQL. DDL takes no parameters, so this is the one place where values become text: numbers only if they
 * look like one, everything else quoted.
 */
export function sqlLiteral(value: JsonValue, type: ValueType): string {
  if (value === null) return `NULL::${postgresType(type)}`;
  if (!type.list) return singleLiteral(value, type);
  const items = Array.isArray(value) ? value : [value];
  return `ARRAY[${items.map((item) => singleLiteral(item, type)).join(', ')}]::${postgresType(type)}`;
}

/** The type that constants of a field's type are cast to. */
export function postgresType(type: ValueType): string {
  const single = type.kind === 'enum' ? quoteName(type.name) : (scalarType(type.name)?.postgres ?? 'text');
  return type.list ? `${single}[]` : single;
}

const NUMBERS = new Set(['int4', 'int8', 'float8', 'numeric']);

function singleLiteral(value: JsonValue, type: ValueType): string {
  const postgres = postgresType({ ...type, list: false });
  if (postgres === 'bool') return value === true ? 'TRUE' : 'FALSE';
  if (postgres === 'jsonb') return `${quoteText(JSON.stringify(value))}::jsonb`;
  const text = String(value);
  if (NUMBERS.has(postgres) && /^-?\d+(\.\d+)?$/.test(text)) return text.startsWith('-') ? `(${text})` : text;
  if (postgres === 'bytea') return `decode(${quoteText(text)}, 'base64')`;
  // A bare string takes the type of what it is compared with: text, varchar, an enum.
  return postgres === 'text' ? quoteText(text) : `${quoteText(text)}::${postgres}`;
}
