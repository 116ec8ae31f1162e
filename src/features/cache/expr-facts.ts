import type { AppModel, Entity } from '../../model/app-model.ts';
import { type Expr, type RowPath, VIEWER } from '../../model/expr.ts';
import { entityOf, relationField } from '../../query/sql/sql-type.ts';

/** What a rule depends on beside the row that it judges. */
export interface ExprFacts {
  /** Who asks may make a difference. */
  readonly viewer: boolean;
  /** When it is asked may make a difference. */
  readonly now: boolean;
  /** Tables of all rows that are looked at on the way. */
  readonly tables: ReadonlySet<string>;
}

const known = new WeakMap<Expr, ExprFacts>();

/** Looks through a rule as it was compiled, before any viewer is put in. Remembered. */
export function exprFacts(app: AppModel, expr: Expr): ExprFacts {
  let facts = known.get(expr);
  if (!facts) {
    const search = new Search(app);
    search.look(expr);
    facts = search;
    known.set(expr, facts);
  }
  return facts;
}

/** Tables that a relation of `entity` leads to and through. */
export function relationTables(app: AppModel, entity: Entity, relation: string): readonly string[] {
  const { target, storage } = relationField(entity, relation);
  const { table } = entityOf(app, target);
  return storage.kind === 'join' ? [table, storage.table] : [table];
}

class Search implements ExprFacts {
  viewer = false;
  now = false;
  readonly tables = new Set<string>();
  readonly #app: AppModel;

  constructor(app: AppModel) {
    this.#app = app;
  }

  /** Expressions are plain data, so that a part of a new kind is looked through as well. */
  look(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) this.look(item);
      return;
    }
    if ('kind' in node) this.#kind(node as { readonly kind: unknown });
    if (isRowPath(node)) this.#follow(node);
    for (const value of Object.values(node)) this.look(value);
  }

  #kind(node: { readonly kind: unknown }): void {
    if (node.kind === 'viewer') this.viewer = true;
    if (node.kind === 'now') this.now = true;
    if (node.kind === 'entity' && 'entity' in node)
      this.tables.add(entityOf(this.#app, String(node.entity)).table);
    if (node.kind !== 'related' || !('row' in node) || !('relation' in node)) return;
    this.#through(this.#follow(node.row as RowPath), String(node.relation));
  }

  /** The entity at the end of a path. */
  #follow({ from, entity, steps }: RowPath): Entity {
    let at = entityOf(this.#app, entity);
    if (from === VIEWER) {
      this.viewer = true;
      this.tables.add(at.table);
    }
    for (const { relation } of steps) at = this.#through(at, relation);
    return at;
  }

  #through(entity: Entity, relation: string): Entity {
    for (const table of relationTables(this.#app, entity, relation)) this.tables.add(table);
    return entityOf(this.#app, relationField(entity, relation).target);
  }
}

function isRowPath(node: object): node is RowPath {
  return 'from' in node && 'entity' in node && 'steps' in node;
}
