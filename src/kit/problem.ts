/** A place in one of the author's files. Lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * A mistake of the author's: where it is, what is wrong, and what to do about it.
 * `code` is stable (SCREAMING_SNAKE) and is what `plinth check --json` prints; `message` ends in the remedy.
 */
export interface Problem {
  readonly place: Place;
  readonly code: string;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** Collects problems so that one run reports all of them; nothing here throws. */
export class Problems {
  readonly #list: Problem[] = [];

  error(place: Place, code: string, message: string): void {
    this.#list.push({ place, code, message, severity: 'error' });
  }

  warning(place: Place, code: string, message: string): void {
    this.#list.push({ place, code, message, severity: 'warning' });
  }

  get hasErrors(): boolean {
    return this.#list.some((problem) => problem.severity === 'error');
  }

  /** All problems in reading order, without exact repetitions. */
  sorted(): readonly Problem[] {
    const seen = new Set<string>();
    return [...this.#list].sort(comparePlaces).filter((problem) => {
      const key = `${problem.place.file}:${problem.place.line}:${problem.place.column}:${problem.message}`;
      return !seen.has(key) && seen.add(key);
    });
  }
}

function comparePlaces(a: Problem, b: Problem): number {
  return (
    a.place.file.localeCompare(b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column
  );
}

/** `schema.graphql:3:5 message`, the form that editors and terminals turn into a link. */
export function formatProblem({ place, message, severity }: Problem): string {
  const label = severity === 'warning' ? 'warning: ' : '';
  return `${place.file}:${place.line}:${place.column} ${label}${message}`;
}

/** Thrown by a stage that cannot go on; carries every problem found so far. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ProblemsError';
    this.problems = problems;
  }
}
