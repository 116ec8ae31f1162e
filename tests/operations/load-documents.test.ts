import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { formatProblem, ProblemsError } from '../../src/kit/problem.ts';
import { findOperationProblems, loadDocuments } from '../../src/project/documents/load-documents.ts';
import { findProject, readOperationSources } from '../../src/project/find-project.ts';

const api = buildSchema('type Query { task: Task many(of: [Int!]!): ID } type Task { id: ID! task: Task }');
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

const nest = (levels: number): string => `{ ${'task { '.repeat(levels)}id${' }'.repeat(levels)} }`;

/** What `start` refuses; what `check` says of the same files has to be the same. */
function refused(files: Readonly<Record<string, string>>): readonly string[] {
  const start = load('trusted', files);
  const { limits } = readConfig({}, { mode: 'development' });
  const checked = findOperationProblems(readOperationSources(findProject(directory)), api, limits);
  let problems: ProblemsError['problems'] = [];
  try {
    start();
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    problems = error.problems;
  }
  expect(problems).toEqual(checked.filter(({ severity }) => severity === 'error'));
  return problems.map((problem) => `${formatProblem(problem)} ${problem.code}`);
}

it('does not start with an operation that exceeds a limit: told once, at its place, with what to do', () => {
  const remedy = 'Ask for less in one operation, or raise this limit in the settings. OPERATION_TOO_COMPLEX';
  expect(refused({ 'deep.graphql': `query Fine { task { id } }\nquery Deep ${nest(17)}` })).toEqual([
    `operations/deep.graphql:2:7 The operation has 18 levels of fields; the limit is 15. ${remedy}`,
  ]);
});

it('measures an operation with the fragments of other files, and without a name', () => {
  const [problem, ...others] = refused({
    'a.graphql': '{ task { ...Deep } }',
    'f.graphql': `fragment Deep on Task ${nest(15)}`,
  });
  expect(problem).toMatch(/^operations\/a\.graphql:1:1 The operation has 17 levels/);
  expect(others).toEqual([]);
});

it('measures each document of a list, by its id', () => {
  const listed = JSON.stringify({ fine: '{ task { id } }', deep: nest(17) });
  expect(refused({ 'web.json': listed })).toEqual([
    expect.stringMatching(
      /^operations\/web\.json:1:1 The document "deep" is too large: The operation has 18 levels/,
    ),
  ]);
});

it('says so where only what clients add to an operation is too much', () => {
  const fragment = `fragment F on Task { ${'task { id } '.repeat(40)}}`;
  // 1 + 60 × (1 + 40 × 2) selections; with __typename 1 more here and 41 more in each use of the fragment.
  const text = `query A { task { ${'...F '.repeat(60)}} } ${fragment}`;
  expect(refused({ 'a.graphql': text })).toEqual([
    expect.stringMatching(
      /^operations\/a\.graphql:1:7 As clients with a normalized cache send it, with __typename in each selection: The operation has 7322 selections; the limit is 5000\. Ask/,
    ),
  ]);
});

it('tells what does not fit and what is too large together', () => {
  const problems = refused({ 'a.graphql': '{ task { idd } }', 'b.graphql': `query B ${nest(17)}` });
  expect(problems.map((problem) => problem.slice(0, 24))).toEqual([
    'operations/a.graphql:1:1',
    'operations/b.graphql:1:7',
  ]);
});

it('does not measure a file with several operations as a whole: clients send them one by one', () => {
  const operations = ['A', 'B', 'C', 'D', 'E'].map(
    (name) => `query ${name} { many(of: [${'0 '.repeat(1_000)}]) }`,
  );
  expect(refused({ 'all.graphql': operations.join('\n') })).toEqual([]);
});
