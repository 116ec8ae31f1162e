const explanations = new WeakSet<object>();

/** Marks an explanation as asked for with the admin key: it may leave the process in production, as no other does. */
export function markForOperator<T extends object>(explanation: T): T {
  explanations.add(explanation);
  return explanation;
}

export function isForOperator(explanation: unknown): boolean {
  return typeof explanation === 'object' && explanation !== null && explanations.has(explanation);
}
