import type { ViewerError } from '../../kit/viewer-error.ts';
import type { RequestScope } from '../request-scope.ts';

/**
 * Whether one field of the API may be asked by this viewer, whatever the rows hold. A root field that is refused answers
 * the error; a field of a model answers null, as it does where the rule needs the row.
 */
export interface Guard {
  /** `Query`, `Mutation`, `Subscription`, or the name of a model. */
  readonly type: string;
  readonly field: string;
  /** What the rule is called in the tree: `read Task`. Guards of one name share one rule. */
  readonly rule: string;
  /** Why not; undefined where it may be asked. No SQL is run for it. */
  refuse(scope: RequestScope): ViewerError | undefined;
}

export const ROOTS: readonly string[] = ['Query', 'Mutation', 'Subscription'];

/** For root fields that are everybody's. */
export const OPEN: Pick<Guard, 'rule' | 'refuse'> = { rule: 'open', refuse: () => undefined };
