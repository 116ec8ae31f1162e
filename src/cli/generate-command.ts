import type { Command } from 'commander';
import { generatePrismaClientTypes } from '../data/index.ts';
import { ProblemsError } from '../kit/problem.ts';
import { UserError } from '../kit/user-error.ts';
import { type BuiltApp, buildApp } from '../pipeline.ts';
import {
  removeCompiledDocuments,
  writeCompiledDocuments,
} from '../project/documents/write-compiled-documents.ts';
import { findProject, type Project, readSources } from '../project/find-project.ts';
import { findDrift, writeArtefacts } from '../project/write-artefacts.ts';
import { projectOption } from './options.ts';
import type { Output } from './output.ts';
import { findOperationFiles, type OperationFiles, problemsOfOperations } from './problems-of-operations.ts';
import type { Cli } from './run.ts';

/** `plinth generate`: writes everything that follows from schema.graphql; `--check` only compares. */
export function fillGenerateCommand(command: Command, { output }: Cli): void {
  command
    .addOption(projectOption())
    .option('--check', 'write nothing; fail when a committed file is not what would be written')
    .action(async (options: { project: string; check?: boolean }) => {
      const project = findProject(options.project);
      const built = buildApp(readSources(project));
      const files = await findOperationFiles(project);
      const problems = problemsOfOperations(files, () => built.apiSdl);
      if (problems.some(({ severity }) => severity === 'error')) throw new ProblemsError(problems);
      if (options.check) {
        const stale = findDrift(project, built);
        if (stale.length === 0) return output.note('Everything is up to date.');
        throw new UserError(`Out of date: ${stale.join(', ')}. Run "plinth generate" and commit the result.`);
      }
      const written = await writeArtefacts(project, built, { force: true });
      for (const path of written) output.note(`wrote ${path}`);
      await compileOperations(project, built, files, output);
      const client = { projectDir: project.directory, prismaSchema: built.prismaSchema };
      const clientWritten = await generatePrismaClientTypes(client);
      output.note(clientWritten ? 'wrote generated/prisma' : 'generated/prisma is up to date');
    });
}

async function compileOperations(
  project: Project,
  built: BuiltApp,
  files: OperationFiles | undefined,
  output: Output,
): Promise<void> {
  if (!files) return removeCompiledDocuments(project);
  const onFault = (error: unknown) =>
    output.note(`An operation could not be compiled and will run through the resolvers: ${String(error)}`);
  const { path, isChanged, operations, compiled } = await writeCompiledDocuments(
    project,
    built,
    files,
    onFault,
  );
  const why = compiled < operations ? '; "plinth explain" tells why another does not' : '';
  const counts = `${compiled} of ${operations} operations run as one statement${why}`;
  output.note(`${isChanged ? `wrote ${path}` : `${path} is up to date`} (${counts})`);
}
