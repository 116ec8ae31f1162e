import type { Command } from 'commander';
import { generatePrismaClientTypes } from '../data/index.ts';
import { ProblemsError } from '../kit/problem.ts';
import { UserError } from '../kit/user-error.ts';
import { buildApp } from '../pipeline.ts';
import { findProject, readSources } from '../project/find-project.ts';
import { findDrift, writeArtefacts } from '../project/write-artefacts.ts';
import { projectOption } from './options.ts';
import { problemsOfOperations } from './problems-of-operations.ts';
import type { Cli } from './run.ts';

/** `plinth generate`: writes everything that follows from schema.graphql; `--check` only compares. */
export function fillGenerateCommand(command: Command, { output }: Cli): void {
  command
    .addOption(projectOption())
    .option('--check', 'write nothing; fail when a committed file is not what would be written')
    .action(async (options: { project: string; check?: boolean }) => {
      const project = findProject(options.project);
      const built = buildApp(readSources(project));
      const problems = await problemsOfOperations(project, () => built.apiSdl);
      if (problems.some(({ severity }) => severity === 'error')) throw new ProblemsError(problems);
      if (options.check) {
        const stale = findDrift(project, built);
        if (stale.length === 0) return output.note('Everything is up to date.');
        throw new UserError(`Out of date: ${stale.join(', ')}. Run "plinth generate" and commit the result.`);
      }
      const written = await writeArtefacts(project, built, { force: true });
      for (const path of written) output.note(`wrote ${path}`);
      const client = { projectDir: project.directory, prismaSchema: built.prismaSchema };
      const clientWritten = await generatePrismaClientTypes(client);
      output.note(clientWritten ? 'wrote generated/prisma' : 'generated/prisma is up to date');
    });
}
