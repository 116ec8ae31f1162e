import { lowerFirst } from '../../kit/words.ts';
import type { AppModel, Entity, RelationField } from '../../model/app-model.ts';

/** A field that Prisma wants and the author did not write: the far side of a one-way relation. */
export interface BackField {
  readonly name: string;
  /** The entity that holds the key. */
  readonly owner: Entity;
  readonly relation: RelationField;
}

/** What the emitter must know of relations beyond a single field. */
export interface RelationEnds {
  /** Prisma's relation name, or undefined where the two models alone tell which relation is meant. */
  nameOf(entity: Entity, relation: RelationField): string | undefined;
  /** Fields to add to `entity`; their names hold `_via_`, and are not taken by fields of the author's. */
  backFields(entity: Entity): readonly BackField[];
}

/** Looks through all relations once. */
export function relationEnds(app: AppModel): RelationEnds {
  const counts = new Map<string, number>();
  for (const entity of app.entities) {
    for (const relation of leadingRelations(app, entity)) {
      const pair = pairOf(entity.name, relation.target);
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  const backs = backFieldsByTarget(app);
  return {
    nameOf: (entity, relation) => relationName(app, counts, entity, relation),
    backFields: (entity) => backs.get(entity.name) ?? [],
  };
}

/** The relations of an entity that stand for the pair: those with the key, and one of the two lists of a join. */
function leadingRelations(app: AppModel, entity: Entity): readonly RelationField[] {
  return entity.fields
    .filter((field) => field.kind === 'relation')
    .filter((relation) => leadingEnd(app, entity, relation).relation === relation);
}

interface End {
  readonly entity: Entity;
  readonly relation: RelationField;
}

/** Of the two fields of one relation always the same one, whichever was asked. */
function leadingEnd(app: AppModel, entity: Entity, relation: RelationField): End {
  const own = { entity, relation };
  const target = app.entityByName.get(relation.target);
  const inverse = relation.inverse === undefined ? undefined : target?.fieldByName.get(relation.inverse);
  if (!target || inverse?.kind !== 'relation') return own;
  const other = { entity: target, relation: inverse };
  switch (relation.storage.kind) {
    case 'key':
      return own;
    case 'inverse':
      return other;
    case 'join':
      return relation.storage.own === 'A' ? own : other;
  }
}

function relationName(
  app: AppModel,
  counts: ReadonlyMap<string, number>,
  entity: Entity,
  relation: RelationField,
): string | undefined {
  const { storage } = relation;
  const isOnly = entity.name !== relation.target && counts.get(pairOf(entity.name, relation.target)) === 1;
  if (storage.kind === 'join') {
    // Prisma's join table is the relation's name behind an underscore.
    const name = storage.table.replace(/^_/, '');
    return isOnly && name === [entity.name, relation.target].sort().join('To') ? undefined : name;
  }
  if (isOnly) return undefined;
  const leading = leadingEnd(app, entity, relation);
  return `${leading.entity.name}_${leading.relation.name}`;
}

function pairOf(a: string, b: string): string {
  return [a, b].sort().join(' ');
}

function backFieldsByTarget(app: AppModel): ReadonlyMap<string, readonly BackField[]> {
  const backs = new Map<string, BackField[]>();
  for (const owner of app.entities) {
    for (const relation of owner.fields) {
      if (relation.kind !== 'relation' || relation.storage.kind !== 'key') continue;
      if (relation.inverse !== undefined) continue;
      const own = backs.get(relation.target) ?? [];
      backs.set(relation.target, own);
      own.push({ name: freeName(app, owner, relation, own), owner, relation });
    }
  }
  return backs;
}

function freeName(app: AppModel, owner: Entity, relation: RelationField, own: readonly BackField[]): string {
  const isOne = relation.storage.kind === 'key' && relation.storage.unique;
  const stem = isOne ? owner.singular : owner.plural;
  let name = `${lowerFirst(stem)}_via_${relation.name}`;
  const target = app.entityByName.get(relation.target);
  while (target?.fieldByName.has(name) || own.some((back) => back.name === name)) name += '_';
  return name;
}
