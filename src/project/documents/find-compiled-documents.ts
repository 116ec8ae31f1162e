import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/index.ts';
import type { BuiltApp } from '../../pipeline.ts';
import { type Project, readOperationSources } from '../find-project.ts';
import { type CompiledDocuments, readCompiledDocuments } from './compiled-documents.ts';
import { documentsFingerprint } from './documents-fingerprint.ts';

/** Where `plinth generate` writes them. */
export function compiledDocumentsFile({ generatedDirectory }: Project): string {
  return join(generatedDirectory, 'compiled-documents.jsonl');
}

/** The documents that were compiled for exactly this; or why there are none, for whoever waits for them to be compiled anew. */
export function findCompiledDocuments(
  project: Project,
  built: BuiltApp,
  limits: Config['limits'],
): CompiledDocuments | 'missing' | 'unreadable' | 'unfit' {
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
