import type pg from 'pg';
import type { Texts } from './db.ts';
import type { RowsForm } from './rows/rows-form.ts';
import { throwIfCancelled } from './run-statement.ts';

/** With how many of those that wait a read is compared, the last ones first. */
const MOST_COMPARED = 32;
/** Longer lists are not compared: there may be thousands of values in each. */
const LONGEST_LIST = 100;

/** A prepared statement that only reads, and what it is given. */
export interface Read {
  readonly name: string;
  readonly params: readonly unknown[];
  /** Not part of what the name stands for: two operations may call the same columns otherwise. */
  readonly rows?: RowsForm | undefined;
}

/**
 * One of those that wait to be sent that asks the same. Whoever may see other rows has other values, or another statement: the
 * rules are in it.
 */
export function findSame<T>(waiting: readonly T[], readOf: (one: T) => Read, read: Read): T | undefined {
  const from = Math.max(0, waiting.length - MOST_COMPARED);
  for (let at = waiting.length - 1; at >= from; at -= 1) {
    const one = waiting[at];
    if (one !== undefined && isSame(readOf(one), read)) return one;
  }
  return undefined;
}

function isSame(a: Read, b: Read): boolean {
  if (a.name !== b.name || a.rows !== b.rows || a.params.length !== b.params.length) return false;
  return a.params.every((value, at) => isSameValue(value, b.params[at]));
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  if (a.length > LONGEST_LIST || a.length !== b.length) return false;
  return a.every((value, at) => Object.is(value, b[at]));
}

/** How one who asks gets a connection, and what is done on it. */
export interface Reading {
  readonly signal: AbortSignal | undefined;
  connect(): Promise<pg.PoolClient>;
  /** Gives the connection back. @param signal fires when nobody wants the answer any more */
  runOn(client: pg.PoolClient, signal: AbortSignal | undefined): Promise<Texts | undefined>;
}

/** Those who wait for a connection and ask the same. */
class Group {
  readonly read: Read;
  /** Resolves with the answer for all once one of them has a connection. */
  readonly answer: Promise<Texts | undefined>;
  isSent = false;
  /** Who still wants the answer. */
  #members = 0;
  readonly #stop = new AbortController();
  #isAnswered = false;
  #resolve!: (answer: Promise<Texts | undefined>) => void;

  constructor(read: Read) {
    this.read = read;
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const end = (): void => {
      this.#isAnswered = true;
    };
    // Everybody may have left by the time that it fails.
    this.answer.then(end, end);
  }

  get isEmpty(): boolean {
    return this.#members === 0;
  }

  join(): void {
    this.#members += 1;
  }

  leave(): void {
    this.#members -= 1;
    if (this.#members === 0 && this.isSent && !this.#isAnswered) this.#stop.abort();
  }

  /** Asks for all, on the connection of one. */
  send(client: pg.PoolClient, runOn: Reading['runOn']): void {
    this.isSent = true;
    this.#resolve(runOn(client, this.#stop.signal));
  }
}

/**
 * Reads that wait for a connection of the pool. Each keeps its own place in the queue; whoever is the first of those that ask the
 * same to have one asks for all of them. What is under way already is joined by nobody, for it may not see what was stored
 * meanwhile.
 */
export class CoalescedReads {
  readonly #waiting: Group[] = [];

  /** @throws DatabaseError */
  async run(read: Read, reading: Reading): Promise<Texts | undefined> {
    let group = findSame(this.#waiting, ({ read }) => read, read);
    if (!group) {
      group = new Group(read);
      this.#waiting.push(group);
    }
    group.join();
    try {
      return await orCancelled(Promise.race([group.answer, this.#ask(group, reading)]), reading.signal);
    } finally {
      group.leave();
      if (group.isEmpty) this.#close(group);
    }
  }

  /** Waits for a connection, and asks for all who ask the same by then; who has asked before is waited for. */
  async #ask(group: Group, { connect, runOn }: Reading): Promise<Texts | undefined> {
    let client: pg.PoolClient;
    try {
      client = await connect();
    } catch (error) {
      if (group.isSent) return group.answer;
      throw error;
    }
    if (group.isSent || group.isEmpty) client.release();
    else {
      this.#close(group);
      group.send(client, runOn);
    }
    return group.answer;
  }

  #close(group: Group): void {
    const at = this.#waiting.indexOf(group);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}

/** What others have asked for is not stopped. @throws DatabaseError of kind `cancelled` */
async function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      try {
        throwIfCancelled(signal);
      } catch (error) {
        reject(error);
      }
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
