import type { Entity, RelationField } from '../../../model/app-model.ts';
import { badInput } from '../plan/input-reader.ts';
import type { CreatePlan, ToManyPlan, ToOnePlan, UniquePlan, UpdatePlan } from '../write-plan.ts';
import { createRows } from './create-rows.ts';
import { deleteRows } from './delete-rows.ts';
import { findOrCreate } from './find-or-create.ts';
import { findRows, requireRows } from './find-rows.ts';
import { holderOf, type Pair, relatedPairs } from './keys-of.ts';
import { insertPairs, link, makeRoom, readablePairs, type Side, unlink } from './links.ts';
import { updateRows } from './update-rows.ts';
import { notFound, type WriteRun } from './write-run.ts';

/** A row that is stored, and the plan that it was stored by. */
export interface StoredRow {
  readonly id: string;
  readonly plan: CreatePlan | UpdatePlan;
}

/** One owner, and what is to happen to its related rows. A to-one seen from its far side is a list of at most one. */
interface Task {
  readonly owner: string;
  readonly plan: ToManyPlan;
}

/**
 * Writes the relations whose keys are not in the rows themselves: lists, and the far sides of one-to-one. All owners of one
 * relation go together, verb by verb, so that what can be one statement is.
 */
export async function writeFarSides(run: WriteRun, rows: readonly StoredRow[]): Promise<void> {
  const groups = new Map<RelationField, { owner: Entity; tasks: Task[] }>();
  for (const { id, plan } of rows) {
    const lists = [...plan.toMany, ...plan.toOne.flatMap(asList)];
    for (const list of lists) {
      const group = groups.get(list.relation) ?? { owner: plan.entity, tasks: [] };
      groups.set(list.relation, group);
      group.tasks.push({ owner: id, plan: list });
    }
    for (const one of plan.toOne) await writePresent(run, plan.entity, id, one);
  }
  for (const [relation, { owner, tasks }] of groups) await writeRelation(run, owner, relation, tasks);
}

/** connect, create and connectOrCreate of a one-to-one from its far side work as they do on a list. */
function asList({ relation, target, path, verb }: ToOnePlan): readonly ToManyPlan[] {
  if (
    relation.storage.kind === 'key' ||
    verb.kind === 'update' ||
    verb.kind === 'delete' ||
    verb.kind === 'disconnect'
  ) {
    return [];
  }
  const none = {
    set: undefined,
    disconnect: [],
    delete: [],
    connect: [],
    connectOrCreate: [],
    create: [],
    update: [],
  };
  const base: ToManyPlan = { relation, target, path, ...none };
  if (verb.kind === 'connect') return [{ ...base, connect: [verb.by] }];
  return verb.kind === 'create'
    ? [{ ...base, create: [verb.create] }]
    : [{ ...base, connectOrCreate: [verb] }];
}

/** update, delete and disconnect of a one-to-one from its far side concern whatever is there. */
async function writePresent(run: WriteRun, owner: Entity, id: string, plan: ToOnePlan): Promise<void> {
  const { relation, target, path, verb } = plan;
  if (relation.storage.kind === 'key') return;
  if (verb.kind !== 'update' && verb.kind !== 'delete' && verb.kind !== 'disconnect') return;
  const present = await relatedPairs(run, relation, owner, [id]);
  if (verb.kind === 'disconnect') {
    await unlink(run, { owner, relation, path }, await readablePairs(run, target, present));
    return;
  }
  const [found] = present;
  if (!found) throw notFound(target);
  if (verb.kind === 'update') await updateRows(run, target, [{ id: found.id, plan: verb.update }]);
  else await deleteRows(run, target, [found.id], path);
}

async function writeRelation(
  run: WriteRun,
  owner: Entity,
  relation: RelationField,
  tasks: readonly Task[],
): Promise<void> {
  const [first] = tasks;
  if (!first) return;
  const side: Side = { owner, relation, path: first.plan.path };
  const { target } = first.plan;
  await setRelated(run, side, tasks);
  await unlink(run, side, await requirePairs(run, side, tasks, (plan) => plan.disconnect));
  const doomed = await requirePairs(run, side, tasks, (plan) => plan.delete);
  await deleteRows(
    run,
    target,
    doomed.map((pair) => pair.id),
    side.path,
  );
  // Making comes before finding: what one of the owners makes, another may connect.
  await createRelated(run, side, target, tasks);
  const connected = await findPairs(run, tasks, (plan) => plan.connect);
  if (connected.length > 0) await link(run, side, connected);
  for (const { owner: id, plan } of tasks) {
    for (const one of plan.connectOrCreate) await connectOrCreate(run, side, id, one);
  }
  const updates = tasks.flatMap(({ owner: id, plan }) => plan.update.map((one) => ({ id, ...one })));
  const through = await requirePairs(run, side, tasks, (plan) => plan.update.map((one) => one.by));
  await updateRows(
    run,
    target,
    updates.map((one, index) => ({ id: through[index]?.id ?? '', plan: one.update })),
  );
}

