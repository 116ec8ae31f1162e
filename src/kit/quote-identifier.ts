/** A PostgreSQL identifier, quoted so that any name is only ever a name. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
