import type { Queryable, Tx } from '../../../data/index.ts';
import { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity } from '../../../model/app-model.ts';
import type { Expr } from '../../../model/expr.ts';
import { type ChainLink, type Denial, type Explanation, explainDenial } from '../../explain/index.ts';
import type { RequestScope } from '../../request-scope.ts';
import { type Sql, toStatement } from '../../sql/sql.ts';
import { SqlEnv } from '../../sql/sql-env.ts';
import { explainRefusal, type WritePlace } from '../explain-refusal.ts';
import { HeldLocks } from './held-locks.ts';
import { MomentaryRights } from './momentary-rights.ts';
import { UsedRights } from './used-rights.ts';

/** How a row came to be among those that are judged at the end. */
export type Touch = 'created' | 'updated';

/** The rows of one entity that this root field has written, and which of their fields. */
export interface Touched {
  readonly entity: Entity;
  readonly created: Set<string>;
  readonly updated: Set<string>;
  /** Field name → ids of the rows for which the input named it, where the field has a write rule. */
  readonly fields: Map<string, Set<string>>;
}

/**
 * The writing of one root field: its transaction, and what it has touched so far. Rules about the state afterwards are
 * asked once, when the whole tree is written, so that they see the stored graph and not a half of it.
 */
export class WriteRun {
  readonly scope: RequestScope;
  readonly tx: Tx;
  readonly locks = new HeldLocks();
  /** What was allowed by a state that is not judged yet. */
  readonly rights = new UsedRights();
  /** What was allowed while there was such a state. */
  readonly momentary: MomentaryRights;
  readonly #touched = new Map<string, Touched>();

  constructor(scope: RequestScope, momentary = new MomentaryRights()) {
    this.scope = scope;
    this.momentary = momentary;
    this.tx = asTransaction(scope.db);
  }

  /** A fresh environment for one statement. */
  env(): SqlEnv {
    const { app, viewer } = this.scope;
    return new SqlEnv({ app, viewerId: viewer.kind === 'viewer' ? viewer.id : undefined });
  }

  async query<R>(piece: Sql): Promise<R[]> {
    const { text, params } = toStatement(piece);
    return this.tx.query<R>(text, params);
  }

  /** Writes, and answers how many rows; a refusal of the database's is told in terms of the input at `place`. */
  async write(piece: Sql, place: WritePlace): Promise<number> {
    const { text, params } = toStatement(piece);
    return this.tx.execute(text, params).catch((error: unknown) => {
      throw explainRefusal(this.scope, error, place);
    });
  }

  /** As `write`, of a statement that answers what it wrote. */
  async writeReturning<R>(piece: Sql, place: WritePlace): Promise<R[]> {
    const { text, params } = toStatement(piece);
    return this.tx.query<R>(text, params).catch((error: unknown) => {
      throw explainRefusal(this.scope, error, place);
    });
  }

