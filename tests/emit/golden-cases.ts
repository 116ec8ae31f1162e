import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuiltApp, buildApp } from '../../src/pipeline.ts';

const root = join(import.meta.dirname, '../golden');

/** Names of the golden cases, for tests that hold for every one of them. */
export const goldenCases: readonly string[] = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export function buildCase(name: string): BuiltApp {
  return buildText(readFileSync(join(root, name, 'schema.graphql'), 'utf8'));
}

export function buildText(text: string): BuiltApp {
  return buildApp([{ file: 'schema.graphql', text }], []);
}
