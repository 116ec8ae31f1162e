import type { Entity } from '../../../model/app-model.ts';
import { ident, join, raw, type Sql, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import type { ToOnePlan, UpdatePlan } from '../write-plan.ts';
import { checkKeys } from './check-keys.ts';
import { type Cells, cellFor, cellsOfAnyUpdate, columnOf, type Keys, type Writer } from './column-cells.ts';
import { targetsOf } from './create-rows.ts';
import { deleteRows } from './delete-rows.ts';
import { idIn, judgeBeforeChange, takeRows } from './judge-rows.ts';
import { keysOf } from './keys-of.ts';
import { toldBy } from './told-fields.ts';
import { writeFarSides } from './write-far-sides.ts';
import { notFound, type WriteRun } from './write-run.ts';

/** A row and what shall become of it; several rows may share one plan. */
export interface UpdateOfRow {
  readonly id: string;
  readonly plan: UpdatePlan;
}

/**
 * Updates rows of one entity and everything below them, plan by plan in the order of the input. The rules that hold before
 * are asked of all rows first; those that must hold after, when the whole root field is written.
 */
export async function updateRows(run: WriteRun, entity: Entity, rows: readonly UpdateOfRow[]): Promise<void> {
  if (rows.length === 0) return;
  const intended = rows.map(({ id, plan }) => ({
    id,
    given: plan.given,
    told: toldBy(plan),
  }));
  await takeRows(run, entity, intended, 'update');
  const groups = new Map<UpdatePlan, string[]>();
  for (const { id, plan } of rows) groups.set(plan, [...(groups.get(plan) ?? []), id]);
  for (const [plan, ids] of groups) await updateGroup(run, plan, ids);
}

/** Rows that share one plan (a bulk update) go together. */
async function updateGroup(run: WriteRun, plan: UpdatePlan, ids: readonly string[]): Promise<void> {
  const { entity } = plan;
  await checkKeys(run, entity, [plan]);
  const keys = ids.map(() => new Map<string, string | null>());
  const doomed = new Map<ToOnePlan, ReadonlySet<string>>();
  for (const one of plan.toOne) {
    if (one.relation.storage.kind === 'key') doomed.set(one, await resolveKey(run, entity, one, ids, keys));
  }
  for (const group of groupByKeys(ids, keys)) {
    await setCells(run, entity, group.ids, cellsOfUpdate(run, plan, group.keys), plan.path);
  }
  run.touch(entity, ids, 'updated', plan.given);
  for (const [{ target, path }, gone] of doomed) await deleteRows(run, target, [...gone], path);
  await writeFarSides(
    run,
    ids.map((id) => ({ id, plan })),
  );
}

/** Finds, makes or updates what the relation points at, notes the new keys, and answers what is to be deleted. */
async function resolveKey(
  run: WriteRun,
  entity: Entity,
  plan: ToOnePlan,
  ids: readonly string[],
  keys: readonly Map<string, string | null>[],
): Promise<ReadonlySet<string>> {
  const { relation, target, verb } = plan;
  const { storage } = relation;
  if (storage.kind !== 'key') return new Set();
  if (verb.kind === 'connect' || verb.kind === 'create' || verb.kind === 'connectOrCreate') {
    const targets = await targetsOf(
      run,
      ids.map((_, index) => ({ index, plan })),
    );
    for (const [index, id] of targets.entries()) keys[index]?.set(storage.key, id ?? null);
    return new Set();
  }
  if (verb.kind !== 'update') for (const own of keys) own.set(storage.key, null);
  if (verb.kind === 'disconnect') return new Set();
  const present = await keysOf(run, entity, relation, ids);
  if (ids.some((id) => !present.has(id))) throw notFound(target);
  if (verb.kind === 'delete') return new Set(present.values());
  const related = [...new Set(present.values())];
  await updateRows(
    run,
    target,
    related.map((id) => ({ id, plan: verb.update })),
  );
  return new Set();
}

interface KeyGroup {
  readonly ids: string[];
  readonly keys: ReadonlyMap<string, string | null>;
}

/** One statement for all rows that get the same values. */
function groupByKeys(
  ids: readonly string[],
  keys: readonly ReadonlyMap<string, string | null>[],
): Iterable<KeyGroup> {
  const groups = new Map<string, KeyGroup>();
  for (const [index, id] of ids.entries()) {
    const own = keys[index] ?? new Map<string, string | null>();
    const name = JSON.stringify([...own]);
    const group = groups.get(name) ?? { ids: [], keys: own };
    groups.set(name, group);
    group.ids.push(id);
  }
  return groups.values();
}

/** Every column that an update sets: given, added to, connected, and what changes with any update. */
export function cellsOfUpdate(run: Writer, plan: UpdatePlan, keys: Keys): Cells {
  const cells: Cells = new Map();
  for (const [name, value] of [...plan.values, ...keys]) {
    const { column, type } = columnOf(run, plan.entity, name);
    cells.set(column, cellFor(type, value));
  }
  for (const [name, amount] of plan.increments) {
    const { column, type } = columnOf(run, plan.entity, name);
    cells.set(column, sql`${ident(column)} + ${cellFor(type, amount)}`);
  }
  for (const [column, cell] of cellsOfAnyUpdate(run, plan.entity)) cells.set(column, cell);
  return cells;
}

/** UPDATE of some rows to the same values; nothing to set is no statement. */
export async function setCells(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  cells: Cells,
  path: UpdatePlan['path'],
): Promise<void> {
  if (cells.size === 0 || ids.length === 0) return;
  await judgeBeforeChange(run, entity, ids);
  const row = { alias: entity.singular, entity };
  const sets: Sql[] = [...cells].map(([column, cell]) => sql`${ident(column)} = ${cell}`);
  const statement = sql`UPDATE ${raw(tableAs(entity, row.alias))} SET ${join(sets)} WHERE ${idIn(row, ids)}`;
  await run.write(statement, { entity, path, operation: 'update' });
}
