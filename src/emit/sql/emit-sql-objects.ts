import type { RuleBook } from '../../access/rule-book.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { SqlObject } from '../../model/sql-object.ts';
import { checkObjects } from './check-objects.ts';
import { generatedColumns } from './generated-columns.ts';
import { indexObjects, usesTrigrams } from './index-objects.ts';

/**
 * The database objects that stand beside the Prisma schema, in an order in which they can be created: extensions,
 * then per table its generated columns, CHECKs and indexes. Without `rules`, `@check` is left out.
 */
export function emitSqlObjects(app: AppModel, rules?: RuleBook): readonly SqlObject[] {
  const perTable = app.entities.flatMap((entity) => [
    ...generatedColumns(app, entity),
    ...checkObjects(entity, rules),
    ...indexObjects(entity),
  ]);
  return [...(app.entities.some(usesTrigrams) ? [TRIGRAMS] : []), ...perTable];
}

const TRIGRAMS: SqlObject = {
  name: 'extension/pg_trgm',
  table: '',
  kind: 'extension',
  create: 'CREATE EXTENSION IF NOT EXISTS pg_trgm;',
  drop: 'DROP EXTENSION IF EXISTS pg_trgm;',
};
