import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/index.ts';
import { ownScalars } from '../../model/own-scalars.ts';
import type { BuiltApp } from '../../pipeline.ts';
import { isScalarCode } from '../../query/resolvers/author-scalars.ts';
import { type Project, readOperationSources } from '../find-project.ts';
import type { AuthorResolvers } from '../load-resolvers.ts';
import { type CompiledDocuments, readCompiledDocuments } from './compiled-documents.ts';
import { documentsFingerprint } from './documents-fingerprint.ts';

/** Where `plinth generate` writes them. */
export function compiledDocumentsFile({ generatedDirectory }: Project): string {
  return join(generatedDirectory, 'compiled-documents.jsonl');
}

/**
 * The documents that were compiled for exactly this; or why there are none, for whoever waits for them to be compiled anew.
 * Whether a value in a document is one of a scalar of the author's, only the author's code can tell, which was not asked.
 */
export function findCompiledDocuments(
  project: Project,
  built: BuiltApp,
  limits: Config['limits'],
  resolvers: AuthorResolvers,
): CompiledDocuments | 'missing' | 'unreadable' | 'unfit' | 'scalars' {
  if ([...ownScalars(built.app)].some((name) => isScalarCode(resolvers[name]))) return 'scalars';
  const file = compiledDocumentsFile(project);
  const text = readIfPossible(file);
  if (text === undefined) return existsSync(file) ? 'unreadable' : 'missing';
  const fingerprint = documentsFingerprint(built, readOperationSources(project), limits);
  return readCompiledDocuments(text, fingerprint) ?? 'unfit';
}

/** A server can do without it, so whatever keeps it from being read must not keep the server from starting. */
function readIfPossible(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
