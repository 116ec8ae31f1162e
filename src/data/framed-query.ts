import pg from 'pg';

/** What node-postgres calls its connection, as far as it is needed here; its types do not say it. */
interface Wire {
  parse(message: { text: string; name: string }): void;
  bind(message: { values: readonly unknown[] }): void;
  execute(message: { rows: number }): void;
}

/** What a query of node-postgres is to its client, which its types do not say either. */
interface Sent {
  prepare(wire: Wire): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

/** Its types have methods as properties, which no method can stand in for. */
const Query = pg.Query as unknown as new (
  config: pg.QueryConfig,
  values: undefined,
  callback: (error: Error | undefined, result: pg.QueryResult) => void,
) => Sent;

/** A statement with parameters, and others of our own that leave in the same message before it: none or all of them run. */
export class FramedQuery extends Query {
  readonly #ahead: readonly string[];
  #done = 0;

  /** @param settle told once, with how many of those ahead were done */
  constructor(
    ahead: readonly string[],
    config: pg.QueryConfig,
    settle: (error: Error | undefined, result: pg.QueryResult, aheadDone: number) => void,
  ) {
    super(config, undefined, (error, result) => settle(error, result, this.#done));
    this.#ahead = ahead;
  }

  override prepare(wire: Wire): void {
    for (const text of this.#ahead) {
      wire.parse({ text, name: '' });
      wire.bind({ values: [] });
      wire.execute({ rows: 0 });
    }
    super.prepare(wire);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#done < this.#ahead.length) this.#done++;
    else super.handleCommandComplete(message, wire);
  }
}
