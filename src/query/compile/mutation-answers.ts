import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLObjectType,
  locatedError,
} from 'graphql';
import { DatabaseError } from '../../data/index.ts';
import { asByteText, type ByteText, toByteText } from '../../kit/byte-text.ts';
import { asksRuledFields } from '../guards/index.ts';
import type { Args } from '../read/make-plan.ts';
import type { RequestScope } from '../request-scope.ts';
import { LeftToResolvers } from '../write/operation/left-to-resolvers.ts';
import type { MutationPath, OperationRequest, RunFields } from '../write/operation/run-resolvers.ts';
import { notFound } from '../write/run/write-run.ts';
import { type WriteRoot, writeRoots } from '../write/write-roots.ts';
import { type AnswerPart, buildAnswer, partsOf } from './build-answer.ts';
import { argumentsOf, type BuildContext, firstOf, objectTypeOf } from './build-context.ts';
import { collectFields } from './collect-fields.ts';
import type { CompiledQueriesParts } from './compiled-queries.ts';
import { joinAnswer, type TextRow } from './join-answer.ts';
import { type KnownOperation, KnownOperations } from './known-operations.ts';
import { prepareRun, type Run, readRow } from './prepare-run.ts';
import type { TypedVariable } from './request-shape.ts';
import { type RuleUse, ruleUse } from './rule-use.ts';
import { SplicedData } from './spliced-data.ts';
import { TemplateStore } from './template-store.ts';
import { tryTo } from './try-to.ts';
import { variablesOfAnswer } from './variables-of-answer.ts';
import { whyNotWritten } from './why-not-compiled.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A field of one mutation, ready to run. */
interface PreparedField {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly root: WriteRoot;
  readonly args: Args;
  /** What reads the answer. */
  readonly run: Run;
  readonly parts: readonly AnswerPart[] | undefined;
}

/** What is remembered of a mutation. */
interface Remembered {
  readonly typed: readonly TypedVariable[];
  /** By the response key of the field. */
  readonly templates: Map<string, TemplateStore>;
}

/** A failed read that the resolvers may put otherwise: what was refused in it, and what could not be held in JSON. */
const ASK_RESOLVERS: ReadonlySet<string> = new Set(['outOfRange', 'invalidText']);

/**
 * Mutations of generated fields, written step by step and answered by one statement for each field. What it cannot take, and
 * answers that go wrong, are left to the resolvers, whole; what goes wrong while writing is told as they would.
 */
export class MutationAnswers implements MutationPath {
  readonly #parts: CompiledQueriesParts;
  readonly #rules: RuleUse;
  readonly #known: KnownOperations;
  readonly #remembered = new WeakMap<KnownOperation, Remembered>();

  constructor(parts: CompiledQueriesParts) {
    const { app, schema, rules } = parts;
    this.#parts = parts;
    this.#rules = ruleUse(app, rules);
    this.#known = new KnownOperations(schema, (operation, fragments) =>
      whyNotWritten(app, schema, operation, fragments),
    );
  }

  /** Why the resolvers answer a mutation; undefined where statements do. */
  whyNot(document: DocumentNode, operationName?: string | null): string | undefined {
    return this.#known.whyNot(document, operationName);
  }

  prepare(request: OperationRequest): RunFields | undefined {
    const { scope } = request.context;
    // What field rules hide is counted by the resolvers.
    if (scope.countsHidden && asksRuledFields(this.#parts.schema, request.document)) return undefined;
    const found = this.#known.find(request);
    const fields = found && this.#tryTo(() => this.#fieldsOf(found.known, scope, found.variables));
    return fields && (() => runFields(fields, scope));
  }

  /** Undefined where one of them cannot be answered so. */
  #fieldsOf(known: KnownOperation, scope: RequestScope, variables: Variables): Fields | undefined {
    const mutation = known.operation.schema.getMutationType();
    if (!mutation) return undefined;
    const roots = writeRoots(this.#parts.app);
    const context = contextOf(known, scope, variables);
    const fields: (PreparedField | string)[] = [];
    const keys: string[] = [];
    for (const [key, nodes] of collectFields(context, mutation, [known.operation.operation.selectionSet])) {
      const root = roots.get(firstOf(nodes).name.value);
      const field = root
        ? this.#fieldOf(known, context, { mutation, key, nodes, root })
        : JSON.stringify(mutation.name);
      if (field === undefined) return undefined;
      keys.push(key);
      fields.push(field);
    }
    return { keys, fields };
  }

  #fieldOf(known: KnownOperation, context: BuildContext, at: FieldPlace): PreparedField | undefined {
    const { mutation, key, nodes, root } = at;
    const { scope, variableValues: variables } = context;
    const { typed, templates } = this.#rememberedOf(known, key);
    const askOf = (context: BuildContext) => ({
      context,
      root,
      type: objectTypeOf(mutation, firstOf(nodes)),
      nodes,
    });
    const run = prepareRun(
      { ...known, typed, scope, variables, rules: this.#rules },
      templates,
      (scope, variables) => this.#tryTo(() => buildAnswer(askOf(contextOf(known, scope, variables)))),
    );
    const args = argumentsOf(context, mutation, firstOf(nodes));
    return run && { key, nodes, root, args, run, parts: partsOf(askOf(context)) };
  }

  #rememberedOf(
    known: KnownOperation,
    key: string,
  ): { typed: readonly TypedVariable[]; templates: TemplateStore } {
    let remembered = this.#remembered.get(known);
    if (!remembered) {
      const { operation, fragments } = known.operation;
      const used = variablesOfAnswer(operation, fragments);
      remembered = { typed: known.typed.filter(({ name }) => used.has(name)), templates: new Map() };
      this.#remembered.set(known, remembered);
    }
    const { typed, templates: byKey } = remembered;
    const templates = byKey.get(key) ?? new TemplateStore();
    byKey.set(key, templates);
    return { typed, templates };
  }

  #tryTo<T>(make: () => T): T | undefined {
    return tryTo(make, this.#parts.onFault);
  }
}

