import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Problems } from '../kit/problem.ts';
import {
  emitApolloManifest,
  emitDocumentList,
  readOperations,
  TrustedDocuments,
} from '../operations/index.ts';
import type { BuiltApp } from '../pipeline.ts';
import { emitRowTypes } from './emit-row-types.ts';
import { type Project, readOperationSources } from './find-project.ts';

/** A file that follows from `schema.graphql`. */
interface Artefact {
  readonly path: string;
  readonly text: string;
}

/** Files that are committed: a difference between them and what would be emitted is drift. */
function committedArtefacts(project: Project, built: BuiltApp): Artefact[] {
  return [
    { path: join(project.prismaDirectory, 'schema.prisma'), text: built.prismaSchema },
    { path: join(project.generatedDirectory, 'access.txt'), text: built.accessText },
  ];
}

/** Files for editors and compilers, made anew wherever the project is checked out. */
function localArtefacts(project: Project, built: BuiltApp): Artefact[] {
  return [
    { path: join(project.generatedDirectory, 'api.graphql'), text: built.apiSdl },
    { path: join(project.generatedDirectory, 'rows.ts'), text: emitRowTypes(built.app) },
  ];
}

/** Lists of the documents in `operations/`, for the builds of clients; none where there are no operations. */
function documentLists(project: Project): Artefact[] {
  const { generatedDirectory } = project;
  const files = readOperations(readOperationSources(project).graphql, new Problems());
  const { operations } = files;
  if (operations.length === 0) return [];
  const documents = TrustedDocuments.of(files, []);
  return [
    { path: join(generatedDirectory, 'persisted-documents.json'), text: emitDocumentList(documents) },
    { path: join(generatedDirectory, 'persisted-query-manifest.json'), text: emitApolloManifest(operations) },
  ];
}

/** Made by GraphQL Code Generator, which takes long to load and to run. */
async function resolverTypes(project: Project, built: BuiltApp): Promise<Artefact[]> {
  const { emitContextTypes, emitResolverTypes } = await import('./emit-resolver-types.ts');
  return [
    { path: join(project.generatedDirectory, 'context.ts'), text: emitContextTypes() },
    { path: join(project.generatedDirectory, 'resolvers.ts'), text: await emitResolverTypes(built) },
  ];
}

/**
 * Writes what has changed, and answers the paths written, relative to the project. The types of resolvers follow from the
 * API alone, so they are left as they are when that has not changed, unless `force`.
 */
export async function writeArtefacts(
  project: Project,
  built: BuiltApp,
  { force = false }: { readonly force?: boolean } = {},
): Promise<string[]> {
  const quick = [...committedArtefacts(project, built), ...localArtefacts(project, built)].filter(isStale);
  const typed = ['context.ts', 'resolvers.ts'].every((name) =>
    existsSync(join(project.generatedDirectory, name)),
  );
  const settled = typed && !quick.some(({ path }) => path.startsWith(project.generatedDirectory));
  const slow = settled && !force ? [] : (await resolverTypes(project, built)).filter(isStale);
  return [...write(project, [...quick, ...slow]), ...writeDocumentLists(project)];
}

/** Writes the lists of documents that have changed, and answers their paths. */
export function writeDocumentLists(project: Project): string[] {
  return write(project, documentLists(project).filter(isStale));
}

function write({ directory }: Project, artefacts: readonly Artefact[]): string[] {
  for (const { path, text } of artefacts) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return artefacts.map(({ path }) => relative(directory, path));
}

/** Committed files that are not what would be emitted now, relative to the project. */
export function findDrift(project: Project, built: BuiltApp): string[] {
  return committedArtefacts(project, built)
    .filter(isStale)
    .map(({ path }) => relative(project.directory, path));
}

function isStale({ path, text }: Artefact): boolean {
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
}
