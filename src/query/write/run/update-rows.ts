import type { Entity, RelationField } from '../../../model/app-model.ts';
import { ident, join, raw, type Sql, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import type { UpdatePlan } from '../write-plan.ts';
import { checkKeys } from './check-keys.ts';
import { type Cells, cellFor, cellsOfAnyUpdate, columnOf } from './column-cells.ts';
import { targetsOf, verbsByRelation } from './create-rows.ts';
import { deleteRows } from './delete-rows.ts';
import { idIn, takeRows } from './judge-rows.ts';
import { keysOf } from './keys-of.ts';
import { writeFarSides } from './write-far-sides.ts';
import { notFound, type WriteRun } from './write-run.ts';

/** A row and what shall become of it; several rows may share one plan. */
export interface UpdateOfRow {
  readonly id: string;
  readonly plan: UpdatePlan;
}

/**
 * Updates rows of one entity and everything below them. Asks the rules that hold before; those that must hold after are
 * asked when the whole root field is written.
 */
export async function updateRows(run: WriteRun, entity: Entity, rows: readonly UpdateOfRow[]): Promise<void> {
  if (rows.length === 0) return;
  await takeRows(
    run,
    entity,
    rows.map(({ id, plan }) => ({ id, given: plan.given })),
    'update',
  );
  await checkKeys(run, entity, [...new Set(rows.map(({ plan }) => plan))]);
  const doomed: { entity: Entity; id: string }[] = [];
  const keys = rows.map(() => new Map<string, string | null>());
  for (const [relation, verbs] of verbsByRelation(rows.map(({ plan }) => plan.toOne))) {
    const { storage } = relation;
    if (storage.kind !== 'key') continue;
    const targets = await targetsOf(run, verbs);
    for (const [at, { index }] of verbs.entries()) {
      const target = targets[at];
      if (target !== undefined) keys[index]?.set(storage.key, target);
    }
    const current = verbs.filter(({ plan: { verb } }) =>
      ['update', 'delete', 'disconnect'].includes(verb.kind),
    );
    const owners = current.map(({ index }) => rows[index]?.id ?? '');
    const related = await keysOf(run, entity, relation, owners);
    await updateTargets(run, relation, current, owners, related);
    for (const { index, plan } of current) {
      if (plan.verb.kind === 'update') continue;
      keys[index]?.set(storage.key, null);
      const id = related.get(rows[index]?.id ?? '');
      if (plan.verb.kind === 'delete' && id === undefined) throw notFound(plan.target);
      if (plan.verb.kind === 'delete' && id !== undefined) doomed.push({ entity: plan.target, id });
    }
  }
  await writeRows(run, entity, rows, keys);
  for (const { id, plan } of rows) run.touch(entity, [id], 'updated', plan.given);
  for (const { entity: target, id } of doomed) await deleteRows(run, target, [id], rows[0]?.plan.path ?? []);
  await writeFarSides(run, rows);
}

async function updateTargets(
  run: WriteRun,
  relation: RelationField,
  verbs: ReturnType<typeof verbsByRelation> extends ReadonlyMap<RelationField, infer V> ? V : never,
  owners: readonly string[],
  related: ReadonlyMap<string, string>,
): Promise<void> {
  const updates = verbs.flatMap(({ plan }, at): UpdateOfRow[] => {
    if (plan.verb.kind !== 'update') return [];
    const id = related.get(owners[at] ?? '');
    if (id === undefined) throw notFound(plan.target);
    return [{ id, plan: plan.verb.update }];
  });
  const target = verbs[0]?.plan.target;
  if (target && relation.storage.kind === 'key') await updateRows(run, target, updates);
}

/** One statement for all rows that get the same values. */
async function writeRows(
  run: WriteRun,
  entity: Entity,
  rows: readonly UpdateOfRow[],
  keys: readonly ReadonlyMap<string, string | null>[],
): Promise<void> {
  const groups = new Map<
    UpdatePlan,
    Map<string, { ids: string[]; keys: ReadonlyMap<string, string | null> }>
  >();
  for (const [index, { id, plan }] of rows.entries()) {
    const own = keys[index] ?? new Map();
    const ofPlan = groups.get(plan) ?? new Map();
    groups.set(plan, ofPlan);
    const name = JSON.stringify([...own]);
    const group = ofPlan.get(name) ?? { ids: [], keys: own };
    ofPlan.set(name, group);
    group.ids.push(id);
  }
  for (const [plan, ofPlan] of groups) {
    for (const group of ofPlan.values()) await writeGroup(run, entity, plan, group);
  }
}

async function writeGroup(
  run: WriteRun,
  entity: Entity,
  plan: UpdatePlan,
  { ids, keys }: { ids: readonly string[]; keys: ReadonlyMap<string, string | null> },
): Promise<void> {
  const cells: Cells = new Map();
  for (const [name, value] of [...plan.values, ...keys]) {
    const { column, type } = columnOf(run, entity, name);
    cells.set(column, cellFor(type, value));
  }
  for (const [name, amount] of plan.increments) {
    const { column, type } = columnOf(run, entity, name);
    cells.set(column, sql`${ident(column)} + ${cellFor(type, amount)}`);
  }
  for (const [column, cell] of cellsOfAnyUpdate(run, entity)) cells.set(column, cell);
  await setCells(run, entity, ids, cells, plan.path);
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
  const row = { alias: entity.singular, entity };
  const sets: Sql[] = [...cells].map(([column, cell]) => sql`${ident(column)} = ${cell}`);
  const statement = sql`UPDATE ${raw(tableAs(entity, row.alias))} SET ${join(sets)} WHERE ${idIn(row, ids)}`;
  await run.write(statement, { entity, path, operation: 'update' });
}
