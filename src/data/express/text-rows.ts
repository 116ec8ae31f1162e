import pg from 'pg';
import type { Texts } from '../db.ts';
import type { SentQuery, Wire } from '../node-postgres.ts';
import type { RawRow } from '../rows/raw-row.ts';
import type { RowsForm } from '../rows/rows-form.ts';
import { RowsText } from '../rows/rows-text.ts';
import { makeRoomFor } from './prepared-names.ts';

const { prepare } = pg.Query.prototype as unknown as SentQuery;

/** Its types have methods as properties, which no method can stand in for. */
const Query = pg.Query as unknown as new (text: string) => object;

const plain = new WeakMap<Wire, Wire>();

/**
 * The same connection, on which nobody asks what columns an answer will have, nor ends a transaction, nor has a statement
 * forgotten that is noted as prepared, because a value of it cannot be sent.
 */
function withoutExtras(wire: Wire): Wire {
  let same = plain.get(wire);
  if (!same) {
    const nothing = { value: () => undefined };
    same = Object.create(wire, { describe: nothing, sync: nothing, close: nothing }) as Wire;
    plain.set(wire, same);
  }
  return same;
}

/** A statement that answers one row of texts, or rows that become one text. */
export interface Asked {
  readonly text: string;
  readonly params: readonly unknown[];
  /** Under which it is prepared. */
  readonly name?: string | undefined;
  readonly rows?: RowsForm | undefined;
}

/** Told once: of the failure, or of the row of each statement, undefined where there is none. */
export type SettleRows = (error: Error | undefined, rows: readonly (Texts | undefined)[]) => void;

/**
 * One statement that answers one row of texts, or several of them in one transaction: either all are done, or none. Their
 * columns are not described, no row is made of them, and no value is looked at: that takes a query of node-postgres from
 * 70 to 50 µs of CPU. Of several PostgreSQL sends the answers together.
 */
export class TextRows extends Query {
  readonly #asked: readonly Asked[];
  readonly #settle: SettleRows;
  readonly #rows: (Texts | undefined)[] = [];
  #row: Texts | undefined;
  #form: RowsForm | undefined;
  #all: RowsText | undefined;
  #refusal: Error | undefined;
  #isSettled = false;

  constructor(asked: readonly Asked[], settle: SettleRows) {
    super('');
    this.#asked = asked;
    this.#settle = settle;
    // What whoever listens to the client takes it for: the statement, and not what goes ahead of it.
    this.#become(asked.at(-1));
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    wire.stream.cork();
    try {
      makeRoomFor(
        wire,
        this.#asked.map(({ name }) => name),
      );
      for (const asked of this.#asked) {
        this.#become(asked);
        prepare.call(this.#sent, withoutExtras(wire));
      }
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
    this.#become(this.#asked[0]);
  }

  handleRowDescription(): void {}

  /** On a connection of a {@link RawRowsClient}. */
  handleDataRow(row: RawRow): void {
    if (this.#refusal) return;
    const form = this.#form;
    try {
      if (form) {
        this.#all ??= new RowsText(form);
        this.#all.add(row);
      } else this.#row ??= row.texts;
    } catch (error) {
      this.#refuse(error as Error);
    }
  }

  handleCommandComplete(): void {
    if (this.#form && !this.#refusal) this.#finish(this.#all ?? new RowsText(this.#form));
    this.#rows.push(this.#row);
    this.#row = undefined;
    this.#all = undefined;
    this.#become(this.#asked[this.#rows.length]);
  }

  #finish(all: RowsText): void {
    try {
      this.#row = [all.end()];
    } catch (error) {
      this.#refuse(error as Error);
    }
  }

  /** Whoever reads the connection could only end it, and the process with it. */
  #refuse(error: Error): void {
    this.#refusal = error;
    this.#all = undefined;
  }

  handleError(error: Error, connection?: unknown): void {
    this.#end(error);
    const { parsedStatements, submittedNamedStatements } = (connection ?? {}) as Partial<Wire>;
    // PostgreSQL skips whatever is behind the failure, so it has not heard of those names.
    if (!submittedNamedStatements) return;
    for (const { name } of this.#asked.slice(this.#rows.length + 1))
      if (name !== undefined && parsedStatements?.[name] === undefined) delete submittedNamedStatements[name];
  }

  /** Only now it is committed. */
  handleReadyForQuery(): void {
    this.#end(this.#refusal);
  }

  #end(error: Error | undefined): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    // The client's, which stops the clock that a `query_timeout` in the URL has started.
    this.#sent.callback?.(error ?? null);
    this.#settle(error, this.#rows);
  }

  get #sent(): SentQuery {
    return this as unknown as SentQuery;
  }

  /** The client notes under our name what PostgreSQL has prepared, so it has to be that of the statement at hand. */
  #become(asked: Asked | undefined): void {
    const sent = this.#sent;
    sent.text = asked?.text ?? '';
    sent.name = asked?.name;
    sent.values = asked ? [...asked.params] : [];
    this.#form = asked?.rows;
  }
}
