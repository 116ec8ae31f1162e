import { columnTypesFor, readColumnType } from '../../model/column-types.ts';
import { argument, directive, stringArgument } from '../arguments.ts';
import { idKindOf } from '../build/id-kind.ts';
import { placeOf } from '../locate.ts';
import { printType } from '../type-shape.ts';
import type { Rule } from './rule.ts';
import { modelFields } from './walk.ts';

/** `@column(type:)` names a PostgreSQL type that can hold the field. */
export const columnTypes: Rule = (judged) => {
  const { app, problems } = judged;
  for (const { model, node, kind, path } of modelFields(judged)) {
    const used = directive(node, 'column');
    const given = argument(used, 'type');
    const text = stringArgument(used, 'type');
    if (!given || text === undefined || kind.kind !== 'value') continue;
    const error = (code: string, message: string): void => problems.error(placeOf(given), code, message);
    const field = app.entityByName.get(model.name.value)?.fieldByName.get(node.name.value);
    if (field?.kind === 'scalar' && field.keyOf !== undefined) {
      error('KEY_COLUMN_TYPE', `${path} holds a key and is stored as the id that it leads to. Remove type.`);
      continue;
    }
    if (node.name.value === 'id' && idKindOf(model) !== 'NONE') {
      error(
        'ID_COLUMN_TYPE',
        `The server makes this id and chooses its type. Remove type, or use @id(auto: NONE).`,
      );
      continue;
    }
    const read = readColumnType(text, kind.type);
    if (read.ok) continue;
    const shown = printType(node.type);
    if (columnTypesFor(kind.type).length === 0) {
      error('COLUMN_TYPE', `${path} is an enum, and its PostgreSQL type is that enum. Remove type.`);
    } else if (read.reason === 'arguments') {
      error('COLUMN_TYPE', `The numbers in "${text}" do not fit: ${read.detail}. Correct them.`);
    } else {
      const why =
        read.reason === 'unknown'
          ? `"${text}" is not a PostgreSQL type that Plinth knows`
          : `${text} cannot hold ${path}, which is ${shown}`;
      error('COLUMN_TYPE', `${why}. Use ${read.detail}.`);
    }
  }
};
