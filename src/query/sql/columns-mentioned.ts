import { quoteIdent, type Sql, textOf } from './sql.ts';

/**
 * Names of the columns that `piece` reads of the table with this alias. Aliases and columns stand in SQL only as `columnOf` writes
 * them, and whatever a viewer says is a parameter.
 */
export function columnsMentioned(alias: string, piece: Sql): readonly string[] {
  const columns = textOf(piece)
    .split(`${quoteIdent(alias)}."`)
    .slice(1)
    .map(upToQuote);
  return [...new Set(columns)];
}

/** The identifier that the text begins with; a quote within it is doubled. */
function upToQuote(text: string): string {
  const quoted = /^(?:[^"]|"")*/.exec(text)?.[0] ?? '';
  return quoted.replaceAll('""', '"');
}
