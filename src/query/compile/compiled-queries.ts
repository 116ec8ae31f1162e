import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  isInputType,
  Kind,
  typeFromAST,
} from 'graphql';
import type { RuleBook } from '../../access/rule-book.ts';
import { DatabaseError, type Row } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { RequestScope } from '../request-scope.ts';
import { type BuiltStatement, buildStatement, type CompilableOperation } from './build-statement.ts';
import { joinAnswer } from './join-answer.ts';
import { makeTrial, requestShape, type ShapeParts, type TypedVariable } from './request-shape.ts';
import { type RuleUse, ruleUse } from './rule-use.ts';
import { fillTemplate, inferTemplate, type Template } from './template.ts';
import { TemplateStore } from './template-store.ts';
import { type VariableUse, variableUse } from './variable-use.ts';
import { whyNotCompiled } from './why-not-compiled.ts';

export interface CompiledQueriesParts {
  readonly app: AppModel;
  readonly rules: RuleBook;
  readonly schema: GraphQLSchema;
  /** Told of failures to compile that are our fault and not the viewer's; the resolvers answer then. */
  readonly onFault: (error: unknown) => void;
}

/** One query, parsed and validated, and who asks. */
export interface QueryRequest {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  /** As they were sent. */
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly scope: RequestScope;
}

/** What is known of an operation whoever asks it. */
interface Known {
  readonly operation: CompilableOperation;
  readonly typed: readonly TypedVariable[];
  readonly use: VariableUse;
  readonly templates: TemplateStore;
}

/** What one request runs. */
interface Run {
  readonly statement: Pick<BuiltStatement, 'text' | 'members' | 'marks'>;
  readonly params: readonly unknown[];
  readonly name?: string;
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
  /** By document and operation name. Documents live as long as Apollo's own cache keeps them, and so does this. */
  readonly #known = new WeakMap<DocumentNode, Map<string, Known | string>>();

  constructor(parts: CompiledQueriesParts) {
    this.#parts = parts;
    this.#rules = ruleUse(parts.app, parts.rules);
  }

  /** Why an operation runs through the resolvers; undefined where it is compiled. */
  whyNot(document: DocumentNode, operationName?: string | null): string | undefined {
    const known = this.#knownOf(document, operationName);
    return typeof known === 'string' ? known : undefined;
  }

  /**
   * `data` of the answer as JSON text, byte for byte what the resolvers would answer; undefined where they have to be asked:
   * for what is not compiled, and for everything that goes wrong, so that errors are theirs.
   * @throws DatabaseError where the database is to blame and asking again would help nobody
   */
  async answer(request: QueryRequest): Promise<string | undefined> {
    const known = this.#knownOf(request.document, request.operationName);
    if (typeof known === 'string') return undefined;
    const variables = coerced(known.operation, request.variables ?? {});
    if (!variables) return undefined;
    const run = this.#prepare(known, request.scope, variables);
    if (!run) return undefined;
    const row = await readRow(run, request.scope);
    return row && joinAnswer(run.statement.members, row, run.statement.marks);
  }

  #prepare(known: Known, scope: RequestScope, variables: Readonly<Record<string, unknown>>): Run | undefined {
    const parts: ShapeParts = { scope, variables, typed: known.typed, use: known.use, rules: this.#rules };
    const shape = requestShape(parts);
    const template = shape && known.templates.get(shape.key);
    if (shape && template) return runOf(template, fillTemplate(template, shape.slots), known.templates);
    const built = this.#build(known.operation, scope, variables);
    if (!built) return undefined;
    if (shape && known.templates.isWorthIt(shape.key)) {
      const trial = makeTrial(parts);
      const other = this.#build(known.operation, trial.scope, trial.variables);
      known.templates.set(shape.key, other && inferTemplate(built, shape.slots, other, trial.standIns));
    }
    return { statement: built, params: built.params };
  }

  /** Undefined where building refuses: the resolvers refuse the same, or never come to what is refused. */
  #build(
    operation: CompilableOperation,
    scope: RequestScope,
    variables: Readonly<Record<string, unknown>>,
  ): BuiltStatement | undefined {
    try {
      return buildStatement(operation, scope, variables);
    } catch (error) {
      if (!(error instanceof ViewerError || error instanceof GraphQLError)) this.#parts.onFault(error);
      return undefined;
    }
  }

  #knownOf(document: DocumentNode, operationName: string | null | undefined): Known | string {
    let byName = this.#known.get(document);
    if (!byName) {
      byName = new Map();
      this.#known.set(document, byName);
    }
    const name = operationName ?? '';
    let known = byName.get(name);
    if (known === undefined) {
      known = this.#examine(document, operationName);
      byName.set(name, known);
    }
    return known;
  }

  #examine(document: DocumentNode, operationName: string | null | undefined): Known | string {
    const operation = getOperationAST(document, operationName);
    if (!operation) return 'The document has no such operation.';
    const { app, schema } = this.#parts;
    const fragments = fragmentsOf(document);
    const reason = whyNotCompiled(app, schema, operation, fragments);
    if (reason !== undefined) return reason;
    const typed = (operation.variableDefinitions ?? []).flatMap((definition): TypedVariable[] => {
      const type = typeFromAST(schema, definition.type);
      return isInputType(type) ? [{ name: definition.variable.name.value, type }] : [];
    });
    return {
      operation: { schema, operation, fragments },
      typed,
      use: variableUse(document),
      templates: new TemplateStore(),
    };
  }
}

/** The fragments of a document by name. */
export function fragmentsOf(document: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> {
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}

function coerced(
  { schema, operation }: CompilableOperation,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length === 0) return {};
  return getVariableValues(schema, definitions, variables, { maxErrors: 1 }).coerced;
}

function runOf(template: Template, params: readonly unknown[], store: TemplateStore): Run {
  return { statement: template, params, ...(store.mayPrepare(template) && { name: template.name }) };
}

async function readRow({ statement, params, name }: Run, scope: RequestScope): Promise<Row | undefined> {
  if (statement.text === '') return {};
  const options = { ...(name !== undefined && { name }), ...(scope.signal && { signal: scope.signal }) };
  try {
    const [row] = await scope.db.query(statement.text, params, options);
    return row;
  } catch (error) {
    if (error instanceof DatabaseError && ASK_RESOLVERS.has(error.kind)) return undefined;
    throw error;
  }
}
