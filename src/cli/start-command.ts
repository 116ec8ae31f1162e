import type { Command } from 'commander';
import { environment, readConfig } from '../config/index.ts';
import { isSameState, lastState, migrationStatus, readMigrations } from '../data/index.ts';
import { UserError } from '../kit/user-error.ts';
import { type BuiltApp, buildApp } from '../pipeline.ts';
import { awaitSignal } from '../project/await-signal.ts';
import { desiredState } from '../project/desired-state.ts';
import { findProject, type Project, readConfigFile, readSources } from '../project/find-project.ts';
import { openDatabase } from '../project/open-database.ts';
import { serveProject } from '../project/serve-project.ts';
import { makeLog } from '../serve/index.ts';
import { refuseUnsettled } from './migrate-command.ts';
import { portOption, projectOption } from './options.ts';
import type { Cli } from './run.ts';

/** `plinth start`: serves in production; changes nothing in the database and refuses one that is behind. */
export function addStartCommand(program: Command, { output }: Cli): void {
  program
    .command('start')
    .description('serve in production; refuses a database that is behind')
    .addOption(projectOption())
    .addOption(portOption())
    .action(async (options: { project: string; port?: number }) => {
      const signalled = awaitSignal(output.note);
      const project = findProject(options.project);
      const config = readConfig(environment(), {
        mode: 'production',
        commandLine: { ...(options.port !== undefined && { port: options.port }) },
        file: await readConfigFile(project),
      });
      const built = buildApp(readSources(project));
      refuseUnwrittenChanges(project, built);
      const log = makeLog(config);
      const database = await openDatabase(project, config, output.note);
      try {
        refuseUnsettled(await migrationStatus(database.url, project.directory));
        const running = await serveProject({ project, config, built, database, log });
        log.info({ url: running.url }, 'serving');
        await signalled;
        await running.stop();
      } finally {
        await database.close();
      }
    });
}

/** @throws UserError when schema.graphql says more than the migrations on disk */
function refuseUnwrittenChanges(project: Project, built: BuiltApp): void {
  if (isSameState(lastState(readMigrations(project.directory)), desiredState(built).desired)) return;
  throw new UserError(
    'schema.graphql has changes that no migration has. Write one with "plinth migrate new NAME", deploy it, then start again.',
  );
}
