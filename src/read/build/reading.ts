import type { AuthorSchema } from '../author-schema.ts';
import type { Pairing } from '../relations/pair-relations.ts';
import type { RelationEnd } from '../relations/relation-end.ts';

/** What is known once the relations are paired, and before entities are built. */
export interface Reading {
  readonly schema: AuthorSchema;
  readonly ends: readonly RelationEnd[];
  readonly endByName: ReadonlyMap<string, RelationEnd>;
  readonly pairing: Pairing;
}