async function connectOrCreate(
  run: WriteRun,
  side: Side,
  owner: string,
  plan: ToManyPlan['connectOrCreate'][number],
): Promise<void> {
  const isJoin = side.relation.storage.kind === 'join';
  const keys = isJoin ? new Map<string, string>() : new Map([[holderOf(run, side.relation).key, owner]]);
  // In a one-to-one the one that is there gives way, but only to another.
  if (!isJoin && holderOf(run, side.relation).unique) {
    const [found] = await findRows(run, [plan.by]);
    if (!found) await makeRoom(run, side, [owner]);
  }
  const { id, created } = await findOrCreate(run, plan, keys);
  if (!created) await link(run, side, [{ owner, id }]);
  else if (isJoin) await insertPairs(run, side, [{ owner, id }]);
}

async function createRelated(
  run: WriteRun,
  side: Side,
  target: Entity,
  tasks: readonly Task[],
): Promise<void> {
  const creates = tasks.flatMap(({ owner, plan }) => plan.create.map((create) => ({ owner, create })));
  if (creates.length === 0) return;
  if (side.relation.storage.kind === 'join') {
    const ids = await createRows(
      run,
      target,
      creates.map(({ create }) => ({ plan: create, keys: new Map() })),
    );
    await insertPairs(
      run,
      side,
      creates.map(({ owner }, index) => ({ owner, id: ids[index] ?? '' })),
    );
    return;
  }
  const { key } = holderOf(run, side.relation);
  await makeRoom(
    run,
    side,
    creates.map(({ owner }) => owner),
  );
  await createRows(
    run,
    target,
    creates.map(({ owner, create }) => ({ plan: create, keys: new Map([[key, owner]]) })),
  );
}

/**
 * Makes the readable related rows exactly these. Rows that the viewer cannot read do not exist here and stay as they are.
 * @throws ViewerError BAD_USER_INPUT where a row would have to lose a required key
 */
async function setRelated(run: WriteRun, side: Side, tasks: readonly Task[]): Promise<void> {
  const setting = tasks.filter(({ plan }) => plan.set !== undefined);
  if (setting.length === 0) return;
  const wanted = await findPairs(run, setting, (plan) => plan.set ?? []);
  const names = new Set(wanted.map((pair) => `${pair.owner} ${pair.id}`));
  const present = await relatedPairs(
    run,
    side.relation,
    side.owner,
    setting.map(({ owner }) => owner),
  );
  const target = setting[0]?.plan.target ?? side.owner;
  const surplus = await readablePairs(
    run,
    target,
    present.filter((pair) => !names.has(`${pair.owner} ${pair.id}`)),
  );
  if (surplus.length > 0 && side.relation.storage.kind === 'inverse') {
    const { field } = holderOf(run, side.relation);
    const message = `would leave rows without their ${field.name}, which is required`;
    if (field.required) throw badInput([{ path: [...side.path, 'set'], message, constraint: 'required' }]);
  }
  await unlink(run, side, surplus);
  await link(run, side, wanted);
}

/** The pairs that a verb names, of rows that exist and are readable. */
async function findPairs(
  run: WriteRun,
  tasks: readonly Task[],
  choose: (plan: ToManyPlan) => readonly UniquePlan[],
): Promise<readonly Pair[]> {
  const named = tasks.flatMap(({ owner, plan }) => choose(plan).map((by) => ({ owner, by })));
  const ids = await requireRows(
    run,
    named.map(({ by }) => by),
  );
  return named.map(({ owner }, index) => ({ owner, id: ids[index] ?? '' }));
}

/** As `findPairs`, of rows that are related to their owner. @throws ViewerError NOT_FOUND through the wrong parent */
async function requirePairs(
  run: WriteRun,
  side: Side,
  tasks: readonly Task[],
  choose: (plan: ToManyPlan) => readonly UniquePlan[],
): Promise<readonly Pair[]> {
  const pairs = await findPairs(run, tasks, choose);
  if (pairs.length === 0) return [];
  const owners = tasks.map(({ owner }) => owner);
  const related = await relatedPairs(
    run,
    side.relation,
    side.owner,
    owners,
    pairs.map((pair) => pair.id),
  );
  const names = new Set(related.map((pair) => `${pair.owner} ${pair.id}`));
  const wrong = pairs.some((pair) => !names.has(`${pair.owner} ${pair.id}`));
  if (wrong) throw notFound(tasks[0]?.plan.target ?? side.owner);
  return pairs;
}
