import type { CreatePlan, ToManyPlan, ToOnePlan, UpdatePlan } from '../write-plan.ts';

type Plan = CreatePlan | UpdatePlan;

/** Whether a tree asks for rows that were there before when it has written others already. */
export function mayLookUpLater(plan: Plan): boolean {
  const nested = plansBelow(plan);
  // A row that only points at others is written last.
  const isFlat = nested.length === 0 && plan.toMany.length === 0 && plan.toOne.every(isOwnKey);
  return !isFlat && (namesRows(plan) || nested.some(asksForRows));
}

function asksForRows(plan: Plan): boolean {
  return namesRows(plan) || hasDeclaredKey(plan) || plansBelow(plan).some(asksForRows);
}

const isOwnKey = ({ relation }: ToOnePlan): boolean => relation.storage.kind === 'key';

function namesRows(plan: Plan): boolean {
  return plan.toOne.some(({ verb }) => verb.kind !== 'create') || plan.toMany.some(listNamesRows);
}

function listNamesRows(list: ToManyPlan): boolean {
  return (
    list.set !== undefined ||
    [list.disconnect, list.delete, list.connect, list.connectOrCreate, list.update].some(
      (verbs) => verbs.length > 0,
    )
  );
}

function hasDeclaredKey({ entity, values }: Plan): boolean {
  return entity.fields.some(
    (field) => field.kind === 'scalar' && field.keyOf !== undefined && values.has(field.name),
  );
}

function plansBelow({ toOne, toMany }: Plan): readonly Plan[] {
  const single = toOne.flatMap(({ verb }): readonly Plan[] => {
    if (verb.kind === 'create' || verb.kind === 'connectOrCreate') return [verb.create];
    return verb.kind === 'update' ? [verb.update] : [];
  });
  const listed = toMany.flatMap((list): readonly Plan[] => [
    ...list.create,
    ...list.connectOrCreate.map(({ create }) => create),
    ...list.update.map(({ update }) => update),
  ]);
  return [...single, ...listed];
}
