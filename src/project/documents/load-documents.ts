import type { GraphQLSchema } from 'graphql';
import type { Config, Limits } from '../../config/index.ts';
import { type Problem, Problems, ProblemsError } from '../../kit/problem.ts';
import {
  checkListed,
  checkOperations,
  readManifests,
  readOperations,
  TrustedDocuments,
} from '../../operations/index.ts';
import { type OperationSources, type Project, readOperationSources } from '../find-project.ts';
import type { CompiledDocuments } from './compiled-documents.ts';
import { measureDocuments } from './measure-documents.ts';

/** Everything that is wrong with the documents of a project's clients: what does not fit the API, and what is too large. */
export function findOperationProblems(
  { graphql, json }: OperationSources,
  api: GraphQLSchema,
  limits: Limits,
): readonly Problem[] {
  const problems = new Problems();
  const files = readOperations(graphql, problems);
  const listed = readManifests(json, problems);
  checkOperations(files, api, problems);
  checkListed(listed, api, problems);
  measureDocuments(files.operations, listed, limits, problems);
  return problems.sorted();
}

function trustedDocuments({ graphql, json }: OperationSources): TrustedDocuments {
  const problems = new Problems();
  return TrustedDocuments.of(readOperations(graphql, problems), readManifests(json, problems));
}

/**
 * The documents that clients may name by their id. Where only these may be sent, they are read, compared with the API and
 * measured once, here: a mistake in them is one that clients would run into, so the server does not start with it. Otherwise
 * they are read when a client first names one, and judged as any other text.
 * @param compiled these documents, as they were compiled after `check` had found no error in them
 * @throws ProblemsError
 */
export function loadDocuments(
  project: Project,
  api: GraphQLSchema,
  { documents: access, limits }: Pick<Config, 'documents' | 'limits'>,
  compiled?: CompiledDocuments,
): () => TrustedDocuments {
  if (compiled) return () => compiled.documents;
  const sources = readOperationSources(project);
  let documents: TrustedDocuments | undefined;
  const load = (): TrustedDocuments => (documents ??= trustedDocuments(sources));
  if (access === 'open') return load;
  const errors = findOperationProblems(sources, api, limits).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new ProblemsError(errors);
  load();
  return load;
}
