import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { buildApp } from '../../src/pipeline.ts';
import { findCompiledDocuments } from '../../src/project/documents/find-compiled-documents.ts';
import { writeCompiledDocuments } from '../../src/project/documents/write-compiled-documents.ts';
import {
  findProject,
  type Project,
  readOperationSources,
  readSources,
} from '../../src/project/find-project.ts';
import { isShapeFor } from '../../src/query/compile/finds-many-at-once.ts';
import { startNodes } from '../features/cache/support.ts';

// Rules are in the statements of compiled documents: whatever may have changed since they were made, they must not be used.

const SDL = `
type Task @model @access(read: "this.open", create: "true", update: "true") {
  id: ID!
  title: String!
  open: Boolean!
  tasks: [Task!]!
  parent: Task
}
`;

const OPERATIONS = {
  'a.graphql':
    'query Tasks($title: String!) { tasks(where: { title: { eq: $title } }, limit: 60) { title tasks { title } } }',
  'b.json': '{"b": "{ tasksAggregate { count } }"}',
};

let directory: string;
let project: Project;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-compiled-'));
  mkdirSync(join(directory, 'operations'));
  write('schema.graphql', SDL);
  for (const [name, text] of Object.entries(OPERATIONS)) write(`operations/${name}`, text);
  project = findProject(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
const FILE = 'generated/compiled-documents.jsonl';
const read = (): string => readFileSync(join(directory, FILE), 'utf8');
const limits = (settings = {}) => readConfig(settings, { mode: 'development' }).limits;

async function compile(): Promise<string> {
  const files = { sources: readOperationSources(project), limits: limits() };
  await writeCompiledDocuments(project, buildApp(readSources(project)), files, (error) => {
    throw error;
  });
  return read();
}

function find(settings = {}) {
  return findCompiledDocuments(project, buildApp(readSources(project)), limits(settings), {});
}

describe('what was compiled', () => {
  it('is the same text for the same files', async () => {
    expect(await compile()).toBe(await compile());
  });

  it('has the documents, by text and by id, and their statements', async () => {
    await compile();
    const found = find();
    if (typeof found === 'string') throw new Error(found);
    const [, planOfTasks] = found.texts.find(([text]) => text === OPERATIONS['a.graphql']) ?? [];
    expect(found.documents.byId('b')?.text).toBe('{ tasksAggregate { count } }');
    const plan = found.plan(planOfTasks ?? -1);
    expect(plan.operations.map(([name]) => name)).toEqual(['Tasks']);
    expect(plan.templates.every(({ text }) => text.includes('"Task"') && text.includes('"open"'))).toBe(true);
  });

  it('is for versions of PostgreSQL that differ', async () => {
    await compile();
    const found = find();
    if (typeof found === 'string') throw new Error(found);
    const shapes = found.texts.flatMap(([, plan]) => found.plan(plan).operations.flatMap(([, own]) => own));
    for (const serverVersion of [15, 18]) {
      const own = shapes.filter(([shape]) => isShapeFor({ serverVersion }, shape));
      expect(own.length).toBe(shapes.length / 2);
    }
  });

  it('is there for the first of many documents as for the last', { timeout: 60_000 }, async () => {
    // Ids of every kind: each makes shapes of its own, together more than are remembered at once.
    const other = (name: string, kind: string) =>
      `type ${name} @model @access(read: "true") { id: ID! @id(auto: ${kind}) }\n`;
    write('schema.graphql', SDL + other('Serial', 'INT') + other('Word', 'NONE'));
    const queries = Array.from({ length: 180 }, (_, number) => [
      `q${number}`,
      `query ($id: ID!, $offset: Int) { a${number}: tasks(where: { id: { eq: $id } }, offset: $offset) { id } }`,
    ]);
    write('operations/b.json', JSON.stringify(Object.fromEntries(queries)));
    await compile();
    const found = find();
    if (typeof found === 'string') throw new Error(found);
    const shapes = found.texts.map(
      ([, plan]) => found.plan(plan).operations.flatMap(([, own]) => own).length,
    );
    expect(shapes.slice(0, 180)).toEqual(Array.from({ length: 180 }, () => 24));
  });

  it('is missing where nobody has compiled', () => {
    expect(find()).toBe('missing');
  });

  it.each<[string, () => void]>([
    ['a rule is another', () => write('schema.graphql', SDL.replace('this.open', '!this.open'))],
    ['the schema differs by a blank', () => write('schema.graphql', `${SDL} `)],
    ['an operation is another', () => write('operations/a.graphql', '{ tasks { id } }')],
    ['there is one more', () => write('operations/c.graphql', '{ tasks { id } }')],
    ['a list of a client is another', () => write('operations/b.json', '{}')],
    [
      'a file is called otherwise',
      () => {
        rmSync(join(directory, 'operations/b.json'));
        write('operations/c.json', OPERATIONS['b.json']);
      },
    ],
    ['it was cut off', () => write(FILE, read().slice(0, -20))],
    ['it was cut off in its first line', () => write(FILE, read().slice(0, 100))],
    ['it is empty', () => write(FILE, '')],
    ['it is something else', () => write(FILE, 'null\n')],
    ['a statement was changed', () => write(FILE, read().replaceAll('\\"open\\"', '\\"title\\"'))],
    ['a document was changed', () => write(FILE, read().replace('{ count }', '{ coumt }'))],
    ['a document has the statements of another', () => write(FILE, read().replace('",0]', '",1]'))],
    ['an id was changed', () => write(FILE, read().replace('["b",', '["c",'))],
    ['its documents are missing', () => write(FILE, read().replace('"texts":', '"text":'))],
    ['another version has made it', () => write(FILE, read().replace('"format":1', '"format":2'))],
    [
      'other code has made it',
      () => write(FILE, read().replace(/"fingerprint":"[^"]*"/, `"fingerprint":"${'0'.repeat(64)}"`)),
    ],
  ])('is not used where %s', async (_, change) => {
    await compile();
    expect(typeof find()).toBe('object');
    change();
    expect(find()).toBe('unfit');
    await compile();
    expect(typeof find()).toBe('object');
  });

  it('keeps nobody from starting where it cannot be read', async () => {
    await compile();
    rmSync(join(directory, FILE));
    mkdirSync(join(directory, FILE));
    expect(find()).toBe('unreadable');
  });

  it('is not used with other limits', async () => {
    await compile();
    expect(find({ PLINTH_PAGE_MAX: '50' })).toBe('unfit');
    expect(find({ PLINTH_LIMIT_DEPTH: '4' })).toBe('unfit');
  });
});

it('a server that starts with it hides what rules hide', async () => {
  const { nodes } = await startNodes(SDL, {
    operations: OPERATIONS,
    settings: [{ PLINTH_DOCUMENTS: 'trusted' }],
    compiledFrom: 0,
  });
  const [node] = nodes;
  await node?.db.execute(
    `INSERT INTO "Task" (id, title, open) VALUES (gen_random_uuid(), 'A', true), (gen_random_uuid(), 'B', false)`,
  );
  const { data } =
    (await node?.ask({ query: OPERATIONS['a.graphql'], variables: { title: 'A' }, as: null })) ?? {};
  expect(data).toEqual({ tasks: [{ title: 'A', tasks: [] }] });
  const hidden = await node?.ask({ query: OPERATIONS['a.graphql'], variables: { title: 'B' }, as: null });
  expect(hidden?.data).toEqual({ tasks: [] });
});
