import { readFileSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { environment, readConfig } from '../config/index.ts';
import { UsageError } from '../kit/user-error.ts';
import { buildApp } from '../pipeline.ts';
import { explainQuestion, type OperationQuestion } from '../project/explain-operation.ts';
import { findProject, readConfigFile, readSources } from '../project/find-project.ts';
import { openDatabaseToLook } from '../project/open-database.ts';
import { makeLog } from '../serve/index.ts';
import { describeOperation } from './describe-operation.ts';
import { asOption, projectOption, readVariables, readViewer, variablesOption } from './options.ts';
import type { Cli } from './run.ts';

interface Options {
  readonly project: string;
  readonly text?: string;
  readonly operation?: string;
  readonly variables?: string;
  readonly as?: string;
  readonly plan?: boolean;
  readonly analyze?: boolean;
  readonly run?: boolean;
  readonly json?: boolean;
}

/** `plinth explain`: how an operation runs. Exit code 1 where it would be refused or fails. */
export function fillExplainCommand(command: Command, cli: Cli): void {
  command
    .addArgument(new Argument('[file]', 'a file with GraphQL operations'))
    .addOption(projectOption())
    .option('--text <document>', 'the operation itself, instead of a file')
    .option('--operation <name>', 'which one, where there are several')
    .addOption(variablesOption())
    .addOption(asOption())
    .option('--plan', "with PostgreSQL's plan")
    .option('--analyze', 'with the plan as it went, with times; runs the statements and undoes them')
    .option('--run', 'run a mutation to see its statements; what it writes is undone')
    .option('--json', 'print the explanation as JSON')
    .action((file: string | undefined, options: Options, command: Command) =>
      explain(readUsage(file, options, command), options, cli),
    );
}

/** @throws CommanderError for what cannot be meant */
function readUsage(file: string | undefined, options: Options, command: Command): OperationQuestion {
  const { text, as, run = false, analyze, plan } = options;
  if ((file === undefined) === (text === undefined))
    command.error('Name an operation file, or give the operation with --text.');
  try {
    const variables = readVariables(options.variables);
    return {
      source: text === undefined ? readSource(file ?? '') : { file: '(text)', text },
      operationName: options.operation,
      variables,
      viewer: as === undefined ? { kind: 'admin' } : readViewer(as),
      plan: analyze ? 'analyze' : plan ? 'estimate' : undefined,
      run,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return command.error((error as Error).message);
  }
}

async function explain(
  question: OperationQuestion,
  { project: directory, json }: Options,
  { output, exit }: Cli,
) {
  const project = findProject(directory);
  const config = readConfig(environment(), { mode: 'development', file: await readConfigFile(project) });
  const built = buildApp(readSources(project));
  const database = await openDatabaseToLook(project, config, output.note);
  try {
    const explained = await explainQuestion(
      { project, config, built, database, log: makeLog(config) },
      question,
    );
    output.result(json ? JSON.stringify(explained, null, 2) : describeOperation(explained, output));
    exit(explained.errors.length === 0 ? 0 : 1);
  } finally {
    await database.close();
  }
}

function readSource(file: string): OperationQuestion['source'] {
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch {
    throw new UsageError(`There is no file ${file}.`);
  }
}
