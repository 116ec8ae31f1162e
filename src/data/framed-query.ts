import pg from 'pg';
import type { SentQuery, Wire } from './node-postgres.ts';

/** Its types have methods as properties, which no method can stand in for. */
const Query = pg.Query as unknown as new (
  config: pg.QueryConfig,
  values: undefined,
  callback: (error: Error | undefined, result: pg.QueryResult) => void,
) => SentQuery;

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
