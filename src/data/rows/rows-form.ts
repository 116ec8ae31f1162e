import type { SentAs } from '../../model/scalars.ts';

/** A piece of the JSON that is made of a row. Columns are counted from 0. */
export type RowStep =
  /** The same for every row. */
  | { readonly literal: string }
  /** JSON already, a text that becomes a JSON string, or an instant (see `SentAs`). Null is null. */
  | { readonly column: number; readonly as: SentAs | 'json' }
  /** An object that is there where the column is not null; else it is null, whatever its own columns say. */
  | { readonly column: number; readonly object: readonly RowStep[] }
  /** What the steps make, in letters for URLs. */
  | { readonly base64url: readonly RowStep[] };

/** A piece of the text that is made of all rows. */
export type RowsPart =
  | { readonly literal: string }
  /** The list of the page's rows. */
  | { readonly list: readonly RowStep[] }
  /** Of the first or the last row of the page as they come, as a string in letters for URLs; null where it has none. */
  | { readonly first: readonly RowStep[] }
  | { readonly last: readonly RowStep[] }
  /** Of the first row that comes, even where it is none of the page; null where none comes. */
  | { readonly head: readonly RowStep[] }
  /** `true` where more rows come than the page has; else as `head`. */
  | { readonly more: readonly RowStep[] };

/** The part of the rows that counts. */
export interface RowsPage {
  readonly size: number;
  /** Whether they come from the end. */
  readonly isReversed: boolean;
  /** A column that is null where a row has come only for its other columns. */
  readonly isThere?: number | undefined;
}

/** How the rows that a statement answers become one JSON text: its parts side by side. */
export interface RowsForm {
  readonly parts: readonly RowsPart[];
  /** Where not all rows count. */
  readonly page?: RowsPage | undefined;
}
