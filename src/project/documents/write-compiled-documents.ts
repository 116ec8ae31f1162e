import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Config } from '../../config/index.ts';
import type { BuiltApp } from '../../pipeline.ts';
import type { OperationSources, Project } from '../find-project.ts';
import { compileDocuments } from './compile-documents.ts';
import { emitCompiledDocuments } from './compiled-documents.ts';
import { compiledDocumentsFile } from './find-compiled-documents.ts';

interface Written {
  /** Relative to the project. */
  readonly path: string;
  readonly isChanged: boolean;
  /** How many operations there are in files, and how many of them are one statement. */
  readonly operations: number;
  readonly compiled: number;
}

/** Compiles the documents of the project's clients, in which there is no error, into a file that a server starts with. */
export async function writeCompiledDocuments(
  project: Project,
  built: BuiltApp,
  { sources, limits }: { readonly sources: OperationSources; readonly limits: Config['limits'] },
  onFault: (error: unknown) => void,
): Promise<Written> {
  const file = compiledDocumentsFile(project);
  const { counts, ...parts } = await compileDocuments(built, sources, limits, onFault);
  const text = emitCompiledDocuments(parts);
  const isChanged = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  if (isChanged) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return { path: relative(project.directory, file), isChanged, ...counts };
}

/** Where there are no documents any more. */
export function removeCompiledDocuments(project: Project): void {
  rmSync(compiledDocumentsFile(project), { force: true });
}
