const MAX_LENGTH = 40;

/** A value as an error message may show it: short, on one line. */
export function preview(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    const start = value.slice(0, MAX_LENGTH);
    return JSON.stringify(start) + (value.length > MAX_LENGTH ? '…' : '');
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return String(value).slice(0, MAX_LENGTH);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
