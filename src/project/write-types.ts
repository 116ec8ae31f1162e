import { generatePrismaClientTypes } from '../data/index.ts';
import type { BuiltApp } from '../pipeline.ts';
import type { Project } from './find-project.ts';
import { writeArtefacts } from './write-artefacts.ts';

/** Brings what editors and compilers know the project by in step with it: seconds of work where that has changed. */
export async function writeTypes(project: Project, built: BuiltApp): Promise<void> {
  await writeArtefacts(project, built);
  await generatePrismaClientTypes({ projectDir: project.directory, prismaSchema: built.prismaSchema });
}
