import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { plinth } from '../support/cli.ts';

const SDL = `type Task @model @access(
  read: "this.owner == viewer.id || this.open"
  create: "viewer != null"
  update: "this.owner == viewer.id"
  delete: "this.owner == viewer.id"
) {
  id: ID!
  owner: String! @default(expr: "viewer.id")
  open: Boolean! @default(value: true)
  title: String! @unique
  parent: Task
  parts: [Task!]!
}

extend type Query {
  first: Task @access(call: "viewer != null")
}
`;

let app: TestApp;
let directory: string;
const databaseUrl = process.env.DATABASE_URL;

beforeAll(async () => {
  app = await createTestApp(SDL, { resolvers: { Query: { first: () => null } } });
  directory = mkdtempSync(join(tmpdir(), 'plinth-explain-'));
  const write = (path: string, text: string): void => writeFileSync(join(directory, path), text);
  for (const folder of ['operations', 'resolvers']) mkdirSync(join(directory, folder));
  write('schema.graphql', SDL);
  write(
    'resolvers/tasks.ts',
    `export const Query = { first: (_parent, _args, ctx) => ctx.api('{ tasks(limit: 1) { id } }').then((answer) => answer.data?.tasks?.[0] ?? null) };`,
  );
  write('operations/list.graphql', 'query List($n: Int = 2) { tasks(limit: $n) { ...Row } }');
  write('operations/row.graphql', 'fragment Row on Task { id title parts { title } }');
  write(
    'operations/two.graphql',
    'query One { tasks { id } }\nmutation Two($id: ID!) { deleteTask(id: $id) { id } }',
  );
  await app.data('mutation { createTask(input: {owner: "ann", title: "t", open: false}) { id } }');
  process.env.DATABASE_URL = app.database.url;
});
afterAll(async () => {
  if (databaseUrl === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = databaseUrl;
  await app.close();
  rmSync(directory, { recursive: true, force: true });
});

const explain = (...args: string[]) => plinth('explain', '--project', directory, ...args);
const explainAsJson = async (...args: string[]) => {
  const { code, out } = await explain('--json', ...args);
  return { code, ...JSON.parse(out) };
};
const operation = (name: string): string => join(directory, 'operations', `${name}.graphql`);
const ANN = ['--as', '{"id": "ann"}'];
const count = async (): Promise<number> =>
  (await app.db.query<{ n: number }>('SELECT count(*)::int AS n FROM "Task"'))[0]?.n ?? 0;

describe('a query of generated fields', () => {
  it('is one statement, with its parameters and its cost, and is not run', async () => {
    const explained = await explainAsJson(operation('list'), ...ANN, '--variables', '{"n": 7}');
    expect(explained).toMatchObject({
      code: 0,
      name: 'List',
      kind: 'query',
      viewer: 'ann',
      compiled: true,
      cost: 1 + 7 * (1 + 1 + 1 + 10),
      costLimit: 500_000,
      errors: [],
    });
    expect(explained.documentId).toMatch(/^[0-9a-f]{64}$/);
    expect(explained.statements).toHaveLength(1);
    const [statement] = explained.statements;
    expect(statement.text).toMatch(/^SELECT .*"Task".*LIMIT 7/s);
    expect(statement.params).toContain('ann');
    expect(statement).not.toHaveProperty('rows');
    expect(statement).not.toHaveProperty('plan');
  });

  it('is told to a person: statement, parameters, cost', async () => {
    const { code, out } = await explain(operation('list'), ...ANN);
    expect(code).toBe(0);
    expect(out).toContain('compiled   yes');
    expect(out).toContain('cost       27 of at most 500000');
    expect(out).toMatch(/statement 1\n {2}SELECT .*\n {2}\$1 = "ann"/);
  });

  it("has PostgreSQL's plan where it is asked for", async () => {
    const { statements } = await explainAsJson(operation('list'), ...ANN, '--plan');
    expect(statements[0].plan.join('\n')).toMatch(/Limit {2}\(cost=.*\n.*"Task"/);
    expect(statements[0].plan.join('\n')).not.toContain('actual');
  });

  it('is run for the plan with times', async () => {
    const { statements } = await explainAsJson(operation('list'), ...ANN, '--analyze');
    expect(statements[0].plan.join('\n')).toMatch(/actual[\s\S]*Execution Time/);
  });

  it('without a viewer is the administrator: no rules in the SQL', async () => {
    const { viewer, statements } = await explainAsJson('--text', '{ tasks { id } }');
    expect(viewer).toBe('admin');
    expect(statements[0].text).not.toContain('"owner"');
  });

  it('may need no statement at all', async () => {
    expect(await explainAsJson('--text', '{ __typename }')).toMatchObject({
      code: 0,
      compiled: true,
      statements: [],
    });
  });
});

describe('what resolvers answer', () => {
  it('says why it is not compiled, and what it asked the database', async () => {
    const explained = await explainAsJson('--text', '{ first { id } }', ...ANN);
    expect(explained).toMatchObject({
      code: 0,
      compiled: false,
      whyNot: 'Query.first is implemented in resolvers/*.ts.',
      errors: [],
    });
    expect(explained.statements.length).toBeGreaterThan(0);
    expect(explained.statements[0]).toMatchObject({ rows: 1 });
  });

  it('is told why a viewer is refused, with exit code 1', async () => {
    const explained = await explainAsJson('--text', '{ first { id } }', '--as', 'null');
    expect(explained).toMatchObject({ code: 1, errors: [{ code: 'UNAUTHENTICATED' }] });
  });

  it('does not run a mutation that is not asked to be run', async () => {
    const explained = await explainAsJson(
      '--text',
      'mutation { updateTasks(where: {}, input: {open: true}) { count } }',
    );
    expect(explained).toMatchObject({ code: 0, compiled: false, errors: [] });
    expect(explained).not.toHaveProperty('statements');
  });

  it.each([
    [
      'written step by step, each field answered by a statement',
      'mutation { updateTasks(where: {}, input: {open: true}) { count nodes { id parent { title } } } }',
      /^It does more than .* each of its fields is answered by one statement\.$/,
      (texts: readonly string[]) => texts.filter((text) => text.startsWith('WITH "plinth_written"')).length,
    ],
    [
      'answered by the resolvers, where it looks at what goes with what it deletes',
      'mutation { deleteTasks(where: {}) { nodes { id parts { id } } } }',
      /the resolvers answer it: it looks at rows that go with those that it deletes/,
      (texts: readonly string[]) =>
        1 - texts.filter((text) => text.startsWith('WITH "plinth_written"')).length,
    ],
  ])('says how a mutation of several rows runs: %s', async (_how, text, reason, ones) => {
    const explained = await explainAsJson('--text', text, '--run');
    expect(explained).toMatchObject({ code: 0, compiled: false, whyNot: expect.stringMatching(reason) });
    expect(ones(explained.statements.map((one: { text: string }) => one.text))).toBe(1);
  });

  it.each([
    [
      'update',
      'mutation { updateTask(id: "00000000-0000-7000-8000-000000000001", input: {open: true}) { id } }',
      'UPDATE "Task"',
    ],
    [
      'delete',
      'mutation { deleteTask(id: "00000000-0000-7000-8000-000000000001") { id } }',
      'DELETE FROM "Task"',
    ],
  ])('shows an %s of a row as the one statement that it is', async (_kind, text, part) => {
    const explained = await explainAsJson('--text', text, ...ANN);
    expect(explained).toMatchObject({ code: 0, kind: 'mutation', compiled: true });
    expect(explained.statements).toHaveLength(1);
    expect(explained.statements[0].text).toContain(part);
  });

  it('undoes what a mutation wrote that is run', async () => {
    const text = 'mutation { deleteTasks(where: {}) { count } }';
    const before = await count();
    const explained = await explainAsJson('--text', text, '--run', '--analyze');
    expect(explained.errors).toEqual([]);
    expect(explained.statements.some(({ text }: { text: string }) => text.startsWith('DELETE'))).toBe(true);
    expect(await count()).toBe(before);
    expect(before).toBe(1);
  });

  it('shows a create as the one statement that it is, and stores nothing', async () => {
    const before = await count();
    const text = 'mutation { createTask(input: {title: "new"}) { id title } }';
    const explained = await explainAsJson('--text', text, ...ANN, '--analyze');
    expect(explained).toMatchObject({ code: 0, kind: 'mutation', compiled: true });
    expect(explained.statements).toHaveLength(1);
    expect(explained.statements[0].text).toContain('INSERT INTO "Task"');
    expect(await count()).toBe(before);
  });
});

describe('what would be refused', () => {
  it('costs too much: exit code 1, cost and limit', async () => {
    const text = '{ tasks(limit: 1000) { parts(limit: 1000) { id } } }';
    const explained = await explainAsJson('--text', text);
    expect(explained).toMatchObject({
      code: 1,
      cost: 1_001_001,
      errors: [{ code: 'OPERATION_TOO_COMPLEX' }],
    });
    expect(explained.errors[0].message).toContain('limit is 500000');
  });

  it('does not take its variables', async () => {
    const { code, out } = await explain(operation('list'), '--variables', '{"n": "many"}');
    expect(code).toBe(1);
    expect(out).toContain('BAD_USER_INPUT Variable "$n"');
  });

  it.each([
    ['does not parse', ['--text', '{ tasks '], /^\(text\):1:9 Syntax Error/],
    [
      'does not fit the API',
      ['--text', '{ tasks { titel } }'],
      /^\(text\):1:11 Cannot query field "titel".*Did you mean "title"\?/,
    ],
    [
      'is of a kind that the API does not have',
      ['--text', 'subscription { x }'],
      /^\(text\):1:1 The API has no subscriptions\./,
    ],
    ['has another name', ['--text', '{ tasks { id } }', '--operation', 'X'], /no operation "X"/],
  ])('%s', async (_name, args, message) => {
    const { code, err } = await explain(...args);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it('is one of several that nobody named', async () => {
    const { code, err } = await explain(operation('two'));
    expect([code, err]).toEqual([1, expect.stringContaining('name one of One, Two with --operation')]);
    expect(await explainAsJson(operation('two'), '--operation', 'One')).toMatchObject({
      code: 0,
      name: 'One',
    });
    expect((await explain(operation('two'), '--operation', 'Tow')).err).toContain('Did you mean "Two"?');
  });
});

it.each([
  ['nothing to explain', []],
  ['two things to explain', ['a.graphql', '--text', '{ tasks { id } }']],
  ['variables that are none', ['--text', '{ tasks { id } }', '--variables', '[1]']],
  ['a viewer that is none', ['--text', '{ tasks { id } }', '--as', '{"idd": 1}']],
  ['an option that does not exist', ['--text', '{ tasks { id } }', '--plans']],
])('exits with 2 for %s', async (_name, args) => {
  expect((await explain(...args)).code).toBe(2);
});

it('says that a database is behind the schema', async () => {
  const other = mkdtempSync(join(tmpdir(), 'plinth-explain-'));
  try {
    cpSync(directory, other, { recursive: true });
    writeFileSync(
      join(other, 'schema.graphql'),
      SDL.replaceAll('open:', 'opened:').replaceAll('this.open', 'this.opened'),
    );
    const { code, err } = await plinth(
      'explain',
      '--project',
      other,
      '--text',
      '{ tasks { id } }',
      '--plan',
      ...ANN,
    );
    expect([code, err]).toEqual([1, expect.stringContaining('The database is behind schema.graphql')]);
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});
