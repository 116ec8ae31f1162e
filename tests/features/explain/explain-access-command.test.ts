import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { plinth as runCli } from '../../support/cli.ts';

const SDL = `type Task @model @access(
  read: "this.owner == viewer.id || this.open"
  create: "this.owner == viewer.id"
  update: "this.owner == viewer.id"
) {
  id: ID!
  owner: String!
  open: Boolean! @default(value: true)
  title: String!
}
`;

let app: TestApp;
let directory: string;
let id: string;
const databaseUrl = process.env.DATABASE_URL;

beforeAll(async () => {
  app = await createTestApp(SDL);
  directory = mkdtempSync(join(tmpdir(), 'plinth-explain-'));
  writeFileSync(join(directory, 'schema.graphql'), SDL);
  const made = await app.data<{ createTask: { id: string } }>(
    'mutation { createTask(input: {owner: "ann", title: "t"}) { id } }',
  );
  id = made.createTask.id;
  writeFileSync(
    join(directory, 'update.graphql'),
    `mutation($id: ID!) { updateTask(id: $id, input: {title: "x"}) { title } }`,
  );
  process.env.DATABASE_URL = app.database.url;
});
afterAll(async () => {
  if (databaseUrl === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = databaseUrl;
  await app.close();
  rmSync(directory, { recursive: true, force: true });
});

async function plinth(...args: string[]) {
  const { code, out, err } = await runCli('explain-access', '--project', directory, ...args);
  return { code, text: out, notes: err };
}

const BEN = ['--as', '{"id": "ben"}'];
const ANN = ['--as', '{"id": "ann"}'];

describe('a row', () => {
  it('is allowed with exit code 0', async () => {
    const { code, text } = await plinth('--model', 'Task', '--operation', 'update', '--id', id, ...ANN);
    expect(text).toContain('update Task');
    expect(text).toContain(': allowed');
    expect(code).toBe(0);
  });

  it('is denied with exit code 1, the terms and what they saw', async () => {
    const { code, text } = await plinth('--model', 'Task', '--operation', 'update', '--id', id, ...BEN);
    expect(code).toBe(1);
    expect(text).toContain(`update Task ${id}: denied`);
    expect(text).toContain('this.owner = "ann"');
    expect(text).toContain('viewer.id = "ben"');
    expect(text).toContain('schema.graphql:4:12');
  });

  it('is JSON on demand', async () => {
    const { code, text } = await plinth(
      '--model',
      'Task',
      '--operation',
      'update',
      '--id',
      id,
      ...BEN,
      '--json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({
      allowed: false,
      rules: [
        { denied: 'read Task', allowed: true },
        {
          denied: 'update Task',
          allowed: false,
          verdicts: [
            { image: 'now', rule: { holds: 'false', values: { 'this.owner': 'ann', 'viewer.id': 'ben' } } },
          ],
        },
      ],
    });
  });

  it('that is not there is said to be so', async () => {
    const { code, text } = await plinth('--model', 'Task', '--id', '0190a0a0-0000-7000-8000-000000000000');
    expect(code).toBe(1);
    expect(text).toContain('There is no Task with this id.');
  });

  it('of no model is a mistake with a suggestion', async () => {
    const { code, notes } = await plinth('--model', 'Tsk', '--id', id);
    expect(code).toBe(1);
    expect(notes).toContain('Did you mean "Task"?');
  });
});

describe('an operation', () => {
  const variables = () => ['--variables', JSON.stringify({ id })];

  it('is answered and undone', async () => {
    const { code, text } = await plinth(join(directory, 'update.graphql'), ...variables(), ...ANN, '--json');
    expect(JSON.parse(text)).toEqual({ data: { updateTask: { title: 'x' } }, errors: [] });
    expect(code).toBe(0);
    expect(await app.data('{ tasks { title } }')).toEqual({ tasks: [{ title: 't' }] });
  });

  it('that is denied is explained', async () => {
    const { code, text } = await plinth(join(directory, 'update.graphql'), ...variables(), ...BEN, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({
      data: null,
      errors: [{ code: 'FORBIDDEN', access: { denied: 'update Task', id } }],
    });
  });
});

it.each([
  [[], '--model NAME and --id ID'],
  [['--model', 'Task', '--id', 'x', '--as', '{'], '--as: the value must be JSON.'],
  [['--model', 'Task', '--id', 'x', '--as', '{"name": "ann"}'], 'id must be a string'],
  [['--model', 'Task', '--id', 'x', '--variables', '{'], '--variables must be a JSON object.'],
])('wrong usage exits with 2: %j', async (args, message) => {
  const { code, notes } = await plinth(...args);
  expect(notes).toContain(message);
  expect(code).toBe(2);
});

describe('a database that is behind the schema', () => {
  const file = () => join(directory, 'behind.graphql');
  beforeAll(() => {
    const newer = SDL.replace('title: String!', 'title: String!  newer: Int').replace(
      'this.open',
      'this.newer == 1',
    );
    writeFileSync(join(directory, 'schema.graphql'), newer);
    writeFileSync(file(), `mutation { createTask(input: {owner: "ben", title: "x"}) { id } }`);
  });
  afterAll(() => writeFileSync(join(directory, 'schema.graphql'), SDL));

  it.each<[string, () => string[]]>([
    ['a row', () => ['--model', 'Task', '--id', id, ...BEN]],
    ['an operation', () => [file(), ...BEN]],
  ])('is told with a remedy and without a stack: %s', async (_, args) => {
    const { code, notes } = await plinth(...args());
    expect(code).toBe(1);
    expect(notes).toMatch(
      /The database is behind schema\.graphql \(column .*\)\. Run "plinth dev", or "plinth migrate deploy"\.$/,
    );
    expect(notes).not.toMatch(/\bat .*\.ts:\d+/);
  });
});

it('tells a file that is no GraphQL by its fault, without a stack', async () => {
  const file = join(directory, 'broken.graphql');
  writeFileSync(file, 'query { tasks { id }');
  const { code, notes } = await plinth(file, ...BEN);
  expect(code).toBe(1);
  expect(notes).toContain('Syntax Error');
  expect(notes).not.toMatch(/\bat .*\.(ts|js|mjs):\d+/);
});
