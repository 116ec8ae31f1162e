import { badInput, type InputPath } from './bad-input.ts';

/**
 * Comparisons of one filter: ten of each of 500 rows. Each is an expression and mostly a parameter of its own, of which
 * PostgreSQL takes 65,535 in a statement; planning these takes it a fifth of a second.
 */
export const MAX_COMPARISONS = 5_000;

/** Counts what one filter compares, wherever in it that stands. */
export class Comparisons {
  readonly #path: InputPath;
  #count = 0;

  /** `path` is the filter's own. */
  constructor(path: InputPath) {
    this.#path = path;
  }

  /** @throws ViewerError BAD_USER_INPUT where it is too many */
  note(more: number): void {
    this.#count += more;
    if (this.#count <= MAX_COMPARISONS) return;
    const message = `A filter may compare at most ${MAX_COMPARISONS} times; \`in\` takes many values at once.`;
    throw badInput(this.#path, message, 'maxComparisons');
  }
}
