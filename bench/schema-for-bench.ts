import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A read rule on each model; `rows` adds a condition that has to be asked of every row. */
export type Rules = 'viewer' | 'rows';

const RULES: Readonly<Record<Rules, string>> = {
  viewer: 'viewer != null',
  rows: 'viewer != null && this.id != viewer.id',
};

/** The Chinook example with rules that need a viewer, and with the keys that the operations filter and group by. */
export function benchSchema(rules: Rules): string {
  const text = readFileSync(join(import.meta.dirname, '..', 'examples', 'chinook', 'schema.graphql'), 'utf8');
  return text
    .replaceAll('@access(read: "true")', `@access(read: "${RULES[rules]}", create: "viewer != null")`)
    .replace(/^( {2}mediaType: MediaType!.*)$/m, '$1\n  mediaTypeId: ID!')
    .replace(/^( {2}genre: Genre .*)$/m, '$1\n  genreId: ID');
}
