import { assertParameters } from './max-parameters.ts';

/**
 * A piece of SQL with its parameters still in place: immutable, so pieces are shared and nested freely. Text comes only
 * from templates in our source and from `ident`; whatever a viewer or a row says is a parameter.
 */
export interface Sql {
  readonly parts: readonly (string | Param)[];
}

/** A value that is sent beside the text, cast to `type` (a PostgreSQL type as SQL text, already quoted where needed). */
export interface Param {
  readonly value: unknown;
  readonly type: string;
}

/** What the driver takes. */
export interface Statement {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** Template for SQL text: every interpolation is itself a piece of SQL. */
export function sql(strings: TemplateStringsArray, ...pieces: readonly Sql[]): Sql {
  const parts: (string | Param)[] = [];
  strings.forEach((text, index) => {
    if (text !== '') parts.push(text);
    const piece = pieces[index];
    if (piece) append(parts, piece);
  });
  return { parts };
}

/** One by one: what a call spreads has to fit on the stack, and a long filter has more parts. */
function append(parts: (string | Param)[], piece: Sql): void {
  for (const part of piece.parts) parts.push(part);
}

/** Text of our own making. Never pass anything here that came from a request. */
export function raw(text: string): Sql {
  return { parts: [text] };
}

/** A quoted identifier. */
export function ident(name: string): Sql {
  return raw(quoteIdent(name));
}

/** `alias.column`, both quoted. */
export function columnOf(alias: string, column: string): Sql {
  return raw(`${quoteIdent(alias)}.${quoteIdent(column)}`);
}

export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A parameter with an explicit cast, so that PostgreSQL never guesses its type. */
export function param(value: unknown, type: string): Sql {
  return { parts: [{ value, type }] };
}

/** The pieces one after another; `empty` when there are none. */
export function join(pieces: readonly Sql[], separator = ', ', empty: Sql = raw('')): Sql {
  const [first] = pieces;
  if (!first) return empty;
  const parts: (string | Param)[] = [...first.parts];
  for (const piece of pieces.slice(1)) {
    parts.push(separator);
    append(parts, piece);
  }
  return { parts };
}

export function parens(piece: Sql): Sql {
  return sql`(${piece})`;
}

/** Conjunction in SQL's own logic; TRUE when there are no terms. */
export function allOf(pieces: readonly Sql[]): Sql {
  const [only] = pieces;
  return pieces.length === 1 && only
    ? only
    : pieces.length === 0
      ? raw('TRUE')
      : join(pieces.map(parens), ' AND ');
}

/** Disjunction in SQL's own logic; FALSE when there are no terms. */
export function anyOf(pieces: readonly Sql[]): Sql {
  const [only] = pieces;
  return pieces.length === 1 && only
    ? only
    : pieces.length === 0
      ? raw('FALSE')
      : join(pieces.map(parens), ' OR ');
}

/** The text without its values, to look for names in. A name and what stands around it may be parts of their own. */
export function textOf({ parts }: Sql): string {
  return parts.map((part) => (typeof part === 'string' ? part : '$')).join('');
}

/**
 * Numbers the parameters in order of appearance; equal values of one type share a number.
 * @throws ViewerError BAD_USER_INPUT where these are more than a statement takes
 */
export function toStatement(piece: Sql): Statement {
  const params: unknown[] = [];
  const numbers = new Map<string, Map<unknown, number>>();
  const text = piece.parts.map((part) => {
    if (typeof part === 'string') return part;
    const ofType = numbers.get(part.type) ?? new Map<unknown, number>();
    numbers.set(part.type, ofType);
    let number = ofType.get(part.value);
    if (number === undefined) {
      number = params.push(part.value);
      ofType.set(part.value, number);
    }
    return `$${number}::${part.type}`;
  });
  assertParameters(params.length);
  return { text: text.join(''), params };
}
