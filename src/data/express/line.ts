import pg from 'pg';
import type { Texts } from '../db.ts';
import { TextRow } from './text-row.ts';

/** What became of a statement: its row, or nothing that could be relied on. */
export type Outcome = { readonly texts: Texts | undefined } | undefined;

interface Sent {
  readonly name: string;
  /** As `performance.now()` counts. */
  readonly at: number;
  readonly settle: (outcome: Outcome) => void;
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
    const lose = (): void => {
      if (this.#state === 'lost') return;
      this.#state = 'lost';
      this.giveUp();
      onLost();
    };
    this.#client.on('error', lose);
    this.#client.on('end', lose);
    this.#client.connect().then(() => {
      if (this.#state === 'connecting') this.#state = 'open';
    }, lose);
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

  send(text: string, params: readonly unknown[], name: string): Promise<Outcome> {
    return new Promise((settle) => {
      const sent: Sent = { name, at: performance.now(), settle };
      this.#cork();
      this.#sent.push(sent);
      this.#client.query(
        new TextRow(text, params, name, (error, texts) =>
          this.#answered(sent, error ? undefined : { texts }),
        ),
      );
    });
  }

  /** Lets all who wait go; takes no more before what it has sent has been answered. */
  giveUp(): void {
    if (this.#state === 'open') this.#state = 'held up';
    for (const { settle } of this.#sent) settle(undefined);
  }

  /** Ends the connection without a word. */
  cut(): void {
    this.#client.connection.stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#state !== 'lost') await this.#client.end().catch(() => undefined);
  }

  #answered(sent: Sent, outcome: Outcome): void {
    const now = performance.now();
    if (outcome) this.#onService(sent.name, now - Math.max(sent.at, this.#lastAnswer));
    this.#lastAnswer = now;
    this.#sent.splice(this.#sent.indexOf(sent), 1);
    if (this.#sent.length === 0 && this.#state === 'held up') this.#state = 'open';
    sent.settle(outcome);
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
