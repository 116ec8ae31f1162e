import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import type { SqlObject } from '../../model/sql-object.ts';

/** On which the names of tables that were written to are told. PostgreSQL keeps the channels of its databases apart. */
export const CHANGES_CHANNEL = 'plinth_cache';

/** Whoever changes its text has to change its name: triggers depend on it. */
const FUNCTION = 'plinth_cache_changed';

/**
 * Tells every node of each statement that writes to a table which a kept answer may have read: by the API, by Prisma, by a
 * cascade or by hand. Told when the transaction commits, once per table. None where nothing can be kept.
 */
export function tellChanges(app: AppModel): readonly SqlObject[] {
  const tables = watchedTables(app);
  if (tables.length === 0) return [];
  return [
    {
      name: `function/${FUNCTION}`,
      table: '',
      kind: 'function',
      create: [
        `CREATE OR REPLACE FUNCTION ${FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$`,
        `BEGIN`,
        `  PERFORM pg_notify('${CHANGES_CHANNEL}', TG_TABLE_NAME);`,
        `  RETURN NULL;`,
        `END $$;`,
      ].join('\n'),
      drop: `DROP FUNCTION IF EXISTS ${FUNCTION}();`,
    },
    ...tables.map(
      (table): SqlObject => ({
        name: `${table}/trigger/${FUNCTION}`,
        table,
        kind: 'trigger',
        create: [
          `CREATE TRIGGER ${FUNCTION} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${quoteIdentifier(table)}`,
          `  FOR EACH STATEMENT EXECUTE FUNCTION ${FUNCTION}();`,
        ].join('\n'),
        drop: `DROP TRIGGER IF EXISTS ${FUNCTION} ON ${quoteIdentifier(table)};`,
        // It looks at no column, so that only the table's own end is its end.
        columns: [],
      }),
    ),
  ];
}

/** Tables that an answer which may be kept can depend on, join tables included, in the order of the model. */
export function watchedTables(app: AppModel): readonly string[] {
  const reached = readsEverything(app) ? new Set(app.entities) : reachedFrom(app, hintedEntities(app));
  const tables = app.entities
    .filter((entity) => reached.has(entity))
    .flatMap((entity) => [entity.table, ...joinTables(entity)]);
  return [...new Set(tables)];
}

/** Whether code of the author's, which may read whatever it likes, has answers that are kept. */
function readsEverything(app: AppModel): boolean {
  return [...app.cacheHints].some(([coordinate, { maxAge = 0 }]) => {
    const [type = '', field] = coordinate.split('.');
    if (maxAge === 0 || field === undefined) return false;
    const entity = app.entityByName.get(type);
    return entity ? entity.fieldByName.get(field)?.kind === 'resolved' : true;
  });
}

function hintedEntities(app: AppModel): readonly Entity[] {
  return app.entities.filter((entity) => (app.cacheHints.get(entity.name)?.maxAge ?? 0) > 0);
}

/**
 * Filters, orders and rules follow relations however far, so everything that relations lead to may be looked at. Rules
 * may also begin at the viewer's own row.
 */
function reachedFrom(app: AppModel, first: readonly Entity[]): ReadonlySet<Entity> {
  const reached = new Set(first);
  if (reached.size > 0 && app.user) reached.add(app.user);
  for (const entity of reached) {
    for (const field of entity.fields) {
      const target = field.kind === 'relation' ? app.entityByName.get(field.target) : undefined;
      if (target) reached.add(target);
    }
  }
  return reached;
}

function joinTables(entity: Entity): readonly string[] {
  return entity.fields.flatMap((field) =>
    field.kind === 'relation' && field.storage.kind === 'join' ? [field.storage.table] : [],
  );
}
