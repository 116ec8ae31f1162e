import type { Problems } from '../../kit/problem.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { Reading } from '../build/reading.ts';

/** What a rule looks at: the author's definitions, and the model made of them as far as it could be made. */
export interface Judged extends Reading {
  readonly app: AppModel;
  readonly problems: Problems;
}

/** Looks for one kind of mistake and reports each occurrence. */
export type Rule = (judged: Judged) => void;
