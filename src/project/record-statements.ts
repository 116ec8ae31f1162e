import type { QueryOptions, Row, Texts, Tx } from '../data/index.ts';
import { oneAfterAnother } from '../kit/one-after-another.ts';
import { undo } from './undo.ts';

/** Whether PostgreSQL's plan is asked for, and whether the statement is run for it. */
export type PlanKind = 'estimate' | 'analyze';

export interface RecordedStatement {
  readonly text: string;
  readonly params: readonly unknown[];
  /** PostgreSQL's plan, a line each. */
  readonly plan?: readonly string[];
  /** How many rows it answered or touched; only where it was run. */
  readonly rows?: number;
}

/** Thrown in the place of running a statement that is only to be seen. */
export class NotRun extends Error {}

/** A transaction that notes what is asked of it. */
export class Recorder implements Tx {
  readonly statements: RecordedStatement[] = [];
  readonly #tx: Tx;
  readonly #plan: PlanKind | undefined;
  readonly #runs: boolean;

  constructor(tx: Tx, { plan, runs }: { readonly plan: PlanKind | undefined; readonly runs: boolean }) {
    this.#tx = tx;
    this.#plan = plan;
    this.#runs = runs;
  }

  get serverVersion(): number | undefined {
    return this.#tx.serverVersion;
  }

  query<R = Row>(text: string, params: readonly unknown[] = [], options?: QueryOptions): Promise<R[]> {
    return this.#inTurn(async () => {
      const seen = await this.#see(text, params);
      const rows = await this.#tx.query<R>(text, params, options);
      this.statements.push({ ...seen, rows: rows.length });
      return rows;
    });
  }

  execute(text: string, params: readonly unknown[] = [], options?: QueryOptions): Promise<number> {
    return this.#inTurn(async () => {
      const seen = await this.#see(text, params);
      const rows = await this.#tx.execute(text, params, options);
      this.statements.push({ ...seen, rows });
      return rows;
    });
  }

  readTexts(text: string, params: readonly unknown[], options?: QueryOptions): Promise<Texts | undefined> {
    return this.#inTurn(async () => {
      const seen = await this.#see(text, params);
      const texts = await this.#tx.readTexts(text, params, options);
      this.statements.push({ ...seen, rows: texts ? 1 : 0 });
      return texts;
    });
  }

  savepoint<T>(fn: () => Promise<T>): Promise<T> {
    return this.#tx.savepoint(fn);
  }

  /** What waits for a commit waits for ever: there is none. */
  afterCommit(): void {}

  /** Resolvers ask at once, and the savepoint in which a plan is asked for must hold nothing else. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return oneAfterAnother(this, work);
  }

  async #see(text: string, params: readonly unknown[]): Promise<RecordedStatement> {
    const plan = this.#plan && (await planOf(this.#tx, text, params, this.#plan));
    const statement = { text, params, ...(plan && { plan }) };
    if (this.#runs) return statement;
    this.statements.push(statement);
    throw new NotRun('The statement is not run');
  }
}

/** ANALYZE runs the statement, so what it wrote is undone before it is run in earnest. */
async function planOf(
  tx: Tx,
  text: string,
  params: readonly unknown[],
  kind: PlanKind,
): Promise<readonly string[]> {
  const explain = kind === 'analyze' ? 'EXPLAIN (ANALYZE, BUFFERS)' : 'EXPLAIN';
  const rows = await undo({ transaction: (run) => tx.savepoint(() => run(tx)) }, () =>
    tx.query<{ 'QUERY PLAN': string }>(`${explain} ${text}`, params),
  );
  return rows.map((row) => row['QUERY PLAN']);
}
