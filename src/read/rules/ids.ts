import { directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { printType } from '../type-shape.ts';
import type { Rule } from './rule.ts';
import { modelFields } from './walk.ts';

/** What an `id` cannot be, with the reason. */
const NOT_ON_ID: Record<string, string> = {
  default: 'the server makes it, or with @id(auto: NONE) the client',
  preset: 'the server makes it, or with @id(auto: NONE) the client',
  hidden: 'rows are looked up by it',
  writeOnly: 'rows are looked up by it',
  readOnly: 'the client gives it only with @id(auto: NONE)',
  createOnly: 'it never changes anyway',
  unique: 'it is unique already',
  index: 'it is indexed already',
  search: 'it is no text',
  access: 'whoever may read a row knows its id',
  computed: 'it is stored',
  relation: 'it is no relation',
  createdAt: 'it is no time',
  updatedAt: 'it is no time',
  version: 'it identifies the row',
};

/** Every model has `id: ID!`, and `@id` stands nowhere else. */
export const ids: Rule = (judged) => {
  const { schema, problems } = judged;
  for (const model of schema.models.values()) {
    const name = model.name.value;
    const id = model.fields?.find((field) => field.name.value === 'id');
    if (!id) {
      problems.error(
        placeOf(model),
        'MISSING_ID',
        `The model ${name} has no id. Add "id: ID!" as its first field.`,
      );
    } else if (printType(id.type) !== 'ID!') {
      const message = `The id of ${name} is ${printType(id.type)}. Write "id: ID!"; how it comes about is said with @id(auto:).`;
      problems.error(placeOf(id.type), 'ID_TYPE', message);
    }
    for (const used of id?.directives ?? []) {
      const reason = NOT_ON_ID[used.name.value];
      if (!reason) continue;
      const message = `@${used.name.value} means nothing on an id: ${reason}. Remove it.`;
      problems.error(placeOf(used), 'ID_DIRECTIVE', message);
    }
  }
  for (const { node } of modelFields(judged)) {
    const used = node.name.value === 'id' ? undefined : directive(node, 'id');
    if (used)
      problems.error(
        placeOf(used),
        'ID_MISPLACED',
        `@id belongs on the field "id" and nowhere else. Move it.`,
      );
  }
};
