import { bindViewer } from '../access/bind-viewer.ts';
import type { RowOperation, RuleBook } from '../access/rule-book.ts';
import type { Queryable } from '../data/index.ts';
import type { AppModel, Entity } from '../model/app-model.ts';
import { type Expr, FALSE, TRUE } from '../model/expr.ts';
import type { ViewerState } from '../model/viewer.ts';

/** Bounds on what one request may ask for. */
export interface QueryLimits {
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
  /** Elements of `in`, `ids` and other lists of a filter. */
  readonly maxListLength: number;
  /** Elements of a list in the input of a write. As `maxListLength` where it is not given. */
  readonly maxInputLength?: number;
}

/** How denials are explained. */
export interface ExplainDenials {
  /** A connection of its own, which sees rows as they were before the transaction that was denied. */
  readonly committed: Queryable;
  /** Whether values that field rules hide are counted, for `extensions.access.hidden`. */
  readonly countsHidden?: boolean;
  /** Whether the admin key came with the request, so that it is told also in production. */
  readonly toOperator?: boolean;
}

/**
 * One request's view of the world: who asks, when, on which connection, and the loaders that batch for it.
 * Never shared between requests.
 */
export class RequestScope {
  readonly app: AppModel;
  readonly rules: RuleBook;
  /** Start of the request; what `now` means in every rule of it. */
  readonly now: Date;
  readonly limits: QueryLimits;
  /** Set where denials explain themselves, so never for viewers in production. */
  readonly explain: ExplainDenials | undefined;
  /** Loaders by key; emptied whenever something is written, so that what is read afterwards is new. */
  readonly loaders = new Map<string, unknown>();
  /** What guards have said to this viewer, by guard: a refusal, or null. */
  readonly verdicts = new Map<object, Error | null>();
  /** How many values a field rule has hidden, by `Person.email`. Counted where denials explain themselves. */
  readonly hidden = new Map<string, number>();
  /** Whether the compiled path has had its turn. (A set of all scopes would cost more than some requests: V8 has to keep it.) */
  wasCompiled = false;
  #db: Queryable;
  #viewer: ViewerState;
  readonly #signal: (() => AbortSignal) | undefined;
  readonly #bound = new Map<string, Expr>();

  constructor(init: {
    app: AppModel;
    rules: RuleBook;
    db: Queryable;
    viewer: ViewerState;
    now: Date;
    limits: QueryLimits;
    signal?: () => AbortSignal;
    explain?: ExplainDenials | undefined;
  }) {
    this.app = init.app;
    this.rules = init.rules;
    this.#db = init.db;
    this.#viewer = init.viewer;
    this.now = init.now;
    this.limits = init.limits;
    this.#signal = init.signal;
    this.explain = init.explain;
  }

  /** The same viewer, time and connection with loaders of its own: for an operation inside this one. */
  fork(): RequestScope {
    const { app, rules, db, viewer, now, limits, explain } = this;
    const signal = this.#signal;
    return new RequestScope({ app, rules, db, viewer, now, limits, explain, ...(signal && { signal }) });
  }

  /** Aborted when the request has run out of time or its sender has gone away. */
  get signal(): AbortSignal | undefined {
    return this.#signal?.();
  }

  get countsHidden(): boolean {
    return this.explain?.countsHidden === true && this.viewer.kind !== 'admin';
  }

  noteHidden(field: string): void {
    if (this.countsHidden) this.hidden.set(field, (this.hidden.get(field) ?? 0) + 1);
  }

  get viewer(): ViewerState {
    return this.#viewer;
  }

  /** From here on this request is `viewer`'s: it has just signed in, or out. */
  actAs(viewer: ViewerState): void {
    this.#viewer = viewer;
    this.#bound.clear();
    this.loaders.clear();
    this.verdicts.clear();
  }

  get db(): Queryable {
    return this.#db;
  }

  /** From here on every read and write of this request goes through `db` (a mutation's transaction). */
  useConnection(db: Queryable): void {
    this.#db = db;
    this.loaders.clear();
  }

  /** Which rows of `entity` this viewer may act on, with the viewer and the time filled in. Admin: all. */
  rowRule(entity: Entity, operation: RowOperation): Expr {
    return this.#bind(`${entity.name}:${operation}`, () => this.rules.row(entity, operation)?.expr ?? FALSE);
  }

  /** When this viewer may read or write `field`; undefined where no rule restricts it. */
  fieldRule(entity: Entity, field: string, operation: 'read' | 'write'): Expr | undefined {
    const rule = this.rules.field(entity, field, operation);
    if (!rule || this.viewer.kind === 'admin') return undefined;
    return this.#bind(`${entity.name}.${field}:${operation}`, () => rule.expr);
  }

  /** Whether this viewer may call a custom root field. */
  callRule(root: 'Query' | 'Mutation' | 'Subscription', field: string): Expr {
    return this.#bind(`${root}.${field}`, () => this.rules.call(root, field)?.expr ?? FALSE);
  }

  #bind(key: string, source: () => Expr): Expr {
    if (this.viewer.kind === 'admin') return TRUE;
    let bound = this.#bound.get(key);
    if (!bound) {
      bound = bindViewer(source(), { viewer: this.viewer, now: this.now });
      this.#bound.set(key, bound);
    }
    return bound;
  }
}
