import type { Place, Problems } from '../../kit/problem.ts';
import type { Entity } from '../../model/app-model.ts';
import { SEARCH_COLUMN } from '../../model/search-column.ts';
import { argument, directive, stringArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { hasUnquotable, identifierFault } from './identifier-fault.ts';
import type { Rule } from './rule.ts';
import { modelFields } from './walk.ts';

/** Columns that every PostgreSQL table has. */
const SYSTEM_COLUMNS: readonly string[] = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

/** One column per field, under a name that PostgreSQL keeps. */
export const columnNames: Rule = (judged) => {
  const { app, problems } = judged;
  for (const { node, path } of modelFields(judged)) {
    const used = directive(node, 'column');
    if (!used) continue;
    if ((used.arguments ?? []).length === 0) {
      const message = `@column on ${path} says nothing. Give it a name or a type, or remove it.`;
      problems.error(placeOf(used), 'EMPTY_COLUMN', message);
    }
    const name = argument(used, 'name');
    if (name && stringArgument(used, 'name') === '') {
      problems.error(
        placeOf(name),
        'COLUMN_NAME',
        `The column name of ${path} is empty. Give one, or remove it.`,
      );
    }
  }
  for (const entity of app.entities) {
    noteShadowed(entity, problems);
    const seen = new Map<string, string>();
    for (const { column, field, place } of columnsOf(entity)) {
      const other = seen.get(column);
      const isReserved = SYSTEM_COLUMNS.includes(column) || column.startsWith(SEARCH_COLUMN);
      if (other !== undefined && other !== field) {
        const message = `${entity.name}.${field} and ${entity.name}.${other} would both be stored in the column "${column}". Give one of them another with @column(name: "…").`;
        problems.error(place, 'COLUMN_TWICE', message);
      } else if (hasUnquotable(column)) {
        const message = `${entity.name}.${field} cannot be stored in "${column}": quotation marks, backslashes and control characters cannot be in a column name. Choose another with @column(name: "…").`;
        problems.error(place, 'COLUMN_NAME', message);
      } else if (isReserved) {
        const message = `${entity.name}.${field} cannot be stored in "${column}", a name that the database needs itself. Choose another with @column(name: "…").`;
        problems.error(place, 'COLUMN_NAME', message);
      }
      const fault = identifierFault(column);
      if (fault)
        problems.error(
          place,
          'IDENTIFIER_TOO_LONG',
          `The column name "${column}" ${fault} Use @column(name: "…").`,
        );
      seen.set(column, other ?? field);
    }
  }
};

/** Prisma takes a field for another one whose column, named further up, is called like it. */
function noteShadowed(entity: Entity, problems: Problems): void {
  const renamed = new Map<string, string>();
  for (const { column, field, name, place } of columnsOf(entity)) {
    const other = column === name ? undefined : renamed.get(name);
    if (other !== undefined) {
      const message = `Prisma cannot tell ${entity.name}.${field} from the column "${name}", in which ${entity.name}.${other} is stored. Move ${field} above ${other}, or rename one of them.`;
      problems.error(place, 'COLUMN_NAME', message);
    }
    if (column !== name) renamed.set(column, field);
  }
}

interface StoredField {
  readonly column: string;
  readonly field: string;
  /** What Prisma calls it. */
  readonly name: string;
  readonly place: Place;
}

function columnsOf(entity: Entity): readonly StoredField[] {
  return entity.fields.flatMap((field): readonly StoredField[] => {
    if (field.kind === 'scalar' || field.kind === 'computed') {
      return [{ column: field.column, field: field.name, name: field.name, place: field.place }];
    }
    // A declared key is a field of its own, and stands for the column.
    if (field.kind !== 'relation' || field.storage.kind !== 'key' || field.storage.declared) return [];
    const { column, key } = field.storage;
    return [{ column, field: field.name, name: key, place: field.place }];
  });
}
