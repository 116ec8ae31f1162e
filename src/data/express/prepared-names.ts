import type { Wire } from '../node-postgres.ts';

/** PostgreSQL keeps a prepared statement, and the plan for it, for as long as the connection lives. */
const MOST = 1_000;

/** Names of the statements that a connection was asked to prepare, those that were not used for the longest first. */
const namesOn = new WeakMap<Wire, Set<string>>();

/**
 * Notes what is about to be sent, and has PostgreSQL forget what was not used for the longest, so that there is room. To be called
 * before anything of a batch is sent: behind a failure PostgreSQL would not hear of it. What is under way cannot be meant: fewer
 * statements are on a connection at a time.
 */
export function makeRoomFor(wire: Wire, names: readonly (string | undefined)[]): void {
  let known = namesOn.get(wire);
  if (!known) {
    known = new Set();
    namesOn.set(wire, known);
  }
  for (const name of names) {
    // While there is plenty of room, it does not matter what was used last.
    if (name === undefined || (known.has(name) && known.size < MOST / 2)) continue;
    known.delete(name);
    known.add(name);
  }
  for (const oldest of known) {
    if (known.size <= MOST) return;
    known.delete(oldest);
    if (wire.parsedStatements[oldest] === undefined) continue;
    wire.close({ type: 'S', name: oldest });
    delete wire.parsedStatements[oldest];
  }
}
