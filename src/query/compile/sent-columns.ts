import type { RowStep } from '../../data/index.ts';
import { type SortOperand, sentKey } from '../sql/keyset.ts';
import { columnOf, ident, join, raw, type Sql, sql } from '../sql/sql.ts';
import { type JsonText, knownText, type Member } from './json-text.ts';

/** PostgreSQL takes 1,664. */
const MOST = 1_000;

/** What is sent with the rows' own columns: a value that is the same for all of them, and there even if they are none. */
interface Beside {
  readonly select: Sql;
  /** The column that is null where there is no row; undefined where rows come for themselves alone. */
  readonly isThere: number | undefined;
}

/** The columns of a statement whose rows are sent as they are. */
export class SentColumns {
  readonly #columns: { readonly value: Sql; readonly isBeside: boolean }[] = [];
  readonly #keys = new Map<SortOperand, number>();
  readonly #known = new Map<string, number>();

  /** Of each row. Answers its number, counted from 0. */
  add(value: Sql): number {
    return this.#columns.push({ value, isBeside: false }) - 1;
  }

  /** A value that is the same each time it is read, once for whatever is made of it. */
  addStored(value: Sql): number {
    if (!value.parts.every((part) => typeof part === 'string')) return this.add(value);
    const text = value.parts.join('');
    const column = this.#known.get(text) ?? this.add(value);
    this.#known.set(text, column);
    return column;
  }

  /** A key's value, once for all cursors: PostgreSQL may make it of every row that it sorts, and a rank is slow. */
  addKey(key: SortOperand): number {
    const column = this.#keys.get(key) ?? this.addStored(sentKey(key));
    this.#keys.set(key, column);
    return column;
  }

  /** Not of a row. */
  addBeside(value: Sql): number {
    return this.#columns.push({ value, isBeside: true }) - 1;
  }

  get areTooMany(): boolean {
    return this.#columns.length > MOST;
  }

  get sql(): Sql {
    return join(this.#columns.map(({ value }) => value));
  }

  /** The rows that `select` makes of their columns, beside what is not of a row. */
  besides(select: (columns: Sql) => Sql): Beside {
    if (this.#columns.every(({ isBeside }) => !isBeside))
      return { select: select(this.sql), isThere: undefined };
    const isThere = this.add(raw("''::text"));
    const all = join(
      this.#columns.map(({ isBeside }, index) => columnOf(isBeside ? BESIDE : ROWS, `c${index}`)),
    );
    const rows = select(this.#named(false));
    const beside = sql`(SELECT ${this.#named(true)}) AS ${ident(BESIDE)}`;
    return {
      select: sql`SELECT ${all} FROM ${beside} LEFT JOIN (${rows}) AS ${ident(ROWS)} ON TRUE`,
      isThere,
    };
  }

  #named(beside: boolean): Sql {
    const named = this.#columns.flatMap(({ value, isBeside }, index) =>
      isBeside === beside ? [sql`${value} AS ${ident(`c${index}`)}`] : [],
    );
    return join(named);
  }
}

const ROWS = 'plinth_rows';
const BESIDE = 'plinth_beside';

/**
 * How an object is made of its row's columns, which are added to `columns`.
 * @param isThere whether there is a row that the members are of, where it may be missing
 */
export function objectSteps(
  members: readonly Member[],
  columns: SentColumns,
  isThere?: Sql,
): readonly RowStep[] {
  const steps = members.flatMap(({ key, value }, index): RowStep[] => [
    { literal: `${index === 0 ? '' : ','}"${key}":` },
    ...valueSteps(value, columns, isThere),
  ]);
  return [{ literal: '{' }, ...steps, { literal: '}' }];
}

function valueSteps(value: JsonText, columns: SentColumns, isThere: Sql | undefined): readonly RowStep[] {
  const literal = knownText(value);
  if (literal !== undefined) return [{ literal }];
  const { inRow } = value;
  if (inRow && 'steps' in inRow) return inRow.steps(columns);
  if (inRow && 'isThere' in inRow) {
    const column = columns.add(sql`CASE WHEN ${inRow.isThere} THEN '' END`);
    return [{ column, object: objectSteps(inRow.members, columns, inRow.isThere) }];
  }
  const { column, as, isStored } =
    inRow && 'column' in inRow ? inRow : { column: value.sql, as: 'json' as const, isStored: false };
  const sent = isThere && !isStored ? sql`CASE WHEN ${isThere} THEN ${column} END` : column;
  return [{ column: isStored ? columns.addStored(sent) : columns.add(sent), as }];
}

/** What `cursorOf` makes in SQL, before it is written in letters for URLs. */
export function cursorSteps(
  keys: readonly SortOperand[],
  mark: string,
  columns: SentColumns,
): readonly RowStep[] {
  const texts = keys.flatMap((key): RowStep[] => [
    { literal: ', ' },
    { column: columns.addKey(key), as: 'text' },
  ]);
  return [{ literal: `["${mark}"` }, ...texts, { literal: ']' }];
}
