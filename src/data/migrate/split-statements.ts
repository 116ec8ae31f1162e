/**
 * Splits an SQL script at its semicolons, minding strings, quoted names, comments (which nest) and dollar quotes.
 * Comments before a statement stay with it; what is only comment or blank is left out.
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let begin = 0;
  let hasContent = false;
  for (let at = 0; at < script.length; ) {
    const skipped = skipQuoted(script, at);
    if (skipped) {
      hasContent ||= !skipped.comment;
      at = skipped.end;
      continue;
    }
    const letter = script[at];
    at++;
    if (letter === ';') {
      if (hasContent) statements.push(script.slice(begin, at).trim());
      begin = at;
      hasContent = false;
    } else if (letter !== undefined && !/\s/.test(letter)) hasContent = true;
  }
  if (hasContent) statements.push(script.slice(begin).trim());
  return statements;
}

/** A statement without the comments that stand before it. */
export function withoutComments(statement: string): string {
  return statement.replace(/^(\s*--[^\n]*(\n|$)|\s+)*/, '');
}

/** Where the quoted stretch that begins here ends; undefined when none begins here. */
function skipQuoted(script: string, at: number): { end: number; comment: boolean } | undefined {
  const rest = script.slice(at, at + 64);
  if (rest.startsWith('--')) return { end: endOf(script, '\n', at), comment: true };
  if (rest.startsWith('/*')) return { end: endOfBlockComment(script, at), comment: true };
  if (rest[0] === '"') return { end: endOf(script, '"', at + 1), comment: false };
  if (rest[0] === "'") return { end: endOfString(script, at), comment: false };
  const dollar = /^\$([A-Za-z_][A-Za-z_0-9]*)?\$/.exec(rest)?.[0];
  // Within a name ($ may stand inside one) a dollar does not begin a quote.
  if (dollar && !/[\w$]/.test(script[at - 1] ?? ' ')) {
    return { end: endOf(script, dollar, at + dollar.length), comment: false };
  }
  return undefined;
}

function endOf(script: string, mark: string, from: number): number {
  const found = script.indexOf(mark, from);
  return found < 0 ? script.length : found + mark.length;
}

function endOfBlockComment(script: string, at: number): number {
  let depth = 0;
  for (let i = at; i < script.length; i++) {
    if (script.startsWith('/*', i)) {
      depth++;
      i++;
    } else if (script.startsWith('*/', i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return script.length;
}

/** Backslashes escape only in E'…' strings. */
function endOfString(script: string, at: number): number {
  const escapes = /[eE]/.test(script[at - 1] ?? '') && !/\w/.test(script[at - 2] ?? ' ');
  for (let i = at + 1; i < script.length; i++) {
    if (escapes && script[i] === '\\') i++;
    else if (script[i] === "'") return i + 1;
  }
  return script.length;
}
