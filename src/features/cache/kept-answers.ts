import { LRUCache } from 'lru-cache';
import type { ByteText } from '../../kit/byte-text.ts';
import type { Changes } from './changes.ts';

/** `data` of an answer as JSON text. */
export interface KeptAnswer {
  readonly text: ByteText;
  /** Milliseconds, as `Date.now()`. */
  readonly at: number;
  readonly since: number;
  /** Undefined: any. */
  readonly tables: ReadonlySet<string> | undefined;
}

/** What becomes of a request: it is answered, or works the answer out for others, or works alone. */
export type Turn =
  | { readonly kind: 'kept'; readonly answer: KeptAnswer }
  | { readonly kind: 'first'; readonly finish: (text: ByteText | undefined) => void }
  | { readonly kind: 'alone' };

export interface KeptAnswersOptions {
  readonly changes: Changes;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Milliseconds after which nobody waits any longer for another request's answer. */
  readonly patienceMs: number;
}

/** What a request is about to read. */
export interface Wanted {
  readonly key: string;
  readonly tables: ReadonlySet<string> | undefined;
  /** Seconds. */
  readonly maxAge: number;
  /** Of the request that asks: whoever is gone waits for nothing. */
  readonly signal: AbortSignal | undefined;
}

interface Flight {
  readonly done: Promise<void>;
  readonly began: number;
}

const ALONE: Turn = { kind: 'alone' };
/** Of an entry beside its text: key, tables and what JavaScript needs for them. */
const ENTRY_BYTES = 500;
/** One answer may take this part of the whole. */
const LARGEST_PART = 0.125;
/** Requests whose answer never came to be stored; then everybody works alone. */
const MOST_WAITS = 3;

/** Answers in memory, the least recently used ones forgotten. Only ever answers what is true now. */
export class KeptAnswers {
  readonly #options: KeptAnswersOptions;
  readonly #answers: LRUCache<string, KeptAnswer>;
  readonly #flights = new Map<string, Flight>();

  constructor(options: KeptAnswersOptions) {
    this.#options = options;
    this.#answers = new LRUCache({
      max: options.maxEntries,
      maxSize: options.maxBytes,
      maxEntrySize: Math.max(1, Math.floor(options.maxBytes * LARGEST_PART)),
      // A byte text takes a byte for each character, and a key is ASCII.
      sizeCalculation: ({ text }, key) => text.length + key.length + ENTRY_BYTES,
    });
  }

  get bytes(): number {
    return this.#answers.calculatedSize;
  }

  get size(): number {
    return this.#answers.size;
  }

  clear(): void {
    this.#answers.clear();
  }

  /** Waits while another request works on the same answer; one of several becomes the first. */
  async turn(wanted: Wanted): Promise<Turn> {
    for (let waits = 0; ; waits++) {
      const answer = this.#get(wanted.key);
      if (answer) return { kind: 'kept', answer };
      const flight = this.#flights.get(wanted.key);
      if (!flight || Date.now() - flight.began > this.#options.patienceMs) return this.#begin(wanted);
      if (waits === MOST_WAITS) return ALONE;
      await unlessAborted(flight.done, wanted.signal);
      if (wanted.signal?.aborted) return ALONE;
    }
  }

  #get(key: string): KeptAnswer | undefined {
    const answer = this.#answers.get(key);
    if (!answer || this.#options.changes.isUnchanged(answer.since, answer.tables)) return answer;
    this.#answers.delete(key);
    return undefined;
  }

  #begin({ key, tables, maxAge, signal }: Wanted): Turn {
    const { changes } = this.#options;
    const since = changes.now;
    let land: () => void = () => undefined;
    const flight: Flight = { began: Date.now(), done: new Promise((resolve) => (land = resolve)) };
    this.#flights.set(key, flight);
    const finish = (text: ByteText | undefined): void => {
      signal?.removeEventListener('abort', giveUp);
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      // What was written meanwhile may be missing in what was read.
      if (text !== undefined && changes.isUnchanged(since, tables))
        this.#answers.set(key, { text, at: Date.now(), since, tables }, { ttl: maxAge * 1_000 });
      land();
    };
    // The answer may still come, but nobody can rely on that.
    const giveUp = (): void => finish(undefined);
    signal?.addEventListener('abort', giveUp, { once: true });
    return { kind: 'first', finish };
  }
}

async function unlessAborted(done: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return done;
  let stop: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
