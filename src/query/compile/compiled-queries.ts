import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { RuleBook } from '../../access/rule-book.ts';
import { DatabaseError } from '../../data/index.ts';
import type { ByteText } from '../../kit/byte-text.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { RequestScope } from '../request-scope.ts';
import { type BuiltStatement, buildStatement, type CompilableOperation } from './build-statement.ts';
import { joinAnswer, type TextRow } from './join-answer.ts';
import { KnownOperations, type SentOperation } from './known-operations.ts';
import type { LikelyRequests } from './likely-requests.ts';
import { prepareRun, type Run, readRow } from './prepare-run.ts';
import type { ShapeParts } from './request-shape.ts';
import { type RuleUse, ruleUse } from './rule-use.ts';
import { tryTo } from './try-to.ts';
import { whyNotCompiled } from './why-not-compiled.ts';

export interface CompiledQueriesParts {
  readonly app: AppModel;
  readonly rules: RuleBook;
  readonly schema: GraphQLSchema;
  /** Told of failures to compile that are our fault and not the viewer's; the resolvers answer then. */
  readonly onFault: (error: unknown) => void;
}

/** One operation, and who asks. */
export interface QueryRequest extends SentOperation {
  readonly scope: RequestScope;
}

/** Failures that the resolvers may word better, or that concern one field of many: the resolvers are asked. */
const ASK_RESOLVERS: ReadonlySet<string> = new Set(['outOfRange', 'invalidText']);

/**
 * The compiled path of one version of the API: queries that consist of generated fields, as one statement whose answer
 * PostgreSQL writes as JSON text.
 */
export class CompiledQueries {
  readonly #parts: CompiledQueriesParts;
  readonly #rules: RuleUse;
  /** The operations that it compiles. */
  readonly known: KnownOperations;

  constructor(parts: CompiledQueriesParts) {
    this.#parts = parts;
    this.#rules = ruleUse(parts.app, parts.rules);
    this.known = new KnownOperations(parts.schema, (operation, fragments) =>
      whyNotCompiled(parts.app, parts.schema, operation, fragments),
    );
  }

  /** Why an operation runs through the resolvers; undefined where it is compiled. */
  whyNot(document: DocumentNode, operationName?: string | null): string | undefined {
    return this.known.whyNot(document, operationName);
  }

  /**
   * `data` of the answer as JSON text, byte for byte what the resolvers would answer; undefined where they have to be asked:
   * for what is not compiled, and for everything that goes wrong, so that errors are theirs.
   * @throws DatabaseError where the database is to blame and asking again would help nobody
   */
  async answer(request: QueryRequest): Promise<ByteText | undefined> {
    const run = this.#prepare(request);
    if (!run) return undefined;
    const row = await this.#read(run, request.scope);
    return row && joinAnswer(run.statement.members, row, run.statement.marks);
  }

  /** Makes ready for an operation of the project's own, of which it is known that it will be sent. */
  expect(document: DocumentNode, operationName: string | undefined, likely: LikelyRequests): void {
    const known = this.known.expect(document, operationName);
    for (const asked of known ? likely.of(known) : []) this.#prepare({ document, operationName, ...asked });
  }

  /** Undefined where the resolvers have to be asked. */
  #prepare(request: QueryRequest): Run | undefined {
    const found = this.known.find(request);
    if (!found) return undefined;
    const { known, variables } = found;
    const parts: ShapeParts = { ...known, scope: request.scope, variables, rules: this.#rules };
    return prepareRun(parts, known.templates, (scope, values) => this.#build(known.operation, scope, values));
  }

  async #read(run: Run, scope: RequestScope): Promise<TextRow | undefined> {
    try {
      return await readRow(run, scope.db, scope, 'read');
    } catch (error) {
      if (error instanceof DatabaseError && ASK_RESOLVERS.has(error.kind)) return undefined;
      throw error;
    }
  }

  /** Undefined where building refuses: the resolvers refuse the same, or never come to what is refused. */
  #build(
    operation: CompilableOperation,
    scope: RequestScope,
    variables: Readonly<Record<string, unknown>>,
  ): BuiltStatement | undefined {
    return tryTo(() => buildStatement(operation, scope, variables), this.#parts.onFault);
  }
}
