import type { Entity, Index } from '../../model/app-model.ts';
import { indexName, searchIndexName, uniqueName } from '../../model/constraint-names.ts';
import { columnOf } from '../../model/exposed-fields.ts';
import { searchColumns } from '../../model/search-column.ts';
import type { SqlObject } from '../../model/sql-object.ts';
import { isPrismaIndex, isPrismaKey } from '../prisma/emit-indexes.ts';
import { columnsIn } from './generated-columns.ts';
import { quoteName } from './sql-literal.ts';

/** Indexes that the Prisma schema cannot hold: partial, trigram, over generated columns, and for search. */
export function indexObjects(entity: Entity): readonly SqlObject[] {
  const uniques = entity.uniques
    .filter((key) => !isPrismaKey(entity, key.fields))
    .map((key) =>
      indexObject(entity, uniqueName(entity, key), {
        head: 'CREATE UNIQUE INDEX',
        columns: columnsOf(entity, key.fields),
      }),
    );
  const declared = entity.indexes
    .filter((index) => !isPrismaIndex(entity, index))
    .map((index) => declaredIndex(entity, index));
  const search = searchColumns(entity).map(({ column }) =>
    indexObject(entity, searchIndexName(entity, column), { using: 'gin', columns: [column] }),
  );
  // The same index twice in the author's file is one.
  return [...new Map([...uniques, ...declared, ...search].map((object) => [object.name, object])).values()];
}

/** Whether an entity needs PostgreSQL's `pg_trgm`. */
export function usesTrigrams(entity: Entity): boolean {
  return entity.indexes.some((index) => index.kind === 'TRIGRAM');
}

const METHODS = {
  BTREE: { using: undefined, operators: '' },
  GIN: { using: 'gin', operators: '' },
  TRIGRAM: { using: 'gin', operators: ' gin_trgm_ops' },
} as const;

function declaredIndex(entity: Entity, index: Index): SqlObject {
  const { using, operators } = METHODS[index.kind];
  return indexObject(entity, indexName(entity, index), {
    using,
    columns: columnsOf(entity, index.fields),
    operators,
    where: index.where,
  });
}

interface IndexParts {
  readonly head?: string;
  readonly using?: string | undefined;
  readonly columns: readonly string[];
  readonly operators?: string;
  readonly where?: string | undefined;
}

function indexObject(entity: Entity, name: string, parts: IndexParts): SqlObject {
  const { head = 'CREATE INDEX', using, columns, operators = '', where } = parts;
  const list = columns.map((column) => quoteName(column) + operators).join(', ');
  const method = using === undefined ? '' : ` USING ${using}`;
  const condition = where === undefined ? '' : ` WHERE (${where})`;
  return {
    name: `${entity.table}/index/${name}`,
    table: entity.table,
    kind: 'index',
    create: `${head} ${quoteName(name)} ON ${quoteName(entity.table)}${method} (${list})${condition};`,
    drop: `DROP INDEX IF EXISTS ${quoteName(name)};`,
    columns: [...new Set([...columns, ...(where === undefined ? [] : columnsIn(entity, where))])],
  };
}

function columnsOf(entity: Entity, fields: readonly string[]): readonly string[] {
  return fields.map((field) => columnOf(entity, field) ?? field);
}
