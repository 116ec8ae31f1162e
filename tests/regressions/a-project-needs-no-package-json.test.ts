import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProject, readConfigFile } from '../../src/project/find-project.ts';
import { importFresh } from '../../src/project/import-fresh.ts';

/** Without "type": "module" Node takes a project's modules for CommonJS, whose exports stood one level too deep. */
let directory: string;
const packages: Record<string, string | undefined> = {
  none: undefined,
  plain: '{}',
  commonjs: '{ "type": "commonjs" }',
  module: '{ "type": "module" }',
};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-modules-'));
  for (const [name, text] of Object.entries(packages)) {
    const project = join(directory, name);
    mkdirSync(project);
    if (text !== undefined) writeFileSync(join(project, 'package.json'), text);
    writeFileSync(join(project, 'schema.graphql'), 'type A @model @access(read: "true") { id: ID! }');
    writeFileSync(join(project, 'plinth.config.ts'), 'const port: number = 4711;\nexport default { port };');
    writeFileSync(
      join(project, 'seed.ts'),
      'export const Query = { one: 1 };\nexport default async () => 7;',
    );
    writeFileSync(join(project, 'both.mts'), 'export default { mts: true };');
  }
  writeFileSync(join(directory, 'commonjs', 'own.js'), 'module.exports = { default: 1, other: 2 };');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test.each(Object.keys(packages))('settings are read, and default exports found: %s', async (name) => {
  const project = join(directory, name);
  expect(await readConfigFile(findProject(project))).toEqual({ port: 4711 });
  const { default: seed, Query } = await importFresh(join(project, 'seed.ts'));
  expect(seed).toBeTypeOf('function');
  expect(Query).toEqual({ one: 1 });
  expect((await importFresh(join(project, 'both.mts'))).default).toEqual({ mts: true });
});

test('what a CommonJS module of the author exports is its default', async () => {
  const { default: own } = await importFresh(join(directory, 'commonjs', 'own.js'));
  expect(own).toEqual({ default: 1, other: 2 });
});
