import { readFileSync } from 'node:fs';
import { Argument, type Command, Option } from 'commander';
import { environment, readConfig } from '../config/index.ts';
import { UsageError } from '../kit/user-error.ts';
import type { ViewerState } from '../model/viewer.ts';
import { buildApp } from '../pipeline.ts';
import { explainOperation, explainRowAccess } from '../project/explain-access.ts';
import { findProject, readConfigFile, readSources } from '../project/find-project.ts';
import { openDatabaseToLook } from '../project/open-database.ts';
import type { ServeParts } from '../project/serve-project.ts';
import { makeLog } from '../serve/index.ts';
import { describeOperationAnswer, describeRowAnswers } from './describe-access.ts';
import { asOption, projectOption, readVariables, readViewer, variablesOption } from './options.ts';
import type { Cli } from './run.ts';

const OPERATIONS = ['read', 'create', 'update', 'delete'] as const;

interface Options {
  readonly project: string;
  readonly model?: string;
  readonly operation: (typeof OPERATIONS)[number];
  readonly id?: string;
  readonly as?: string;
  readonly variables?: string;
  readonly json?: boolean;
}

/** `plinth explain-access`: why a viewer may or may not, term by term. Exit code 1 where something is denied. */
export function fillExplainAccessCommand(command: Command, cli: Cli): void {
  command
    .addArgument(new Argument('[file]', 'a file with one GraphQL operation; what it writes is undone'))
    .addOption(projectOption())
    .option('--model <name>', 'judge one stored row of this model')
    .addOption(
      new Option('--operation <name>', 'what is to be done to the row').choices(OPERATIONS).default('read'),
    )
    .option('--id <id>', 'the id of the row')
    .addOption(asOption())
    .addOption(variablesOption())
    .option('--json', 'print the explanation as JSON')
    .action((file: string | undefined, options: Options, command: Command) =>
      explain(readUsage(file, options, command), cli),
    );
}

interface Usage {
  readonly file: string | undefined;
  readonly options: Options;
  readonly viewer: ViewerState;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** @throws CommanderError for what cannot be meant */
function readUsage(file: string | undefined, options: Options, command: Command): Usage {
  const byRow = options.model !== undefined && options.id !== undefined;
  if ((file !== undefined) === byRow)
    command.error('Name an operation file, or a row with --model NAME and --id ID.');
  try {
    const variables = readVariables(options.variables);
    return { file, options, viewer: readViewer(options.as), variables };
  } catch (error) {
    return command.error((error as Error).message);
  }
}

async function explain({ file, options, viewer, variables }: Usage, cli: Cli): Promise<void> {
  const project = findProject(options.project);
  const config = readConfig(environment(), { mode: 'development', file: await readConfigFile(project) });
  const built = buildApp(readSources(project));
  const database = await openDatabaseToLook(project, config, cli.output.note);
  try {
    const parts: ServeParts = { project, config, built, database, log: makeLog(config) };
    if (file === undefined) await explainRow(parts, viewer, options, cli);
    else await explainFile(parts, { file, options, viewer, variables }, cli);
  } finally {
    await database.close();
  }
}

async function explainRow(
  parts: ServeParts,
  viewer: ViewerState,
  { model = '', id = '', operation, json }: Options,
  { output, exit }: Cli,
): Promise<void> {
  const answers = await explainRowAccess(parts, viewer, { model, operation, id });
  const allowed = answers.every((answer) => answer.allowed);
  output.result(
    json ? JSON.stringify({ allowed, rules: answers }, null, 2) : describeRowAnswers(answers, output),
  );
  exit(allowed ? 0 : 1);
}

async function explainFile(
  parts: ServeParts,
  { file, options: { json }, viewer, variables }: Usage & { readonly file: string },
  { output, exit }: Cli,
): Promise<void> {
  const answer = await explainOperation(parts, viewer, { source: readOperation(file), variables });
  output.result(json ? JSON.stringify(answer, null, 2) : describeOperationAnswer(answer, output));
  exit(answer.errors.length === 0 ? 0 : 1);
}

function readOperation(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`There is no file ${file}.`);
  }
}
