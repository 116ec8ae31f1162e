import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ProblemsError } from '../kit/problem.ts';
import { describeFailure } from '../project/describe-failure.ts';
import { addCheckCommand } from './check-command.ts';
import { addDevCommand } from './dev-command.ts';
import { addExplainAccessCommand } from './explain-access-command.ts';
import { addGenerateCommand } from './generate-command.ts';
import { addInitCommand } from './init-command.ts';
import { addMigrateCommand } from './migrate-command.ts';
import { countProblems, describeProblems, type Output, terminalOutput } from './output.ts';
import { addSeedCommand } from './seed-command.ts';
import { addStartCommand } from './start-command.ts';

/** What a command needs from outside. Commands answer their exit code through `exit`. */
export interface Cli {
  readonly output: Output;
  /** 0 done, 1 the work failed or found problems, 2 wrong usage. */
  exit(code: 0 | 1): void;
}

/** In the order of `--help`: from the first minute to production. */
const COMMANDS = [
  addInitCommand,
  addDevCommand,
  addStartCommand,
  addCheckCommand,
  addGenerateCommand,
  addMigrateCommand,
  addSeedCommand,
  addExplainAccessCommand,
];

/** Runs one command line and answers the exit code of the process. */
export async function run(args: readonly string[], output: Output = terminalOutput()): Promise<number> {
  let code = 0;
  const cli: Cli = {
    output,
    exit: (next) => {
      code = next;
    },
  };
  const program = makeProgram(output);
  for (const add of COMMANDS) add(program, cli);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, output);
  }
}

function makeProgram(output: Output): Command {
  return new Command('plinth')
    .description('The GraphQL backend your app stands on: schema.graphql to PostgreSQL, API and rules')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    });
}

function explain(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ProblemsError) {
    output.note(describeProblems(error.problems, output));
    output.note(output.style('red', countProblems(error.problems)));
    return 1;
  }
  output.note(output.style('red', describeFailure(error)));
  return 1;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
