import type { AppModel, Entity } from '../../model/app-model.ts';
import { raw, type Sql, sql } from '../sql/sql.ts';
import { tableAs } from '../sql/sql-env.ts';
import { assertMayEver } from '../write/roots/refuse-hopeless.ts';
import { idOf } from '../write/roots/write-root.ts';
import type { BuiltStatement } from './build-statement.ts';
import { type BuildWrite, rootOf, type WriteAsk, writtenAndAnswered } from './one-row.ts';
import { expectedVersion, type RowConditions, rowToWrite } from './row-to-write.ts';

/**
 * A mutation that deletes one row by its id, and answers it as it was. What it makes throws a ViewerError where no row could
 * be deleted by this viewer.
 */
export function compileDelete(ask: WriteAsk): BuildWrite {
  return (trial = ask) => build(trial);
}

function build(ask: WriteAsk): BuiltStatement | undefined {
  const { scope, entity } = ask;
  assertMayEver(scope, entity, 'delete');
  const root = rootOf(ask);
  const id = idOf(entity, root.args.id);
  const before = [scope.rowRule(entity, 'read'), scope.rowRule(entity, 'delete')];
  const expected = expectedVersion(scope, entity, root.args.expectVersion);
  return writtenAndAnswered(ask, root, {
    write: (env, isAlone) => deleteSql(entity, { id, before, expected, env, isAlone }),
    rules: [],
    conditions: () => [],
    // It was readable, or it would not have been deleted.
    mayHide: false,
    outdated: tablesOfDeletion(scope.app, entity),
  });
}

function deleteSql(entity: Entity, conditions: RowConditions): Sql {
  const row = { alias: conditions.env.namer.next(entity.singular), entity };
  return sql`DELETE FROM ${raw(tableAs(entity, row.alias))} WHERE ${rowToWrite(row, conditions)}`;
}

const known = new WeakMap<Entity, ReadonlySet<string>>();

/** The tables that may be otherwise once a row of `entity` is gone: its own, and those whose rows go or change with it. */
export function tablesOfDeletion(app: AppModel, entity: Entity): ReadonlySet<string> {
  let tables = known.get(entity);
  if (!tables) {
    const found = new Set<string>();
    collect(app, entity, found, new Set());
    tables = found;
    known.set(entity, tables);
  }
  return tables;
}

function collect(app: AppModel, gone: Entity, tables: Set<string>, seen: Set<Entity>): void {
  if (seen.has(gone)) return;
  seen.add(gone);
  tables.add(gone.table);
  for (const holder of app.entities) {
    for (const { storage, target } of holder.fields.filter((field) => field.kind === 'relation')) {
      if (storage.kind === 'join' && (target === gone.name || holder === gone)) tables.add(storage.table);
      if (storage.kind !== 'key' || target !== gone.name) continue;
      tables.add(holder.table);
      if (storage.onDelete === 'CASCADE') collect(app, holder, tables, seen);
    }
  }
}
