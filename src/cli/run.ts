import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ProblemsError } from '../kit/problem.ts';
import { describeFailure } from '../project/describe-failure.ts';
import { countProblems, describeProblems, type Output, terminalOutput } from './output.ts';

/** What a command needs from outside. Commands answer their exit code through `exit`. */
export interface Cli {
  readonly output: Output;
  /** 0 done, 1 the work failed or found problems, 2 wrong usage. */
  exit(code: 0 | 1): void;
}

type AddCommand = (program: Command, cli: Cli) => void;

/** In the order of `--help`, from the first minute to production. Each is loaded when it is wanted: most need much code. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  init: async () => (await import('./init-command.ts')).addInitCommand,
  dev: async () => (await import('./dev-command.ts')).addDevCommand,
  start: async () => (await import('./start-command.ts')).addStartCommand,
  check: async () => (await import('./check-command.ts')).addCheckCommand,
  generate: async () => (await import('./generate-command.ts')).addGenerateCommand,
  migrate: async () => (await import('./migrate-command.ts')).addMigrateCommand,
  seed: async () => (await import('./seed-command.ts')).addSeedCommand,
  explain: async () => (await import('./explain-command.ts')).addExplainCommand,
  'explain-access': async () => (await import('./explain-access-command.ts')).addExplainAccessCommand,
};

/** The command that is named first; all of them for help and for words that are none. */
function findCommands([first = '']: readonly string[]): Promise<AddCommand[]> {
  const named = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return Promise.all((named ? [named] : Object.values(COMMANDS)).map((load) => load()));
}

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
  for (const add of await findCommands(args)) add(program, cli);
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
