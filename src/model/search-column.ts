import { fitIdentifier } from '../kit/fit-identifier.ts';
import type { Entity, ScalarField } from './app-model.ts';
import { searchFields } from './exposed-fields.ts';

/** The stored tsvector over the `@search` fields that every reader of the row may read. */
export const SEARCH_COLUMN = 'plinth_search';

/** PostgreSQL's text search configuration: `simple` cuts words in any language and drops none. */
export const SEARCH_CONFIG = 'simple';

export interface SearchColumn {
  readonly column: string;
  /** The fields inside, each with its weight: A counts most. */
  readonly parts: readonly { readonly field: ScalarField; readonly weight: 'A' | 'B' | 'C' | 'D' }[];
  /** True where the one field inside has a read rule: search it only for viewers whom the rule cannot exclude. */
  readonly ruled: boolean;
}

/**
 * The tsvector columns of an entity; none without `@search`. Fields without a read rule share `plinth_search`; each ruled
 * one has `plinth_search_<column>`, so that what a viewer cannot read never influences what that viewer finds.
 * Concatenate (`||`) those that apply: words may be spread over them.
 */
export function searchColumns(entity: Entity): readonly SearchColumn[] {
  const weighed = searchFields(entity).map((field, index) => ({ field, weight: weightAt(index) }));
  const open = weighed.filter(({ field }) => field.access.read === undefined);
  const ruled = weighed.filter(({ field }) => field.access.read !== undefined);
  return [
    ...(open.length > 0 ? [{ column: SEARCH_COLUMN, parts: open, ruled: false }] : []),
    ...ruled.map((part) => ({
      column: fitIdentifier(`${SEARCH_COLUMN}_${part.field.column}`, ''),
      parts: [part],
      ruled: true,
    })),
  ];
}

function weightAt(index: number): 'A' | 'B' | 'C' | 'D' {
  return (['A', 'B', 'C'] as const)[index] ?? 'D';
}
