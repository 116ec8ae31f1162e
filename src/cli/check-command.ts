import type { Command } from 'commander';
import { buildSchema } from 'graphql';
import { type DatabaseState, lastState, MigrationError, readMigrations } from '../data/index.ts';
import type { Problem } from '../kit/problem.ts';
import { buildApp, checkSources } from '../pipeline.ts';
import { findFinishedRenames } from '../project/find-finished-renames.ts';
import { findProject, type Project, readOperationSources, readSources } from '../project/find-project.ts';
import { findOperationProblems } from '../project/load-documents.ts';
import { projectOption } from './options.ts';
import { countProblems, describeProblems } from './output.ts';
import type { Cli } from './run.ts';

/** `plinth check`: every problem of schema.graphql and operations/ on standard output, exit code 1 when one is an error. */
export function fillCheckCommand(command: Command, { output, exit }: Cli): void {
  command
    .addOption(projectOption())
    .option('--json', 'print the problems as JSON')
    .action((options: { project: string; json?: boolean }) => {
      const project = findProject(options.project);
      const { app, problems: found } = checkSources(readSources(project));
      const inOperations = found.some(isError) ? [] : problemsOfOperations(project);
      const problems = [
        ...found,
        ...inOperations,
        ...(app ? findFinishedRenames(app, stateOfHistory(project)) : []),
      ];
      if (options.json) output.result(JSON.stringify(problems.map(asJson), null, 2));
      else if (problems.length > 0) output.result(describeProblems(problems, output));
      if (!options.json) output.note(problems.length > 0 ? countProblems(problems) : 'No problems found.');
      exit(problems.some(isError) ? 1 : 0);
    });
}

const isError = ({ severity }: Problem): boolean => severity === 'error';

/** The API is made for it only where there are operations to compare with it. */
function problemsOfOperations(project: Project): readonly Problem[] {
  const sources = readOperationSources(project);
  if (sources.graphql.length + sources.json.length === 0) return [];
  return findOperationProblems(sources, buildSchema(buildApp(readSources(project)).apiSdl));
}

/** Where the migrations lead; unknown where the history cannot be gone on from, which is for `migrate` to say. */
function stateOfHistory(project: Project): DatabaseState | undefined {
  try {
    return lastState(readMigrations(project.directory));
  } catch (error) {
    if (error instanceof MigrationError) return undefined;
    throw error;
  }
}

const asJson = ({ place, code, message, severity }: Problem) => ({
  file: place.file,
  line: place.line,
  column: place.column,
  code,
  severity,
  message,
});
