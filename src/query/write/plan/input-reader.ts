import { type InputIssue, ViewerError } from '../../../kit/viewer-error.ts';
import type { AppModel } from '../../../model/app-model.ts';
import type { InputPath } from '../write-plan.ts';

/** Relations below relations beyond this are refused: nobody writes such input by hand, and stacks are finite. */
const MAX_DEPTH = 10;
/** Rows that one root field may name, at all levels together. */
const MAX_ROWS = 10_000;
/** More than anybody can use, and little enough to send. */
const MAX_ISSUES = 100;

/** Walks one root field's input: keeps the bounds, and collects every fault so that they are told together. */
export class InputReader {
  readonly app: AppModel;
  readonly maxListLength: number;
  readonly #issues: InputIssue[] = [];
  #rows = 0;

  constructor(app: AppModel, maxListLength: number) {
    this.app = app;
    this.maxListLength = maxListLength;
  }

  issue(path: InputPath, message: string, constraint: string): void {
    if (this.#issues.length < MAX_ISSUES) {
      this.#issues.push({ path, message, constraint });
    }
  }

  /** Counts a row named by the input. False, with an issue, where the input is too deep or too large to go on. */
  enter(path: InputPath, depth: number): boolean {
    this.#rows += 1;
    if (depth > MAX_DEPTH) this.issue(path, `is nested deeper than ${MAX_DEPTH} relations`, 'maxDepth');
    if (this.#rows === MAX_ROWS + 1)
      this.issue(path, `names more than ${MAX_ROWS} rows in one field`, 'maxRows');
    return depth <= MAX_DEPTH && this.#rows <= MAX_ROWS;
  }

  /** The elements of a list, none where it is absent or null or too long (then with an issue). */
  list(path: InputPath, value: unknown): readonly unknown[] {
    if (value === undefined || value === null) return [];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (items.length <= this.maxListLength) return items;
    this.issue(
      path,
      `has ${items.length} elements; at most ${this.maxListLength} are allowed`,
      'maxListLength',
    );
    return [];
  }

  /** @throws ViewerError BAD_USER_INPUT when anything was wrong */
  finish(): void {
    if (this.#issues.length > 0) throw badInput(this.#issues);
  }
}

/** The error that tells a viewer what is wrong with the input. */
export function badInput(issues: readonly InputIssue[], cause?: unknown): ViewerError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const place = first && first.path.length > 0 ? `${first.path.join('.')} ` : '';
  return new ViewerError('BAD_USER_INPUT', `Invalid input: ${place}${first?.message ?? ''}${more}`, {
    issues,
    cause,
  });
}

/** The keys of an input object that are given, in the order of the request. graphql-js makes them without a prototype. */
export function entriesOf(input: unknown): readonly (readonly [string, unknown])[] {
  return typeof input === 'object' && input !== null
    ? Object.entries(input).filter(([, value]) => value !== undefined)
    : [];
}

/** The value of one key, undefined where absent. */
export function valueAt(input: unknown, key: string): unknown {
  return entriesOf(input).find(([name]) => name === key)?.[1];
}
