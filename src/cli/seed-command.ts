import type { Command } from 'commander';
import { environment, readConfig } from '../config/index.ts';
import { createPrismaClient } from '../data/index.ts';
import { buildApp } from '../pipeline.ts';
import { findProject, readConfigFile, readSources } from '../project/find-project.ts';
import { openDatabase } from '../project/open-database.ts';
import { seedProject } from '../project/seed-project.ts';
import { projectOption } from './options.ts';
import type { Cli } from './run.ts';

/** `plinth seed`: runs prisma/seed.ts against the project's database. */
export function fillSeedCommand(command: Command, { output }: Cli): void {
  command.addOption(projectOption()).action(async (options: { project: string }) => {
    const project = findProject(options.project);
    const config = readConfig(environment(), { mode: 'development', file: await readConfigFile(project) });
    const built = buildApp(readSources(project));
    const database = await openDatabase(project, config, output.note);
    try {
      const started = performance.now();
      const prisma = await createPrismaClient({ prismaSchema: built.prismaSchema, db: database.db });
      await seedProject(project, { db: database.db, prisma, log: output.note });
      output.note(`Seeded in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
    } finally {
      await database.close();
    }
  });
}
