import type { Command } from 'commander';
import { type DatabaseState, lastState, MigrationError, readMigrations } from '../data/index.ts';
import type { Problem } from '../kit/problem.ts';
import { buildApp, checkSources } from '../pipeline.ts';
import { findFinishedRenames } from '../project/find-finished-renames.ts';
import { findProject, type Project, readSources } from '../project/find-project.ts';
import { projectOption } from './options.ts';
import { countProblems, describeProblems } from './output.ts';
import { findOperationFiles, problemsOfOperations } from './problems-of-operations.ts';
import type { Cli } from './run.ts';

/** `plinth check`: every problem of schema.graphql and operations/ on standard output, exit code 1 when one is an error. */
export function fillCheckCommand(command: Command, { output, exit }: Cli): void {
  command
    .addOption(projectOption())
    .option('--json', 'print the problems as JSON')
    .action(async (options: { project: string; json?: boolean }) => {
      const project = findProject(options.project);
      const { app, problems: found } = checkSources(readSources(project));
      const apiSdl = () => buildApp(readSources(project)).apiSdl;
      const inOperations = found.some(isError)
        ? []
        : problemsOfOperations(await findOperationFiles(project), apiSdl);
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
