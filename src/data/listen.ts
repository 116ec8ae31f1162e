import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { quoteIdentifier } from '../kit/quote-identifier.ts';
import { cutConnection } from './cut-connection.ts';
import type { Db } from './db.ts';

/** What is heard on one channel of PostgreSQL's NOTIFY. */
export interface ListenOptions {
  readonly db: Db;
  readonly channel: string;
  readonly onMessage: (payload: string) => void;
  /**
   * `true` once messages arrive, `false` as soon as some may have been missed: whoever relies on hearing everything has to
   * forget what it knows then.
   */
  readonly onHearing: (hears: boolean) => void;
  /** Told why a connection could not be had or was lost; it is tried again, more and more seldom. */
  readonly onFault: (error: unknown) => void;
}

export interface Listener {
  /**
   * Resolves when every message of transactions that were committed before this call has been given to `onMessage`; at
   * once while nothing is heard. Never rejects.
   */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A connection that is silent may be dead without anybody having said so. */
const HEARTBEAT_MS = 5_000;
const PATIENCE_MS = 2_000;

/** Listens on a connection of its own until it is closed, and again whenever that is lost. */
export function listen(options: ListenOptions): Listener {
  return new ListeningConnection(options);
}

class ListeningConnection implements Listener {
  readonly #options: ListenOptions;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #client: pg.Client | undefined;
  #hears = false;
  /** The question that is under way, and the one that waits for it: later callers share the latter. */
  #asked: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.#done = this.#keepListening();
  }

  caughtUp(): Promise<void> {
    if (!this.#hears) return Promise.resolve();
    this.#next ??= this.#asked.then(() => {
      this.#next = undefined;
      this.#asked = this.#ask();
      return this.#asked;
    });
    return this.#next;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cut();
    await this.#done;
  }

  async #keepListening(): Promise<void> {
    const { signal } = this.#closing;
    let pause = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(() => {
          pause = FIRST_PAUSE_MS;
        });
      } catch (error) {
        if (!signal.aborted) this.#options.onFault(error);
      }
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  /** One connection, from its beginning to its end. */
  async #listenOnce(onHeard: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.db.url,
      application_name: 'plinth listen',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    const lost = new Promise<unknown>((resolve) => {
      client.on('error', resolve);
      client.on('end', () => resolve(undefined));
    });
    this.#client = client;
    try {
      await orLost(client.connect(), lost);
      await client.query(`LISTEN ${quoteIdentifier(this.#options.channel)}`);
      await this.#prove(client, lost);
      client.on('notification', ({ payload = '' }) => this.#options.onMessage(payload));
      this.#setHearing(true);
      onHeard();
      const beat = setInterval(() => void this.#ask(), HEARTBEAT_MS).unref();
      const reason = await lost;
      clearInterval(beat);
      throw lostFor(reason);
    } finally {
      this.#setHearing(false);
      this.#cut();
    }
  }

  /** Behind a pooler that shares connections LISTEN succeeds and nothing is ever heard. */
  async #prove(client: pg.Client, lost: Promise<unknown>): Promise<void> {
    const proof = `proof:${randomUUID()}`;
    const heard = new Promise<boolean>((resolve) => {
      client.on('notification', ({ payload }) => {
        if (payload === proof) resolve(true);
      });
    });
    await this.#options.db.execute('SELECT pg_notify($1, $2)', [this.#options.channel, proof]);
    const timer = new AbortController();
    const late = sleep(PATIENCE_MS, false, { signal: timer.signal, ref: false }).catch(() => false);
    const outcome = await Promise.race([heard, late, lost.then(() => false)]);
    timer.abort();
    if (outcome) return;
    throw new Error(
      'Messages of NOTIFY do not arrive. LISTEN needs a connection of its own to PostgreSQL, which a pooler in transaction mode does not give.',
    );
  }

  /**
   * PostgreSQL hands out what it has for a connection before it says that the connection is ready again, so the answer to
   * any statement comes after all messages that were there when it was sent.
   */
  async #ask(): Promise<void> {
    const client = this.#client;
    if (!client || !this.#hears) return;
    const timer = setTimeout(() => this.#cut(), PATIENCE_MS).unref();
    await client.query('SELECT 1').catch(() => this.#cut());
    clearTimeout(timer);
  }

  #cut(): void {
    this.#setHearing(false);
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    client.end().catch(() => undefined);
    cutConnection(client);
  }

  #setHearing(hears: boolean): void {
    if (this.#hears === hears) return;
    this.#hears = hears;
    this.#options.onHearing(hears);
  }
}

/** `connect()` of a client that is ended meanwhile is never settled by `pg`. */
async function orLost(connected: Promise<unknown>, lost: Promise<unknown>): Promise<void> {
  await Promise.race([
    connected,
    lost.then((reason) => {
      throw lostFor(reason);
    }),
  ]);
}

const lostFor = (reason: unknown): unknown => reason ?? new Error('The connection that listens was closed.');
