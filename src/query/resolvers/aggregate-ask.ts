import type { FieldNode } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import { AGGREGATE_FNS, type AggregateItem } from '../read/aggregate-plan.ts';
import { type Selecting, selectedFields } from '../read/selection.ts';

/** The numbers that a selected aggregate of `entity` wants. */
export function aggregateItems(
  entity: Entity,
  info: Selecting,
  nodes: readonly FieldNode[],
): readonly AggregateItem[] {
  const parts = new Map(
    selectedFields(info, nodes, names.aggregate(entity)).map((part) => [part.name, part.nodes]),
  );
  const count: readonly AggregateItem[] = parts.has('count') ? [{ fn: 'count', field: '' }] : [];
  const items = AGGREGATE_FNS.flatMap((fn) =>
    selectedFields(info, parts.get(fn) ?? [], names[fn](entity))
      .filter(({ name }) => !name.startsWith('__'))
      .map(({ name }): AggregateItem => ({ fn, field: name })),
  );
  return [...count, ...items];
}
