import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { findProject } from '../../src/project/find-project.ts';
import { loadDocuments } from '../../src/project/load-documents.ts';

const api = buildSchema('type Query { task: Task } type Task { id: ID! task: Task }');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-documents-'));
  writeFileSync(join(directory, 'schema.graphql'), '');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function load(documents: 'open' | 'trusted', files: Readonly<Record<string, string>>) {
  mkdirSync(join(directory, 'operations'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, 'operations', name), text);
  const config = readConfig({}, { mode: 'development', commandLine: { documents } });
  return () => loadDocuments(findProject(directory), api, config)();
}

it('starts with the documents of operations/, both kinds of file', () => {
  const loaded = load('trusted', {
    'a.graphql': '{ task { id } }',
    'b.json': '{"b":"{ task { task { id } } }"}',
  });
  const documents = loaded();
  expect(documents.has('{ task { id } }')).toBe(true);
  expect(documents.byId('b')?.text).toBe('{ task { task { id } } }');
});

it('starts without operations/', () => {
  rmSync(join(directory, 'operations'), { recursive: true, force: true });
  const config = readConfig({}, { mode: 'development' });
  expect([...loadDocuments(findProject(directory), api, config)().all()]).toEqual([]);
});

it('does not start with a document that does not fit, where only these may be sent', () => {
  const loaded = load('trusted', { 'a.graphql': '{ task { idd } }' });
  expect(loaded).toThrow('operations/a.graphql:1:10 Cannot query field "idd"');
});

it('starts with it where any document may be sent, and leaves it to be refused as any other', () => {
  expect(load('open', { 'a.graphql': '{ task { idd } }' })().has('{ task { idd } }')).toBe(true);
});

it('does not start with a document that exceeds a limit, where only these may be sent', () => {
  const deep = `{ ${'task {'.repeat(20)} id ${'}'.repeat(20)} }`;
  const loaded = load('trusted', { 'deep.graphql': deep });
  expect(loaded).toThrow(/deep.*21 levels of fields; the limit is 15/);
});
