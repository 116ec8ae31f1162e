import type { Entity, RelationField } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import type { Rule } from './rule.ts';

/** Fields whose names the generated siblings of other fields need. */
export const fieldClashes: Rule = ({ app, problems }) => {
  for (const entity of app.entities) {
    for (const { name, because } of siblings(entity)) {
      const field = entity.fieldByName.get(name);
      if (!field) continue;
      const message = `${entity.name}.${name} cannot have this name: ${because}. Rename it.`;
      problems.error(field.place, 'FIELD_NAME_CLASH', message);
    }
  }
};

function siblings(entity: Entity): readonly { name: string; because: string }[] {
  const lists = entity.fields.filter(
    (field): field is RelationField => field.kind === 'relation' && field.many,
  );
  return [
    ...lists.flatMap((field) =>
      [names.relationConnection(field), names.relationAggregate(field)].map((name) => ({
        name,
        because: `the list ${field.name} gets a field of this name`,
      })),
    ),
    ...entity.uniques
      .filter((key) => key.fields.length > 1)
      .map((key) => ({ name: names.uniqueKey(key), because: 'a composite @unique gets a key of this name' })),
  ];
}
