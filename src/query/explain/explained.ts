import type { JsonValue } from '../../model/app-model.ts';

/** `depends on the row`: nobody has looked at a row, and the viewer and the time do not decide it. */
export type Truth = 'true' | 'false' | 'unknown' | 'depends on the row';

/** A term of a rule, what it came to, and what it saw. */
export interface ExplainedTerm {
  readonly text: string;
  /** `schema.graphql:12:34`. */
  readonly place: string;
  readonly holds: Truth;
  /** By the path that the rule names: `this.author.id`. */
  readonly values?: Readonly<Record<string, JsonValue>>;
  readonly terms?: readonly ExplainedTerm[];
}

/** What a rule says about one row at one moment, or about no row in particular. */
export interface Verdict {
  /** `before` and `after` a write; `now` where nothing is written. Absent where no row was looked at. */
  readonly image?: 'before' | 'after' | 'now';
  readonly rule: ExplainedTerm;
}

/** `extensions.access`: why something was denied. */
export interface Explanation {
  /** `update Task`, `write Task.budget`, `call completeTask`. */
  readonly denied: string;
  readonly model?: string;
  readonly id?: string;
  readonly viewer: JsonValue;
  /** One sentence. */
  readonly because: string;
  readonly verdicts: readonly Verdict[];
  /** What the same root field had written before it was refused, in the order of writing; the refused row comes last. */
  readonly chain?: readonly ChainLink[];
}

export interface ChainLink {
  readonly operation: 'create' | 'update' | 'delete' | 'read';
  readonly model: string;
  readonly id: string;
}
