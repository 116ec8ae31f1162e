import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { packageFile } from '../kit/package-file.ts';
import { ProblemsError } from '../kit/problem.ts';
import { UsageError } from '../kit/user-error.ts';
import { countProblems, describeProblems, type Output, terminalOutput } from './output.ts';

/** What a command needs from outside. Commands answer their exit code through `exit`. */
export interface Cli {
  readonly output: Output;
  /** 0 done, 1 the work failed or found problems, 2 wrong usage. */
  exit(code: 0 | 1): void;
}

/** Gives a command its options and its action. */
type FillCommand = (command: Command, cli: Cli) => void;

interface Entry {
  /** Name and arguments, as `--help` lists them. */
  readonly usage: string;
  readonly description: string;
  readonly load: () => Promise<FillCommand>;
}

/** In the order of `--help`, from the first minute to production. Each is loaded when it is wanted: most need much code. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  init: {
    usage: 'init [dir]',
    description: 'make a new project',
    load: async () => (await import('./init-command.ts')).fillInitCommand,
  },
  dev: {
    usage: 'dev',
    description: 'serve while you work: database, API and types follow schema.graphql',
    load: async () => (await import('./dev-command.ts')).fillDevCommand,
  },
  start: {
    usage: 'start',
    description: 'serve in production; refuses a database that is behind',
    load: async () => (await import('./start-command.ts')).fillStartCommand,
  },
  check: {
    usage: 'check',
    description: 'find every mistake in schema.graphql, its rules and operations/',
    load: async () => (await import('./check-command.ts')).fillCheckCommand,
  },
  generate: {
    usage: 'generate',
    description:
      'write prisma/schema.prisma, the API as SDL, resolver types, lists of operations and the Prisma client',
    load: async () => (await import('./generate-command.ts')).fillGenerateCommand,
  },
  migrate: {
    usage: 'migrate',
    description: 'write, apply and compare migrations',
    load: async () => (await import('./migrate-command.ts')).fillMigrateCommand,
  },
  seed: {
    usage: 'seed',
    description: 'fill the database with prisma/seed.ts',
    load: async () => (await import('./seed-command.ts')).fillSeedCommand,
  },
  explain: {
    usage: 'explain [file]',
    description: 'explain how an operation runs: compiled or not and why, its SQL, its cost',
    load: async () => (await import('./explain-command.ts')).fillExplainCommand,
  },
  'explain-access': {
    usage: 'explain-access [file]',
    description: 'explain why a viewer may or may not: an operation file, or --model and --id',
    load: async () => (await import('./explain-access-command.ts')).fillExplainAccessCommand,
  },
};

/** All commands by name and description; those that `args` name, also after `help`, with everything else. */
async function addCommands(program: Command, args: readonly string[], cli: Cli): Promise<void> {
  const wanted = new Set(args[0] === 'help' ? args.slice(1, 2) : args.slice(0, 1));
  for (const [name, { usage, description, load }] of Object.entries(COMMANDS)) {
    const isWanted = wanted.has(name);
    const command = program.command(isWanted ? name : usage).description(description);
    if (isWanted) (await load())(command, cli);
  }
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
  await addCommands(program, args, cli);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return await explain(error, output);
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

async function explain(error: unknown, output: Output): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    output.note(output.style('red', error.message));
    return 2;
  }
  if (error instanceof ProblemsError) {
    output.note(describeProblems(error.problems, output));
    output.note(output.style('red', countProblems(error.problems)));
    return 1;
  }
  // Knows the errors of rooms that most commands do without.
  const { describeFailure } = await import('../project/describe-failure.ts');
  output.note(output.style('red', describeFailure(error)));
  return 1;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
