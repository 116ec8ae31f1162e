import type { RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity, Field, RelationField } from '../../model/app-model.ts';

/** What every emitter of a part of the API is given. */
export interface ApiContext {
  readonly app: AppModel;
  readonly rules: RuleBook;
}

/** The entity that a relation leads to. @throws when the model names one that it does not have */
export function targetOf(app: AppModel, relation: RelationField): Entity {
  const target = app.entityByName.get(relation.target);
  if (!target)
    throw new Error(`Relation "${relation.name}" leads to "${relation.target}", which is no model.`);
  return target;
}

/** The author's description of a field, or a plain one. */
export function describe(entity: Entity, field: Field): string {
  return field.description ?? `\`${field.name}\` of the ${entity.singular}.`;
}
