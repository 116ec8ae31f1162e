import { environment, readConfig } from '../config/index.ts';
import type { Problem } from '../kit/problem.ts';
import { apiOfDocuments } from '../project/api-of-documents.ts';
import { type Project, readConfigFile, readOperationSources } from '../project/find-project.ts';
import { findOperationProblems } from '../project/load-documents.ts';

/**
 * What is wrong with the files of `operations/`, by the limits of the settings that are found here. Neither settings nor API
 * are looked at where there are no such files.
 * @param apiSdl the API, made when it is needed
 * @throws ConfigError
 */
export async function problemsOfOperations(
  project: Project,
  apiSdl: () => string,
): Promise<readonly Problem[]> {
  const sources = readOperationSources(project);
  if (sources.graphql.length + sources.json.length === 0) return [];
  const config = readConfig(environment(), { mode: 'development', file: await readConfigFile(project) });
  return findOperationProblems(sources, apiOfDocuments(apiSdl()), config.limits);
}
