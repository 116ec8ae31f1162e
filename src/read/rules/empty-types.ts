import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { everyType } from './walk.ts';

/** Types with nothing in them: the grammar allows them, the API cannot have them. */
export const emptyTypes: Rule = ({ schema, problems }) => {
  for (const type of everyType(schema)) {
    const { value } = type.name;
    if (type.kind === 'EnumTypeDefinition' && (type.values ?? []).length === 0) {
      problems.error(placeOf(type), 'EMPTY_ENUM', `The enum ${value} has no values. Add some, in braces.`);
    } else if (type.kind === 'UnionTypeDefinition' && (type.types ?? []).length === 0) {
      problems.error(
        placeOf(type),
        'EMPTY_TYPE',
        `The union ${value} has no members. Add some: union ${value} = A | B.`,
      );
    } else if ('fields' in type && (type.fields ?? []).length === 0) {
      const isModel = schema.models.has(value);
      const remedy = isModel ? 'Add some, "id: ID!" first.' : 'Add some, in braces.';
      problems.error(placeOf(type), 'EMPTY_TYPE', `${value} has no fields. ${remedy}`);
    }
  }
};
