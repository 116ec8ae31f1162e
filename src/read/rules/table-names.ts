import type { Place } from '../../kit/problem.ts';
import { argument, directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { hasUnquotable, identifierFault } from './identifier-fault.ts';
import type { Judged, Rule } from './rule.ts';

/** Tables, join tables and enum types share one name space in PostgreSQL. */
export const tableNames: Rule = (judged) => {
  const { problems } = judged;
  const seen = new Map<string, string>();
  for (const { name, what, place } of stored(judged)) {
    const other = seen.get(name);
    if (name === '') {
      problems.error(place, 'TABLE_NAME', `The table name of ${what} is empty. Give one, or remove table.`);
    } else if (/^(_prisma|_?plinth_|pg_)/i.test(name)) {
      problems.error(
        place,
        'TABLE_NAME',
        `The name "${name}" of ${what} belongs to the database's own tables. Choose another.`,
      );
    } else if (hasUnquotable(name)) {
      const message = `The name "${name}" of ${what} has quotation marks, backslashes or control characters, which a table name cannot have. Choose another.`;
      problems.error(place, 'TABLE_NAME', message);
    } else if (other !== undefined) {
      const message = `${what} and ${other} would both be called "${name}" in the database. Choose another name for one of them.`;
      problems.error(place, 'TABLE_TWICE', message);
    }
    const fault = identifierFault(name);
    if (fault)
      problems.error(
        place,
        'IDENTIFIER_TOO_LONG',
        `The name "${name}" of ${what} ${fault} Choose a shorter one.`,
      );
    seen.set(name, other ?? what);
  }
};

function stored({ app, schema }: Judged): readonly { name: string; what: string; place: Place }[] {
  const tables = app.entities.map((entity) => {
    const given = argument(directive(schema.models.get(entity.name) ?? {}, 'model'), 'table');
    return {
      name: entity.table,
      what: `the model ${entity.name}`,
      place: given ? placeOf(given) : entity.place,
    };
  });
  const enums = app.enums.map((type) => ({
    name: type.name,
    what: `the enum ${type.name}`,
    place: type.place,
  }));
  const joins = app.entities.flatMap((entity) =>
    entity.fields.flatMap((field) => {
      if (field.kind !== 'relation' || field.storage.kind !== 'join' || field.storage.own !== 'A') return [];
      return [
        {
          name: field.storage.table,
          what: `the join table of ${entity.name}.${field.name}`,
          place: field.place,
        },
      ];
    }),
  );
  return [...tables, ...enums, ...joins];
}
