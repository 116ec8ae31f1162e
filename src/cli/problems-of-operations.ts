import { type Config, environment, readConfig } from '../config/index.ts';
import type { Problem } from '../kit/problem.ts';
import { apiOfDocuments } from '../project/documents/api-of-documents.ts';
import { findOperationProblems } from '../project/documents/load-documents.ts';
import {
  type OperationSources,
  type Project,
  readConfigFile,
  readOperationSources,
} from '../project/find-project.ts';

/** The files of `operations/`, and the limits of the settings that are found here. */
export interface OperationFiles {
  readonly sources: OperationSources;
  readonly limits: Config['limits'];
}

/** Undefined where there are none; nobody looks at the settings then. @throws ConfigError */
export async function findOperationFiles(project: Project): Promise<OperationFiles | undefined> {
  const sources = readOperationSources(project);
  if (sources.graphql.length + sources.json.length === 0) return undefined;
  const config = readConfig(environment(), { mode: 'development', file: await readConfigFile(project) });
  return { sources, limits: config.limits };
}

/** What is wrong with the files. @param apiSdl the API, made when it is needed */
export function problemsOfOperations(
  files: OperationFiles | undefined,
  apiSdl: () => string,
): readonly Problem[] {
  return files ? findOperationProblems(files.sources, apiOfDocuments(apiSdl()), files.limits) : [];
}
