import type { AppModel, Entity } from '../../model/app-model.ts';
import type { Operand } from './operand.ts';
import { quoteIdent } from './sql.ts';

/** A row that stands in some FROM clause around the place that is being rendered. */
export interface RowInScope {
  readonly alias: string;
  readonly entity: Entity;
  /** Values that go by a column's name but are computed here (aggregates of a group). */
  readonly virtual?: ReadonlyMap<string, Operand>;
}

/** Gives every table of one statement an alias of its own that a reader of logs understands. */
export class AliasNamer {
  readonly #used = new Map<string, number>();

  next(wish: string): string {
    const base = wish.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 50);
    const count = (this.#used.get(base) ?? 0) + 1;
    this.#used.set(base, count);
    return count === 1 ? base : `${base}_${count}`;
  }
}

/** What row variables mean where SQL is being rendered. Immutable but for the namer, which all share. */
export class SqlEnv {
  readonly app: AppModel;
  /** Id of the viewer's own row, for paths that start at `viewer`. */
  readonly viewerId: string | undefined;
  readonly namer: AliasNamer;
  readonly #rows: ReadonlyMap<string, RowInScope>;

  constructor(init: {
    app: AppModel;
    viewerId: string | undefined;
    namer?: AliasNamer;
    rows?: ReadonlyMap<string, RowInScope>;
  }) {
    this.app = init.app;
    this.viewerId = init.viewerId;
    this.namer = init.namer ?? new AliasNamer();
    this.#rows = init.rows ?? new Map();
  }

  /** The same with `variable` bound to a row. */
  with(variable: string, row: RowInScope): SqlEnv {
    const rows = new Map(this.#rows).set(variable, row);
    return new SqlEnv({ app: this.app, viewerId: this.viewerId, namer: this.namer, rows });
  }

  row(variable: string): RowInScope | undefined {
    return this.#rows.get(variable);
  }
}

/** `"Task" AS "task"`. */
export function tableAs(entity: Entity, alias: string): string {
  return `${quoteIdent(entity.table)} AS ${quoteIdent(alias)}`;
}
