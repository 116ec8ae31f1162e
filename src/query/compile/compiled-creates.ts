import { type DocumentNode, GraphQLError } from 'graphql';
import { v7 as uuid7 } from 'uuid';
import { DatabaseError, type Queryable, type Row } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { Entity } from '../../model/app-model.ts';
import type { RequestScope } from '../request-scope.ts';
import { buildCreate, type CreateAsk, readCreate } from './build-create.ts';
import type { CompiledQueriesParts, QueryRequest } from './compiled-queries.ts';
import { joinAnswer } from './join-answer.ts';
import { coerced, type KnownOperation, KnownOperations } from './known-operations.ts';
import { isRefusal, prepareRun, type Run, readRow } from './prepare-run.ts';
import { createUse, type RuleUse } from './rule-use.ts';
import { createdEntity, whyNotCreated } from './why-not-compiled.ts';

/** Mutations that create one row, as one statement that is its own transaction. */
export class CompiledCreates {
  readonly #parts: CompiledQueriesParts;
  readonly #db: Queryable;
  readonly #known: KnownOperations;
  readonly #uses = new Map<Entity, RuleUse>();

  /** @param db where writing happens, outside of any transaction */
  constructor(parts: CompiledQueriesParts, db: Queryable) {
    this.#parts = parts;
    this.#db = db;
    const { app, schema } = parts;
    this.#known = new KnownOperations(schema, (operation, fragments) =>
      whyNotCreated(app, schema, operation, fragments),
    );
  }

  /** Why a mutation runs step by step; undefined where it is one statement. */
  whyNot(document: DocumentNode, operationName?: string | null): string | undefined {
    const known = this.#known.find(document, operationName);
    return typeof known === 'string' ? known : undefined;
  }

  /**
   * `data` as JSON text once the row is stored. Undefined where nothing was stored and the mutation has to be run step by
   * step: what is not compiled, and everything that is refused, so that refusals are worded at one place.
   * @throws DatabaseError where it is not known that nothing was stored, or where trying again would help nobody
   */
  async answer(request: QueryRequest): Promise<string | undefined> {
    const known = this.#known.find(request.document, request.operationName);
    if (typeof known === 'string') return undefined;
    const variables = coerced(known.operation, request.variables ?? {});
    const ask = variables && this.#askOf(known, request.scope, variables);
    const plan = ask && this.#tryTo(() => readCreate(ask));
    if (!ask || !plan) return undefined;
    const { scope, made } = ask;
    const parts = { ...known, scope, variables: ask.variables, rules: this.#useOf(ask.entity), made };
    const run = prepareRun(parts, known.templates, (scope, variables, made, isTrial) =>
      this.#tryTo(() => buildCreate({ ...ask, scope, variables, made }, isTrial ? undefined : plan)),
    );
    if (!run) return undefined;
    const row = await this.#store(run, scope);
    return row && textOf(run, row);
  }

  /** Undefined where the database has refused. */
  async #store(run: Run, { signal }: RequestScope): Promise<Row | undefined> {
    try {
      return await readRow(run, this.#db, signal);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  #askOf(
    { operation }: KnownOperation,
    scope: RequestScope,
    variables: Readonly<Record<string, unknown>>,
  ): CreateAsk | undefined {
    const entity = createdEntity(this.#parts.app, operation.operation);
    if (!entity) return undefined;
    const made = entity.idKind === 'UUID7' ? { id: uuid7() } : undefined;
    return { operation, entity, scope, variables, made };
  }

  #useOf(entity: Entity): RuleUse {
    let use = this.#uses.get(entity);
    if (!use) {
      use = createUse(this.#parts.app, this.#parts.rules, entity);
      this.#uses.set(entity, use);
    }
    return use;
  }

  #tryTo<T>(make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ViewerError || error instanceof GraphQLError)) this.#parts.onFault(error);
      return undefined;
    }
  }
}

/** The row is stored by now, so whatever goes wrong must not look as if nothing had happened. */
function textOf({ statement }: Run, row: Row): string {
  const text = joinAnswer(statement.members, row, statement.marks);
  if (text === undefined) throw new DatabaseError('other', 'The answer for a stored row is no JSON');
  return text;
}
