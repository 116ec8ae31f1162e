import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { type Config, environment, readConfig } from '../config/index.ts';
import type { DataFinding } from '../data/index.ts';
import { awaitSignal } from '../project/await-signal.ts';
import { developProject } from '../project/develop-project.ts';
import { findProject, readConfigFile } from '../project/find-project.ts';
import { writeTypes } from '../project/write-types.ts';
import { portOption, projectOption } from './options.ts';
import { describeProblems, type Output } from './output.ts';
import type { Cli } from './run.ts';

/** `plinth dev`: database, API and types follow schema.graphql as it is saved. */
export function fillDevCommand(command: Command, { output }: Cli): void {
  command
    .addOption(projectOption())
    .addOption(portOption())
    .option('--no-watch', 'do not follow changes of the files')
    .action(async (options: { project: string; port?: number; watch: boolean }) => {
      const signalled = awaitSignal(output.note);
      const project = findProject(options.project);
      const config = readConfig(environment(), {
        mode: 'development',
        commandLine: { ...(options.port !== undefined && { port: options.port }) },
        file: await readConfigFile(project),
      });
      if (config.workers > 1)
        output.note(`WORKERS=${config.workers} is for "plinth start": dev serves from one process.`);
      const session = await developProject({
        project,
        config,
        watch: options.watch,
        note: output.note,
        writeTypes: (built) => writeTypes(project, built),
        showProblems: (problems) => output.note(describeProblems(problems, output)),
        ...(output.interactive && { accept: (findings: readonly DataFinding[]) => ask(findings, output) }),
      });
      output.result(greeting(session.url, config, output));
      await signalled;
      await session.stop();
    });
}

function greeting(url: string, config: Config, output: Output): string {
  const lines = [`${output.style('bold', 'Plinth')} serves ${output.style('cyan', `${url}/graphql`)}`];
  if (config.adminKey?.made) {
    lines.push(`Admin key of this run: ${config.adminKey.value}  (set PLINTH_ADMIN_KEY to choose one)`);
  }
  return lines.join('\n');
}

async function ask(findings: readonly DataFinding[], output: Output): Promise<boolean> {
  for (const { message } of findings) output.note(output.style('yellow', message));
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('This loses data. Go on? [y/N] ');
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
