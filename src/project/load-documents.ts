import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config/index.ts';
import { type Problem, Problems, ProblemsError } from '../kit/problem.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import {
  checkListed,
  checkOperations,
  readManifests,
  readOperations,
  TrustedDocuments,
} from '../operations/index.ts';
import { limitOperation } from '../serve/index.ts';
import { type OperationSources, type Project, readOperationSources } from './find-project.ts';

/** Everything that is wrong with the documents of a project's clients. */
export function findOperationProblems(
  { graphql, json }: OperationSources,
  api: GraphQLSchema,
): readonly Problem[] {
  const problems = new Problems();
  checkOperations(readOperations(graphql, problems), api, problems);
  checkListed(readManifests(json, problems), api, problems);
  return problems.sorted();
}

function trustedDocuments({ graphql, json }: OperationSources): TrustedDocuments {
  const problems = new Problems();
  return new TrustedDocuments(readOperations(graphql, problems), readManifests(json, problems));
}

/**
 * The documents that clients may name by their id. Where only these may be sent, they are read, compared with the API and
 * measured once, here: a mistake in them is one that clients would run into, so the server does not start with it. Otherwise
 * they are read when a client first names one, and judged as any other text.
 * @throws ProblemsError
 */
export function loadDocuments(
  project: Project,
  api: GraphQLSchema,
  { documents: access, limits }: Pick<Config, 'documents' | 'limits'>,
): () => TrustedDocuments {
  const sources = readOperationSources(project);
  let documents: TrustedDocuments | undefined;
  const load = (): TrustedDocuments => (documents ??= trustedDocuments(sources));
  if (access === 'open') return load;
  const errors = findOperationProblems(sources, api).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new ProblemsError(errors);
  refuseLarge(load(), limits);
  return load;
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
