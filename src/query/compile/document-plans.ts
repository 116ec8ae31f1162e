import { type DocumentNode, Kind } from 'graphql';
import type { Queryable } from '../../data/index.ts';
import type { CompiledQueries } from './compiled-queries.ts';
import type { CompiledWrites } from './compiled-writes.ts';
import { isShapeFor } from './finds-many-at-once.ts';
import type { LikelyRequests } from './likely-requests.ts';
import { type StoredShapes, type StoredTemplate, TemplateList } from './stored-templates.ts';

/** What was compiled of a document, as plain data: of each operation that is, by its name. */
export interface StoredPlans {
  readonly operations: readonly (readonly [name: string | null, shapes: StoredShapes])[];
  readonly templates: readonly StoredTemplate[];
}

/** Makes whole documents ready, on both compiled paths, before anybody sends them. */
export class DocumentPlans {
  readonly #queries: CompiledQueries;
  readonly #writes: CompiledWrites;

  constructor(queries: CompiledQueries, writes: CompiledWrites) {
    this.#queries = queries;
    this.#writes = writes;
  }

  /** Compiles a valid document for the requests that are likely. */
  expect(document: DocumentNode, likely: LikelyRequests): void {
    for (const { path, name } of this.#operationsOf(document)) path.expect(document, name, likely);
  }

  /** Whether each operation of a document is one statement. */
  isCompiled(document: DocumentNode): boolean {
    const operations = this.#operationsOf(document);
    return (
      operations.length > 0 && operations.every(({ path, name }) => path.whyNot(document, name) === undefined)
    );
  }

  /** Takes a document for another one that was made ready and differs in its blanks only. */
  takeAlike(document: DocumentNode, known: DocumentNode): void {
    for (const path of [this.#queries, this.#writes]) path.known.takeAlike(document, known);
  }

  /** What `expect` has compiled. */
  store(document: DocumentNode): StoredPlans {
    const list = new TemplateList();
    const operations = this.#operationsOf(document).flatMap(({ path, name }) => {
      const shapes = path.known.store(document, name, list);
      return shapes ? [[name ?? null, shapes] as const] : [];
    });
    return { operations, templates: list.all };
  }

  /** As `expect`, from what was stored of the same document: what concerns `db`. */
  restore(
    document: DocumentNode,
    { operations, templates }: StoredPlans,
    db: Pick<Queryable, 'serverVersion'>,
  ): void {
    const stored = new Map(operations);
    for (const { path, name } of this.#operationsOf(document)) {
      const shapes = stored.get(name ?? null);
      const own = shapes?.filter(([shape]) => isShapeFor(db, shape));
      if (own) path.known.restore(document, name, own, templates);
    }
  }

  #operationsOf({ definitions }: DocumentNode) {
    return definitions.flatMap((one) => {
      if (one.kind !== Kind.OPERATION_DEFINITION || one.operation === 'subscription') return [];
      const path = one.operation === 'query' ? this.#queries : this.#writes;
      return [{ path, name: one.name?.value }];
    });
  }
}
