import { type DocumentNode, type ExecutionResult, execute, parse, validate } from 'graphql';
import { fromByteText } from '../../../src/kit/byte-text.ts';
import type { ViewerState } from '../../../src/model/viewer.ts';
import { CompiledQueries } from '../../../src/query/compile/index.ts';
import {
  type StoredShapes,
  type StoredTemplate,
  TemplateList,
} from '../../../src/query/compile/stored-templates.ts';
import { type Reads, startReads } from '../reads/start-reads.ts';

export interface Question {
  readonly source: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly viewer?: ViewerState;
  readonly now?: Date;
  readonly serverVersion?: number;
}

/** What the two paths say to one question. */
export interface TwoAnswers {
  /** `data` of the resolvers as text, and the messages of their errors. */
  readonly resolvers: string;
  readonly errors: readonly string[];
  /** `data` of the compiled path; undefined where it leaves the question to the resolvers. */
  readonly compiled: string | undefined;
  readonly whyNot: string | undefined;
  /** SQL of the compiled path, in order. */
  readonly statements: readonly string[];
  /** Names of its prepared statements: what came out of a template has one. */
  readonly prepared: readonly string[];
}

export interface TwoPaths {
  readonly reads: Reads;
  readonly queries: CompiledQueries;
  /** Failures of the compiler itself; there must be none. */
  readonly faults: unknown[];
  /** What a source is parsed to, each time that it is asked. */
  documentOf(source: string): DocumentNode;
  /** Forgets an operation but for what can be stored of it as JSON, as between `plinth generate` and a start. */
  storeAndRestore(source: string): void;
  ask(question: Question): Promise<TwoAnswers>;
}

const FIXED_NOW = new Date('2024-03-01T12:00:00.000Z');

/** A database with the tables of a schema, and both ways to ask it. */
export async function startTwoPaths(sdl: string, custom: Record<string, unknown> = {}): Promise<TwoPaths> {
  const reads = await startReads(sdl, custom);
  const { schema, built } = reads;
  const faults: unknown[] = [];
  const onFault = (error: unknown) => void faults.push(error);
  const queries = new CompiledQueries({ app: built.app, rules: built.rules, schema, onFault });
  const documents = new Map<string, ReturnType<typeof parse>>();
  const documentOf = (source: string) => {
    const known = documents.get(source);
    if (known) return known;
    const document = parse(source);
    const invalid = validate(schema, document);
    if (invalid.length > 0) throw new Error(`${source}\n${invalid.map(({ message }) => message).join('\n')}`);
    documents.set(source, document);
    return document;
  };
  const storeAndRestore = (source: string): void => {
    const list = new TemplateList();
    const shapes = queries.known.store(documentOf(source), undefined, list);
    documents.delete(source);
    if (!shapes) return;
    const stored: [StoredShapes, StoredTemplate[]] = JSON.parse(JSON.stringify([shapes, list.all]));
    queries.known.restore(documentOf(source), undefined, ...stored);
  };
  const ask = async ({
    source,
    variables = {},
    viewer = { kind: 'admin' },
    now = FIXED_NOW,
    serverVersion,
  }: Question) => {
    const document = documentOf(source);
    const one = reads.scope({ viewer, now });
    const result = (await execute({
      schema,
      document,
      variableValues: { ...variables },
      contextValue: { scope: one.scope },
    })) as ExecutionResult;
    const other = reads.scope({ viewer, now, serverVersion });
    const compiled = await queries.answer({ document, variables, scope: other.scope });
    return {
      resolvers: JSON.stringify(result.data ?? null),
      errors: (result.errors ?? []).map(({ message }) => message),
      compiled: compiled && fromByteText(compiled),
      whyNot: queries.whyNot(document),
      statements: other.statements,
      prepared: other.prepared,
    };
  };
  return { reads, queries, faults, documentOf, storeAndRestore, ask };
}
