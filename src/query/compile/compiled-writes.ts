import type { DocumentNode } from 'graphql';
import { v7 as uuid7 } from 'uuid';
import { DatabaseError, type Queryable } from '../../data/index.ts';
import type { ByteText } from '../../kit/byte-text.ts';
import type { RequestScope } from '../request-scope.ts';
import { compileCreate } from './build-create.ts';
import { compileDelete } from './build-delete.ts';
import { compileUpdate } from './build-update.ts';
import type { CompiledQueriesParts, QueryRequest } from './compiled-queries.ts';
import { joinAnswer, type TextRow } from './join-answer.ts';
import { type KnownOperation, KnownOperations } from './known-operations.ts';
import type { LikelyRequests } from './likely-requests.ts';
import type { BuildWrite, WriteAsk } from './one-row.ts';
import { isRefusal, prepareRun, type Run, readRow } from './prepare-run.ts';
import { type RuleUse, writeUse } from './rule-use.ts';
import { tryTo } from './try-to.ts';
import { type OneRowWrite, oneRowWrite, whyNotOneRow } from './why-not-one-row.ts';

const COMPILERS = {
  create: compileCreate,
  update: compileUpdate,
  delete: compileDelete,
} satisfies Record<OneRowWrite['kind'], (ask: WriteAsk) => BuildWrite | undefined>;

/** Mutations that write one row, as one statement that is its own transaction. */
export class CompiledWrites {
  readonly #parts: CompiledQueriesParts;
  readonly #db: Queryable;
  /** The operations that it compiles. */
  readonly known: KnownOperations;
  readonly #uses = new Map<OneRowWrite, RuleUse>();

  /** @param db where writing happens, outside of any transaction */
  constructor(parts: CompiledQueriesParts, db: Queryable) {
    this.#parts = parts;
    this.#db = db;
    const { app, schema } = parts;
    this.known = new KnownOperations(schema, (operation, fragments) =>
      whyNotOneRow(app, schema, operation, fragments),
    );
  }

  /** Why a mutation runs step by step; undefined where it is one statement. */
  whyNot(document: DocumentNode, operationName?: string | null): string | undefined {
    return this.known.whyNot(document, operationName);
  }

  /** Makes ready for a mutation of the project's own, of which it is known that it will be sent. */
  expect(document: DocumentNode, operationName: string | undefined, likely: LikelyRequests): void {
    const known = this.known.expect(document, operationName);
    for (const asked of known ? likely.of(known) : []) this.#prepare({ document, operationName, ...asked });
  }

  /**
   * `data` as JSON text once the row is written. Undefined where nothing was and the mutation has to be run step by
   * step: what is not compiled, and everything that is refused, so that refusals are worded at one place.
   * @throws DatabaseError where it is not known that nothing was stored, or where trying again would help nobody
   */
  async answer(request: QueryRequest): Promise<ByteText | undefined> {
    const prepared = this.#prepare(request);
    if (!prepared) return undefined;
    const { run, kind } = prepared;
    const row = await this.#write(run, request.scope, kind === 'create' ? 'insert' : 'write');
    return row && textOf(run, row);
  }

  /** Undefined where the mutation has to be run step by step. */
  #prepare(request: QueryRequest): { readonly run: Run; readonly kind: OneRowWrite['kind'] } | undefined {
    const found = this.known.find(request);
    const write = found && oneRowWrite(this.#parts.app, found.known.operation.operation);
    if (!write) return undefined;
    const { known, variables } = found;
    const { scope } = request;
    const ask = askOf(known, write, scope, variables);
    const build = this.#tryTo(() => COMPILERS[write.kind](ask));
    if (!build) return undefined;
    const parts = { ...known, scope, variables, rules: this.#useOf(write), made: ask.made };
    const run = prepareRun(parts, known.templates, (scope, variables, made, isTrial) =>
      this.#tryTo(() => build(isTrial ? { ...ask, scope, variables, made } : undefined)),
    );
    return run && { run, kind: write.kind };
  }

  /** Undefined where the database has refused. */
  async #write(run: Run, scope: RequestScope, shares: 'insert' | 'write'): Promise<TextRow | undefined> {
    try {
      return await readRow(run, this.#db, scope, shares);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  #useOf(write: OneRowWrite): RuleUse {
    let use = this.#uses.get(write);
    if (!use) {
      use = writeUse(this.#parts.app, this.#parts.rules, write.entity, write.kind);
      this.#uses.set(write, use);
    }
    return use;
  }

  #tryTo<T>(make: () => T): T | undefined {
    return tryTo(make, this.#parts.onFault);
  }
}

function askOf(
  { operation }: KnownOperation,
  { entity, kind }: OneRowWrite,
  scope: RequestScope,
  variables: Readonly<Record<string, unknown>>,
): WriteAsk {
  const made = kind === 'create' && entity.idKind === 'UUID7' ? { id: uuid7() } : undefined;
  return { operation, entity, scope, variables, made };
}

/** The row is stored by now, so whatever goes wrong must not look as if nothing had happened. */
function textOf({ statement }: Run, row: TextRow): ByteText {
  const text = joinAnswer(statement.members, row, statement.marks);
  if (text === undefined) throw new DatabaseError('other', 'The answer for a stored row is no JSON');
  return text;
}
