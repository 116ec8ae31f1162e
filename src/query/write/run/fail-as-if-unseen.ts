import { ViewerError } from '../../../kit/viewer-error.ts';
import type { RequestScope } from '../../request-scope.ts';
import { judgeRows } from './judge-rows.ts';
import { MomentaryRights, type UsedRight } from './momentary-rights.ts';
import { WriteRun } from './write-run.ts';

/**
 * Runs a tree of writes so that a refusal does not tell what only the tree's own writes would have shown: then it is run
 * again without those rights, as often as it takes. Trees that succeed run once.
 */
export async function failAsIfUnseen<T>(
  scope: RequestScope,
  work: (run: WriteRun) => Promise<T>,
): Promise<T> {
  let rights = new MomentaryRights();
  for (;;) {
    const run = new WriteRun(scope, rights);
    try {
      return await run.tx.savepoint(() => work(run));
    } catch (error) {
      if (!(error instanceof ViewerError)) throw error;
      const gone = await rightsOfTheMoment(scope, rights);
      if (gone.length === 0) throw error;
      // Each turn bars at least one more of the rights that a tree of this size can use.
      rights = rights.barring(gone);
    }
  }
}

/** Of the rights that were used, those that the viewer has not now that the tree is undone. */
async function rightsOfTheMoment(
  scope: RequestScope,
  rights: MomentaryRights,
): Promise<readonly (readonly [UsedRight, string])[]> {
  const run = new WriteRun(scope);
  const gone: [UsedRight, string][] = [];
  for (const right of rights.used()) {
    const verdicts = await judgeRows(run, right.entity, [...right.ids], { holds: right.condition });
    for (const id of right.ids) if (!verdicts.get(id)?.holds) gone.push([right, id]);
  }
  return gone;
}
