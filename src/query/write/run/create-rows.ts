import type { Entity, RelationField } from '../../../model/app-model.ts';
import type { CreatePlan, ToOnePlan } from '../write-plan.ts';
import { checkKeys } from './check-keys.ts';
import { cellsOfNewRow } from './column-cells.ts';
import { findOrCreate } from './find-or-create.ts';
import { requireRows } from './find-rows.ts';
import { insertRows, makeIds } from './insert-rows.ts';
import { writeFarSides } from './write-far-sides.ts';
import type { WriteRun } from './write-run.ts';

/** A row to be made. `keys` are those that its place in the tree decides; the ones of its own relations are added. */
export interface NewRow {
  readonly plan: CreatePlan;
  readonly keys: ReadonlyMap<string, string | null>;
}

/**
 * Makes rows of one entity with everything below them, level by level: what they point at, then themselves in as few
 * statements as it takes, then what points at them. Answers their ids in order.
 * @throws Collision where `conflict` is given and a row with these columns exists
 */
export async function createRows(
  run: WriteRun,
  entity: Entity,
  rows: readonly NewRow[],
  conflict?: readonly string[],
): Promise<readonly string[]> {
  if (rows.length === 0) return [];
  const keys = rows.map((row) => new Map(row.keys));
  for (const [relation, verbs] of verbsByRelation(rows.map((row) => row.plan.toOne))) {
    const targets = await targetsOf(run, verbs);
    for (const [at, { index }] of verbs.entries()) {
      if (relation.storage.kind === 'key') keys[index]?.set(relation.storage.key, targets[at] ?? null);
    }
  }
  const plans = rows.map((row) => row.plan);
  await checkKeys(run, entity, plans);
  const made = makeIds(entity, plans);
  const storable = plans.map((plan, index) => ({
    id: made[index],
    cells: cellsOfNewRow(run, plan, made[index], keys[index] ?? new Map()),
    path: plan.path,
  }));
  const ids = await insertRows(run, entity, storable, conflict);
  plans.forEach((plan, index) => {
    run.touch(entity, [ids[index] ?? ''], 'created', plan.given);
  });
  await writeFarSides(
    run,
    plans.map((plan, index) => ({ id: ids[index] ?? '', plan })),
  );
  return ids;
}

/** A verb and the index of the row that it belongs to. */
export interface IndexedVerb {
  readonly index: number;
  readonly plan: ToOnePlan;
}

/** The to-one relations whose key stands in the rows themselves, with what each row asks of them. */
function verbsByRelation(
  plans: readonly (readonly ToOnePlan[])[],
): ReadonlyMap<RelationField, readonly IndexedVerb[]> {
  const groups = new Map<RelationField, IndexedVerb[]>();
  for (const [index, ofRow] of plans.entries()) {
    for (const plan of ofRow) {
      if (plan.relation.storage.kind !== 'key') continue;
      const group = groups.get(plan.relation) ?? [];
      group.push({ index, plan });
      groups.set(plan.relation, group);
    }
  }
  return groups;
}

/** Ids of what the rows of one relation shall point at: found, or made. Undefined for verbs that point at nothing new. */
export async function targetsOf(
  run: WriteRun,
  verbs: readonly IndexedVerb[],
): Promise<readonly (string | undefined)[]> {
  const targets: (string | undefined)[] = verbs.map(() => undefined);
  const creates = pick(verbs, ({ verb }) => (verb.kind === 'create' ? verb.create : undefined));
  const entity = verbs[0]?.plan.target;
  const made = entity
    ? await createRows(
        run,
        entity,
        creates.map(({ value }) => ({ plan: value, keys: new Map() })),
      )
    : [];
  for (const [at, { index }] of creates.entries()) targets[index] = made[at];
  const connects = pick(verbs, ({ verb }) => (verb.kind === 'connect' ? verb.by : undefined));
  const connected = await requireRows(
    run,
    connects.map(({ value }) => value),
  );
  for (const [at, { index }] of connects.entries()) targets[index] = connected[at];
  for (const { index, value } of pick(verbs, ({ verb }) =>
    verb.kind === 'connectOrCreate' ? verb : undefined,
  )) {
    targets[index] = (await findOrCreate(run, value, new Map())).id;
  }
  return targets;
}

function pick<T>(
  verbs: readonly IndexedVerb[],
  choose: (plan: ToOnePlan) => T | undefined,
): readonly { index: number; value: T }[] {
  return verbs.flatMap(({ plan }, index) => {
    const value = choose(plan);
    return value === undefined ? [] : [{ index, value }];
  });
}