interface FieldPlace {
  readonly mutation: GraphQLObjectType;
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly root: WriteRoot;
}

/** The fields in order; a text is the value of one that writes nothing. */
interface Fields {
  readonly keys: readonly string[];
  readonly fields: readonly (PreparedField | string)[];
}

function contextOf({ operation }: KnownOperation, scope: RequestScope, variables: Variables): BuildContext {
  const { schema, fragments } = operation;
  return {
    schema,
    fragments,
    variableValues: { ...variables },
    scope,
    marks: { json: false, floats: false },
  };
}

/** One after another, up to the first that fails. */
async function runFields({ keys, fields }: Fields, scope: RequestScope): Promise<ExecutionResult> {
  const values: Record<string, ByteText> = {};
  const marks = { json: false, floats: false };
  for (const [index, field] of fields.entries()) {
    if (typeof field === 'string') {
      values[index] = asByteText(field);
      continue;
    }
    try {
      values[index] = await runField(field, scope);
    } catch (error) {
      if (error instanceof LeftToResolvers) throw error;
      return { data: null, errors: [locatedError(error, field.nodes, [field.key])] };
    } finally {
      // Whatever was loaded before may be otherwise now.
      scope.loaders.clear();
    }
    marks.json ||= field.run.statement.marks.json;
    marks.floats ||= field.run.statement.marks.floats;
  }
  const text = joinAnswer(
    keys.map((key, index) => ({ key: toByteText(key), column: String(index) })),
    values,
    marks,
  );
  if (text === undefined) throw new LeftToResolvers('A number in the answer is none of JSON');
  return { data: new SplicedData(text) as unknown as Record<string, unknown> };
}

function runField({ root, args, run, parts }: PreparedField, scope: RequestScope): Promise<ByteText> {
  return root.write(scope, root.entity, args, async (ids) => {
    const row = ids.length === 0 ? NOTHING : await readAnswer(run, ids, scope);
    if (parts) return batchText(parts, ids.length, row);
    const text = row?.r0;
    if (text != null) return text;
    // A cascade has taken it along.
    if (root.answers === 'row') throw notFound(root.entity);
    return asByteText('[]');
  });
}

const NOTHING: TextRow = {};

/** @throws LeftToResolvers where it is not for us to say what is wrong */
async function readAnswer(
  run: Run,
  ids: readonly string[],
  scope: RequestScope,
): Promise<TextRow | undefined> {
  try {
    return await readRow({ ...run, params: [ids, ...run.params.slice(1)] }, scope.db, scope);
  } catch (error) {
    if (error instanceof DatabaseError && ASK_RESOLVERS.has(error.kind))
      throw new LeftToResolvers('The answer was refused', { cause: error });
    throw error;
  }
}

function batchText(parts: readonly AnswerPart[], count: number, row: TextRow | undefined): ByteText {
  const members = parts.map((part) => {
    const value = 'column' in part ? (row?.[part.column] ?? '[]') : (part.json ?? count);
    return `"${part.key}":${String(value)}`;
  });
  return asByteText(`{${members.join(',')}}`);
}
