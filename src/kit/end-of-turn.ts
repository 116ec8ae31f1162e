/** What is left until everything that has arrived at the same time is read, in the order in which it is done then. */
const ORDER = ['ask', 'answer'] as const;

let waiting: Readonly<Record<(typeof ORDER)[number], (() => void)[]>> | undefined;

/**
 * Does it at the end of this turn of the event loop. Whoever is asked (the database) has something to do while others are
 * answered, so all questions go ahead of all answers, whichever came up first.
 */
export function atEndOfTurn(what: (typeof ORDER)[number], work: () => void): void {
  if (!waiting) {
    waiting = { ask: [], answer: [] };
    setImmediate(endTurn);
  }
  waiting[what].push(work);
}

function endTurn(): void {
  const all = waiting;
  waiting = undefined;
  for (const what of ORDER) for (const work of all?.[what] ?? []) work();
}
