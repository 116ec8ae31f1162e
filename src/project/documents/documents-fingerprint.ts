import { createHash } from 'node:crypto';
import { version as graphqlVersion } from 'graphql';
import type { Config } from '../../config/index.ts';
import { codeDigest } from '../../kit/code-digest.ts';
import type { BuiltApp } from '../../pipeline.ts';
import type { OperationSources } from '../find-project.ts';

/**
 * Of everything that decides about compiled documents. Rules are in their statements, so whatever may change a rule has to be
 * in it: the author's files, and the code that reads them.
 */
export function documentsFingerprint(
  { sources, apiSdl, prismaSchema, accessText }: BuiltApp,
  { graphql, json }: OperationSources,
  limits: Config['limits'],
): string {
  const code = [codeDigest(), graphqlVersion];
  const parts = [code, sources, apiSdl, prismaSchema, accessText, graphql, json, limits];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
