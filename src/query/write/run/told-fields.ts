import type { ToManyPlan, ToOnePlan, UpdatePlan } from '../write-plan.ts';

/** A field whose value before the write is told by what becomes of the write: one has to be able to read it. */
export interface ToldField {
  readonly name: string;
  /** For the refusal: "You may not read Task.points, which is added to." */
  readonly how: 'added to' | 'written through';
}

/**
 * Adding succeeds or overflows by the number that was there; writing to what a relation leads to succeeds, or is NOT_FOUND
 * or FORBIDDEN, by what it leads to. Connecting and setting ask nothing of what was there.
 */
export function toldBy({ increments, toOne, toMany }: UpdatePlan): readonly ToldField[] {
  const through = [...toOne.filter(isThroughOne), ...toMany.filter(isThroughMany)];
  return [
    ...[...increments.keys()].map((name) => ({ name, how: 'added to' }) as const),
    ...through.map(({ relation }) => ({ name: relation.name, how: 'written through' }) as const),
  ];
}

/** From the far side, disconnecting asks for the right to update whatever is there. */
function isThroughOne({ relation, verb }: ToOnePlan): boolean {
  if (verb.kind === 'disconnect') return relation.storage.kind !== 'key';
  return verb.kind === 'update' || verb.kind === 'delete';
}

function isThroughMany(list: ToManyPlan): boolean {
  return list.update.length > 0 || list.delete.length > 0 || list.disconnect.length > 0;
}
