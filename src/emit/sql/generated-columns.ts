import type { AppModel, ComputedField, Entity } from '../../model/app-model.ts';
import { isValueField } from '../../model/exposed-fields.ts';
import { SEARCH_CONFIG, type SearchColumn, searchColumns } from '../../model/search-column.ts';
import type { SqlObject } from '../../model/sql-object.ts';
import { storageOf } from '../../model/storage-type.ts';
import { quoteName, quoteText } from './sql-literal.ts';

/** Columns that PostgreSQL computes: `@computed(sql:)` fields and the search vectors. */
export function generatedColumns(app: AppModel, entity: Entity): readonly SqlObject[] {
  return [
    ...entity.fields
      .filter((field) => field.kind === 'computed')
      .map((field) => computedColumn(app, entity, field)),
    ...searchColumns(entity).map((column) => searchColumn(entity, column)),
  ];
}

function computedColumn(app: AppModel, entity: Entity, field: ComputedField): SqlObject {
  const type = `${storageOf(app, entity, field.name)?.postgres ?? 'text'}${field.type.list ? '[]' : ''}`;
  const notNull = field.required ? ' NOT NULL' : '';
  return generatedColumn(
    entity,
    field.column,
    `${type} GENERATED ALWAYS AS (${field.sql.text}) STORED${notNull}`,
    columnsIn(entity, field.sql.text),
  );
}

/**
 * A tsvector holds a megabyte at most, and a write that exceeds it fails. Text beyond this many characters is stored but
 * not searched.
 */
const MAX_SEARCHED_CHARACTERS = 100_000;

function searchColumn(entity: Entity, { column, parts }: SearchColumn): SqlObject {
  const vectors = parts.map(({ field, weight }) => {
    const text = `left(coalesce(${quoteName(field.column)}, ''), ${MAX_SEARCHED_CHARACTERS})`;
    return `setweight(to_tsvector(${quoteText(SEARCH_CONFIG)}::regconfig, ${text}), ${quoteText(weight)})`;
  });
  return generatedColumn(
    entity,
    column,
    `tsvector GENERATED ALWAYS AS (${vectors.join(' || ')}) STORED`,
    parts.map(({ field }) => field.column),
  );
}

function generatedColumn(
  entity: Entity,
  column: string,
  definition: string,
  columns: readonly string[],
): SqlObject {
  const table = quoteName(entity.table);
  return {
    name: `${entity.table}/generated/${column}`,
    table: entity.table,
    kind: 'generated',
    create: `ALTER TABLE ${table} ADD COLUMN ${quoteName(column)} ${definition};`,
    drop: `ALTER TABLE ${table} DROP COLUMN IF EXISTS ${quoteName(column)};`,
    columns,
    column,
  };
}

/**
 * Stored columns that a piece of the author's SQL mentions, quoted or (in lower case) bare. One too many only makes an
 * object be made anew more often; strings and comments are therefore not told apart.
 */
export function columnsIn(entity: Entity, sql: string): readonly string[] {
  const bare = new Set(sql.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  return storedColumns(entity).filter(
    (column) => sql.includes(quoteName(column)) || (column === column.toLowerCase() && bare.has(column)),
  );
}

function storedColumns(entity: Entity): readonly string[] {
  const columns = entity.fields.flatMap((field) => {
    if (field.kind === 'relation') return field.storage.kind === 'key' ? [field.storage.column] : [];
    return isValueField(field) ? [field.column] : [];
  });
  return [...new Set([...columns, ...searchColumns(entity).map(({ column }) => column)])];
}
