import type { Command } from 'commander';
import type { Problem } from '../kit/problem.ts';
import { checkSources } from '../pipeline.ts';
import { findProject, readSources } from '../project/find-project.ts';
import { projectOption } from './options.ts';
import { countProblems, describeProblems } from './output.ts';
import type { Cli } from './run.ts';

/** `plinth check`: every problem of schema.graphql on standard output, exit code 1 when one is an error. */
export function addCheckCommand(program: Command, { output, exit }: Cli): void {
  program
    .command('check')
    .description('find every mistake in schema.graphql and its rules')
    .addOption(projectOption())
    .option('--json', 'print the problems as JSON')
    .action((options: { project: string; json?: boolean }) => {
      const { problems } = checkSources(readSources(findProject(options.project)));
      if (options.json) output.result(JSON.stringify(problems.map(asJson), null, 2));
      else if (problems.length > 0) output.result(describeProblems(problems, output));
      if (!options.json) output.note(problems.length > 0 ? countProblems(problems) : 'No problems found.');
      exit(problems.some((problem) => problem.severity === 'error') ? 1 : 0);
    });
}

const asJson = ({ place, code, message, severity }: Problem) => ({
  file: place.file,
  line: place.line,
  column: place.column,
  code,
  severity,
  message,
});
