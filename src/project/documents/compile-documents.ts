import type { Config } from '../../config/index.ts';
import type { Queryable } from '../../data/index.ts';
import { Problems } from '../../kit/problem.ts';
import { readManifests, readOperations, TrustedDocuments } from '../../operations/index.ts';
import type { BuiltApp } from '../../pipeline.ts';
import {
  CompiledQueries,
  CompiledWrites,
  DocumentPlans,
  LikelyRequests,
  UNLIKE_VERSIONS,
} from '../../query/compile/index.ts';
import type { OperationSources } from '../find-project.ts';
import { queryLimits } from '../query-limits.ts';
import { apiOfDocuments } from './api-of-documents.ts';
import type { CompiledParts } from './compiled-documents.ts';
import { documentsFingerprint } from './documents-fingerprint.ts';
import { PreparedDocuments } from './prepared-documents.ts';

interface Counts {
  /** In files of operations. */
  readonly operations: number;
  /** How many of them are one statement. */
  readonly compiled: number;
}

/**
 * Compiles the documents of a project's clients, in which `plinth check` finds no error, without a database: for each of the
 * versions of PostgreSQL that differ.
 * @param onFault told of failures to compile that are our fault; such an operation is compiled when it is sent
 */
export async function compileDocuments(
  built: BuiltApp,
  sources: OperationSources,
  limits: Config['limits'],
  onFault: (error: unknown) => void,
): Promise<CompiledParts & { readonly counts: Counts }> {
  const { app, rules } = built;
  const schema = apiOfDocuments(built.apiSdl);
  const parts = { app, rules, schema, onFault };
  const dbs = UNLIKE_VERSIONS.map(noDatabase);
  const problems = new Problems();
  const files = readOperations(sources.graphql, problems);
  const documents = TrustedDocuments.of(files, readManifests(sources.json, problems));
  const db = noDatabase();
  const plans = new DocumentPlans(new CompiledQueries(parts), new CompiledWrites(parts, db));
  const likely = new LikelyRequests({ app, rules, dbs, limits: queryLimits(limits) });
  const prepared = new PreparedDocuments({
    schema,
    maxTokens: limits.tokens,
    compiling: { plans, likely, db },
  });
  const made = await prepared.compile(documents.all());
  const fingerprint = documentsFingerprint(built, sources, limits);
  const compiled = files.operations.filter(({ document }) => plans.isCompiled(document)).length;
  const counts = { operations: files.operations.length, compiled };
  return { fingerprint, documents, ...made, counts };
}

/** Statements are made for it and never run. */
function noDatabase(serverVersion?: number): Queryable {
  const refuse = (): Promise<never> => Promise.reject(new Error('Documents are compiled without a database'));
  return { serverVersion, query: refuse, execute: refuse, readTexts: refuse };
}
