import type { FieldNode } from 'graphql';
import type { Entity, Field } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import { countedVerdict, everyColumn, relationColumns } from '../read/plan-columns.ts';
import { fieldRule } from '../read/readable.ts';
import { type Selecting, selectedFields } from '../read/selection.ts';
import type { RequestScope } from '../request-scope.ts';

const fieldsBySelection = new WeakMap<Entity, ReadonlyMap<string, Field>>();

/** The field that a selected name is about: `comments`, `commentsConnection` and `commentsAggregate` are one relation. */
function fieldOf(entity: Entity, name: string): Field | undefined {
  let known = fieldsBySelection.get(entity);
  if (!known) {
    known = new Map(
      entity.fields.flatMap((field): [string, Field][] =>
        field.kind === 'relation' && field.many
          ? [
              [field.name, field],
              [names.relationConnection(field), field],
              [names.relationAggregate(field), field],
            ]
          : [[field.name, field]],
      ),
    );
    fieldsBySelection.set(entity, known);
  }
  return known.get(name);
}

/** Columns that the selection beneath `nodes` needs of each row of `entity`. */
export function neededColumns(
  scope: RequestScope,
  entity: Entity,
  info: Selecting,
  nodes: readonly FieldNode[],
): readonly string[] {
  const needed = new Set<string>();
  for (const { name } of selectedFields(info, nodes, entity.name)) {
    const field = fieldOf(entity, name);
    if (field) for (const column of columnsOf(scope, entity, field)) needed.add(column);
  }
  return [...needed].sort();
}

/** Columns that resolving one field needs. The author's own resolvers are given the whole row. */
export function columnsOf(scope: RequestScope, entity: Entity, field: Field): readonly string[] {
  if (field.kind === 'relation') return relationColumns(scope, entity, field);
  if (field.kind !== 'resolved') return [field.name, ...countedVerdict(scope, entity, field)];
  return [...everyColumn(scope, entity), ...(fieldRule(scope, entity, field.name) ? [`?${field.name}`] : [])];
}
