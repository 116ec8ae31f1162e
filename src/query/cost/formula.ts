/**
 * What an operation costs, with what its variables decide left open: a number, and pieces that are multiplied by it.
 * Made once per document; to evaluate it is some additions and multiplications.
 */
export interface Formula {
  readonly fixed: number;
  readonly terms: readonly Term[];
}

interface Term {
  readonly times: Times;
  readonly cost: Formula;
}

/** How often a piece of an operation is evaluated. */
export type Times = number | Count | Condition;

/** Rows of a page or elements of a list: what the first source that has a value says. */
interface Count {
  readonly kind: 'count';
  readonly sources: readonly Source[];
  /** Where no source has a value. */
  readonly otherwise: number;
  readonly most: number;
}

/** An argument: a value in the document, or a variable with the value that stands in for it when it is not sent. */
export type Source = { readonly value: unknown } | { readonly variable: string; readonly unsent: unknown };

/** `@include(if: $variable)`, or with `is: false` `@skip`. */
export interface Condition {
  readonly kind: 'condition';
  readonly variable: string;
  readonly unsent: unknown;
  readonly is: boolean;
}

type Variables = Readonly<Record<string, unknown>>;

export const NOTHING: Formula = { fixed: 0, terms: [] };

export function fixed(cost: number): Formula {
  return { fixed: cost, terms: [] };
}

export function sum(formulas: readonly Formula[]): Formula {
  return {
    fixed: formulas.reduce((total, formula) => total + formula.fixed, 0),
    terms: formulas.flatMap((formula) => formula.terms),
  };
}

/** How many rows an argument asks for; a number at once where no variable has a say. */
export function count(sources: readonly Source[], otherwise: number, most: number): Times {
  const times: Count = { kind: 'count', sources, otherwise, most };
  return sources.some((source) => 'variable' in source) ? times : evaluateTimes(times, {});
}

export function multiply(times: Times, formula: Formula): Formula {
  if (typeof times !== 'number') return { fixed: 0, terms: [{ times, cost: formula }] };
  if (times === 1) return formula;
  return {
    fixed: times === 0 ? 0 : times * formula.fixed,
    terms: formula.terms.map((term) => ({ ...term, cost: multiply(times, term.cost) })),
  };
}

/** @param variables as they were sent: what does not fit its type is refused elsewhere, and counts as not sent here */
export function evaluate(formula: Formula, variables: Variables): number {
  let total = formula.fixed;
  for (const { times, cost } of formula.terms) {
    const factor = evaluateTimes(times, variables);
    if (factor > 0) total += factor * evaluate(cost, variables);
  }
  return total;
}

function evaluateTimes(times: Times, variables: Variables): number {
  if (typeof times === 'number') return times;
  if (times.kind === 'condition') {
    const value = Object.hasOwn(variables, times.variable) ? variables[times.variable] : times.unsent;
    return value === !times.is ? 0 : 1;
  }
  for (const source of times.sources) {
    const size = sizeOf(valueFor(source, variables));
    if (size !== undefined) return Math.max(0, Math.min(size, times.most));
  }
  return times.otherwise;
}

function valueFor(source: Source, variables: Variables): unknown {
  if ('value' in source) return source.value;
  const sent = Object.hasOwn(variables, source.variable) ? variables[source.variable] : undefined;
  return sent === undefined ? source.unsent : sent;
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return Array.isArray(value) ? value.length : undefined;
}
