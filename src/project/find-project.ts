import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError, UserError } from '../kit/user-error.ts';
import type { OperationSource } from '../operations/index.ts';
import type { SourceFile } from '../pipeline.ts';
import { importFresh } from './import-fresh.ts';

/** Where a project's files are. All paths are absolute. */
export interface Project {
  readonly directory: string;
  readonly schemaFile: string;
  readonly resolversDirectory: string;
  readonly operationsDirectory: string;
  readonly prismaDirectory: string;
  readonly generatedDirectory: string;
  /** Embedded database and caches. */
  readonly stateDirectory: string;
  readonly configFile: string;
}

/** @throws UserError when there is no `schema.graphql` in `directory`, UsageError when that does not exist */
export function findProject(directory: string): Project {
  const root = resolve(directory);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`There is no directory ${root}. Name the project with --project DIR.`);
  }
  const schemaFile = join(root, 'schema.graphql');
  if (!existsSync(schemaFile)) {
    throw new UserError(
      `There is no schema.graphql in ${root}. Make a project with "plinth init", or name one with --project DIR.`,
    );
  }
  return {
    directory: root,
    schemaFile,
    resolversDirectory: join(root, 'resolvers'),
    operationsDirectory: join(root, 'operations'),
    prismaDirectory: join(root, 'prisma'),
    generatedDirectory: join(root, 'generated'),
    stateDirectory: join(root, '.plinth'),
    configFile: join(root, 'plinth.config.ts'),
  };
}

/** The author's SDL, as the pipeline takes it. */
export function readSources(project: Project): SourceFile[] {
  return [{ file: 'schema.graphql', text: readFileSync(project.schemaFile, 'utf8') }];
}

/**
 * The default export of `plinth.config.ts`; an empty object when there is no such file.
 * @throws UserError when it exports something else than an object
 */
export async function readConfigFile(project: Project): Promise<Record<string, unknown>> {
  if (!existsSync(project.configFile)) return {};
  const module = await importFresh(project.configFile);
  const settings = module.default;
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new UserError('plinth.config.ts must have a default export that is an object of settings.');
  }
  return { ...settings };
}

/** The files of `operations/` in the order of their names, as problems name them. */
export interface OperationSources {
  readonly graphql: readonly OperationSource[];
  /** Lists that the builds of clients make. */
  readonly json: readonly OperationSource[];
}

export function readOperationSources({ operationsDirectory }: Project): OperationSources {
  const names = existsSync(operationsDirectory) ? readdirSync(operationsDirectory).sort() : [];
  const of = (ending: string): OperationSource[] =>
    names
      .filter((name) => name.endsWith(ending))
      .map((name) => ({
        file: `operations/${name}`,
        text: readFileSync(join(operationsDirectory, name), 'utf8'),
      }));
  return { graphql: of('.graphql'), json: of('.json') };
}

/** The project's sample operations in the order of their file names. */
export function readOperations(project: Project): { name: string; source: string }[] {
  return readOperationSources(project).graphql.map(({ file, text }) => ({
    name: file.replace(/^operations\/|\.graphql$/g, ''),
    source: text,
  }));
}