  /** Undoes what `fn` wrote, and forgets what it touched, when it throws. */
  async savepoint<T>(fn: () => Promise<T>): Promise<T> {
    const before = [...this.#touched].map(([name, touched]) => [name, copyOf(touched)] as const);
    try {
      return await this.tx.savepoint(fn);
    } catch (error) {
      this.locks.clear();
      this.#touched.clear();
      for (const [name, touched] of before) this.#touched.set(name, touched);
      throw error;
    }
  }

  touch(entity: Entity, ids: Iterable<string>, how: Touch, given: readonly string[] = []): void {
    const touched = this.#of(entity);
    const ruled = given.filter((name) => this.scope.fieldRule(entity, name, 'write') !== undefined);
    for (const id of ids) {
      if (how === 'created' || !touched.created.has(id)) touched[how].add(id);
      for (const name of ruled) fieldSet(touched, name).add(id);
    }
    this.rights.wrote([...ids].map((id) => rowKey(entity, id)));
  }

  /** Those of `ids` that this root field has written before something was allowed that they may have allowed. */
  reliedOn(entity: Entity, ids: Iterable<string>): readonly string[] {
    const touched = this.#touched.get(entity.name);
    return [...ids].filter(
      (id) =>
        (touched?.created.has(id) || touched?.updated.has(id)) && this.rights.isBehind(rowKey(entity, id)),
    );
  }

  /**
   * Whether a condition that holds for a row now is a right of the viewer's. Notes those that may only hold because of what
   * this root field has written; rows that it made are its own.
   */
  grants(entity: Entity, name: string, condition: Expr, id: string): boolean {
    if (this.momentary.isBarred(entity, name, id)) return false;
    if (this.#touched.size > 0 && !this.hasCreated(entity, id))
      this.momentary.use(entity, name, condition, id);
    return true;
  }

  /** Whether this root field made the row: its maker may go on writing it and connect it, whatever later reads show. */
  hasCreated(entity: Entity, id: string): boolean {
    return this.#touched.get(entity.name)?.created.has(id) === true;
  }

  forget(entity: Entity, ids: Iterable<string>): void {
    const touched = this.#of(entity);
    for (const id of ids) {
      touched.created.delete(id);
      touched.updated.delete(id);
      for (const set of touched.fields.values()) set.delete(id);
    }
  }

  touched(): readonly Touched[] {
    return [...this.#touched.values()];
  }

  /** The refusal of what this viewer may not do; signing in might change that. */
  denied(what: string, access?: Explanation): ViewerError {
    return denied(this.scope, what, access);
  }

  /** Why a row was denied, after what else this root field has written; undefined where that is not to be told. */
  explain(denial: Omit<Denial & { kind: 'row' }, 'kind' | 'chain'>): Promise<Explanation | undefined> {
    const { scope } = this;
    if (!scope.explain) return Promise.resolve(undefined);
    const chain = this.#chain(denial.entity, denial.id);
    return explainDenial(scope, { ...denial, kind: 'row', chain });
  }

  #chain(entity: Entity, id: string | undefined): readonly ChainLink[] {
    const links = this.touched().flatMap(({ entity: { name: model }, created, updated }) => [
      ...[...created].map((id): ChainLink => ({ operation: 'create', model, id })),
      ...[...updated].map((id): ChainLink => ({ operation: 'update', model, id })),
    ]);
    const isLast = (link: ChainLink): boolean => link.model === entity.name && link.id === id;
    return [...links.filter((link) => !isLast(link)), ...links.filter(isLast)];
  }

  #of(entity: Entity): Touched {
    let touched = this.#touched.get(entity.name);
    if (!touched) {
      touched = { entity, created: new Set(), updated: new Set(), fields: new Map() };
      this.#touched.set(entity.name, touched);
    }
    return touched;
  }
}

function rowKey(entity: Entity, id: string): string {
  return JSON.stringify([entity.name, id]);
}

function copyOf(touched: Touched): Touched {
  const fields = new Map([...touched.fields].map(([name, ids]) => [name, new Set(ids)]));
  return { ...touched, created: new Set(touched.created), updated: new Set(touched.updated), fields };
}

function fieldSet(touched: Touched, name: string): Set<string> {
  let ids = touched.fields.get(name);
  if (!ids) {
    ids = new Set();
    touched.fields.set(name, ids);
  }
  return ids;
}

/** Half a tree of writes is worse than none, so there is no writing outside of a transaction. */
function asTransaction(db: Queryable): Tx {
  if (!('savepoint' in db))
    throw new Error('Generated mutations run inside a transaction: use executeOperation');
  return db as Tx;
}

/** The refusal of what a viewer may not do; signing in might change that. */
export function denied(scope: RequestScope, what: string, access?: Explanation): ViewerError {
  return scope.viewer.kind === 'signedOut'
    ? new ViewerError('UNAUTHENTICATED', `Sign in to ${what}.`, { access })
    : new ViewerError('FORBIDDEN', `You may not ${what}.`, { access });
}

/** What an absent and an unreadable row have in common. */
export function notFound(entity: Entity, access?: Explanation): ViewerError {
  return new ViewerError('NOT_FOUND', `There is no such ${entity.name}.`, { access });
}
