import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config/index.ts';
import { type Problem, Problems, ProblemsError } from '../kit/problem.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import { checkOperations, readManifests, readOperations, TrustedDocuments } from '../operations/index.ts';
import { type Log, limitOperation } from '../serve/index.ts';
import { type OperationSources, type Project, readOperationSources } from './find-project.ts';

/** Everything that is wrong with the documents of a project's clients. */
export function findOperationProblems(sources: OperationSources, api: GraphQLSchema): readonly Problem[] {
  return read(sources, api).problems;
}

/** The files of `operations/` as they are sent, and what is wrong with them. */
function read(sources: OperationSources, api: GraphQLSchema) {
  const problems = new Problems();
  const files = readOperations(sources.graphql, problems);
  checkOperations(files, api, problems);
  const listed = readManifests(sources.json, api, problems);
  return { files, listed, problems: problems.sorted() };
}

/**
 * The documents that clients may name by their id. Read, compared with the API and measured once, here. Where only these
 * may be sent, a mistake in them is one that clients would run into, so the server does not start with it.
 * @throws ProblemsError
 */
export function loadDocuments(
  project: Project,
  api: GraphQLSchema,
  { documents: access, limits }: Config,
  log: Log,
): TrustedDocuments {
  const { files, listed, problems } = read(readOperationSources(project), api);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (access === 'trusted' && errors.length > 0) throw new ProblemsError(errors);
  for (const { place, message } of problems) log.warn(place, message);
  const documents = new TrustedDocuments(files, listed);
  if (access === 'trusted') refuseLarge(documents, limits);
  return documents;
}

/** A document that exceeds a limit is refused each time that it is sent. */
function refuseLarge(documents: TrustedDocuments, limits: Config['limits']): void {
  const problems = [...documents.all()].flatMap(({ name, text }): Problem[] => {
    try {
      limitOperation(text, limits);
      return [];
    } catch (error) {
      if (!(error instanceof ViewerError)) throw error;
      const place = { file: name, line: 1, column: 1 };
      return [{ place, code: 'OPERATION_TOO_COMPLEX', message: error.message, severity: 'error' }];
    }
  });
  if (problems.length > 0) throw new ProblemsError(problems);
}
