import type { AppModel, JsonValue } from '../model/app-model.ts';

/** A constant that no stored value of the column can equal. */
export const IMPOSSIBLE = Symbol('impossible');

export type Convert = (value: JsonValue) => unknown;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^-?\d{1,19}$/;

/** JSON as the API has it → what the Prisma client takes for a storage (see `storageOf`). */
export function converterTo(app: AppModel, storage: string): Convert {
  if (storage.startsWith('enum:')) {
    const values = app.enumByName.get(storage.slice('enum:'.length))?.values ?? [];
    const names = new Set<unknown>(values.map((value) => value.name));
    return (value) => (names.has(value) ? value : IMPOSSIBLE);
  }
  return CONVERTERS[storage] ?? ((value) => value);
}

const CONVERTERS: Readonly<Record<string, Convert>> = {
  int4: (value) => {
    const whole = wholeNumber(value, 2n ** 31n);
    return typeof whole === 'bigint' ? Number(whole) : whole;
  },
  int8: (value) => wholeNumber(value, 2n ** 63n),
  timestamptz: (value) => new Date(String(value)),
  date: (value) => new Date(`${String(value)}T00:00:00Z`),
  time: (value) => new Date(`1970-01-01T${String(value).replace(/Z$/, '')}Z`),
  uuid: (value) => (UUID.test(String(value)) ? String(value).toLowerCase() : IMPOSSIBLE),
};

function wholeNumber(value: JsonValue, bound: bigint): bigint | typeof IMPOSSIBLE {
  const text = String(value);
  const whole = INTEGER.test(text) ? BigInt(text) : bound;
  return whole >= -bound && whole < bound ? whole : IMPOSSIBLE;
}

/** Prisma hands text to LIKE as it is, where `%`, `_` and `\` have a meaning. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
