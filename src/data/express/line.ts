import pg from 'pg';
import { beginSession } from '../begin-session.ts';
import { toDatabaseError } from '../database-error.ts';
import type { Texts } from '../db.ts';
import { TextRow } from './text-row.ts';

/** What became of a statement: its row, or nothing that could be relied on, so that it has to be run elsewhere. */
export type Outcome = { readonly texts: Texts | undefined } | undefined;

/** A statement that can go on a line. */
export interface Statement {
  readonly text: string;
  readonly params: readonly unknown[];
  readonly name: string;
  readonly shares: 'read' | 'write';
}

interface Sent {
  readonly name: string;
  /** As `performance.now()` counts. */
  readonly at: number;
  readonly isWrite: boolean;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: Error) => void;
}

/** One connection on which statements are sent before those ahead of them are answered. */
export class Line {
  readonly #client: pg.Client;
  readonly #onService: (name: string, ms: number) => void;
  /** In the order in which they are answered. */
  readonly #sent: Sent[] = [];
  #state: 'connecting' | 'open' | 'held up' | 'lost' = 'connecting';
  #isCorked = false;
  #lastAnswer = 0;

  /**
   * @param onLost told once the connection is of no use any more
   * @param onService told of each statement how long it took once its turn had come, in ms
   */
  constructor(
    config: pg.ClientConfig,
    { onLost, onService }: { onLost: () => void; onService: (name: string, ms: number) => void },
  ) {
    this.#onService = onService;
    this.#client = new pg.Client({ ...config, pipeline: true });
    const lose = (error?: Error): void => {
      if (this.#state === 'lost') return;
      this.#state = 'lost';
      for (const sent of this.#sent.splice(0))
        this.#failed(sent, error ?? new Error('Connection terminated'));
      onLost();
    };
    this.#client.on('error', lose);
    this.#client.on('end', () => lose());
    const begin = async (): Promise<void> => {
      await this.#client.connect();
      await beginSession(this.#client);
      if (this.#state === 'connecting') this.#state = 'open';
    };
    begin().catch(lose);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get underWay(): number {
    return this.#sent.length;
  }

  /** What is being answered now, and since when. */
  get oldest(): Pick<Sent, 'name' | 'at'> | undefined {
    const [first] = this.#sent;
    return first && { name: first.name, at: Math.max(first.at, this.#lastAnswer) };
  }

  /** @throws DatabaseError for a write of which nobody knows whether it is stored */
  send({ text, params, name, shares }: Statement): Promise<Outcome> {
    return new Promise((settle, fail) => {
      const sent: Sent = { name, at: performance.now(), isWrite: shares === 'write', settle, fail };
      this.#cork();
      this.#sent.push(sent);
      this.#client.query(
        new TextRow(text, params, name, (error, texts) => {
          this.#passed(sent);
          if (error) this.#failed(sent, error);
          else settle({ texts });
        }),
      );
    });
  }

  /** Lets all reads go that wait; takes no more before what it has sent has been answered. */
  giveUp(): void {
    if (this.#state === 'open') this.#state = 'held up';
    for (const { isWrite, settle } of this.#sent) if (!isWrite) settle(undefined);
  }

  /** Ends the connection without a word. */
  cut(): void {
    this.#client.connection.stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#state !== 'lost') await this.#client.end().catch(() => undefined);
  }

  /** The next one's turn has come. */
  #passed(sent: Sent): void {
    const now = performance.now();
    const at = this.#sent.indexOf(sent);
    // Of a lost connection it has been told before.
    if (at < 0) return;
    this.#onService(sent.name, now - Math.max(sent.at, this.#lastAnswer));
    this.#lastAnswer = now;
    this.#sent.splice(at, 1);
    if (this.#sent.length === 0 && this.#state === 'held up') this.#state = 'open';
  }

  /**
   * What PostgreSQL has refused is undone and can be run elsewhere, where the refusal is told. An end of the connection says
   * nothing: the write may have been stored just before it.
   */
  #failed({ isWrite, settle, fail }: Sent, error: Error): void {
    const failure = toDatabaseError(error);
    const isRefused = failure.sqlState !== undefined && failure.kind !== 'unavailable';
    if (isWrite && !isRefused) fail(failure);
    else settle(undefined);
  }

  /** What is sent in one turn of the event loop leaves as one packet: that is most of what a line saves. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    const { stream } = this.#client.connection;
    stream.cork();
    setImmediate(() => {
      this.#isCorked = false;
      stream.uncork();
    });
  }
}
