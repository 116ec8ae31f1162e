import type { RelationStorage } from '../../model/app-model.ts';
import type { RelationEnd } from './relation-end.ts';

type JoinStorage = Extract<RelationStorage, { kind: 'join' }>;

/**
 * The join table as Prisma makes it for an implicit many-to-many relation: `_` and the relation's name, or both models'
 * names in alphabetical order. Column A holds the id of the model that comes first alphabetically; between a model and
 * itself, it holds the id of the row whose field comes first alphabetically (measured with Prisma 7.10: of `followers` and
 * `follows`, the row of `followers` is in A and the row of `follows` in B).
 */
export function joinStorage(end: RelationEnd, back: RelationEnd): JoinStorage {
  const [low, high] = [end.owner, end.target].sort(byCodePoint);
  const table = `_${end.name ?? `${low}To${high}`}`;
  const own = isSideA(end, back) ? 'A' : 'B';
  return { kind: 'join', table, own, other: own === 'A' ? 'B' : 'A' };
}

function isSideA(end: RelationEnd, back: RelationEnd): boolean {
  if (end.owner !== back.owner) return byCodePoint(end.owner, back.owner) < 0;
  return byCodePoint(end.node.name.value, back.node.name.value) < 0;
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
