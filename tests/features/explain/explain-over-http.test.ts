import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/index.ts';
import { type Db, openPool, syncDevelopment } from '../../../src/data/index.ts';
import { buildApp } from '../../../src/pipeline.ts';
import { desiredState } from '../../../src/project/desired-state.ts';
import { findProject, readSources } from '../../../src/project/find-project.ts';
import { prepareTables } from '../../../src/project/prepare-tables.ts';
import { serveProject } from '../../../src/project/serve-project.ts';
import { makeLog } from '../../../src/serve/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';

/** Who is told why, and who is not, as they see it over HTTP. */
const SDL = `
type Person @model @access(read: "true", update: "this.name == viewer.id") {
  id: ID!
  name: String! @unique
  email: String @access(read: "this.name == viewer.id")
  salary: Int @access(read: "'office' in viewer.roles")
  posts: [Post!]! @access(read: "this.name == viewer.id")
  boss: Person @relation(name: "boss") @access(read: "this.name == viewer.id")
  reports: [Person!]! @relation(name: "boss")
}
type Post @model @access(read: "true", create: "viewer != null") { id: ID!  title: String!  author: Person! }
`;
const KEY = 'tests-only-2hS8pQ0vXk6Zr4Wm';
const ANN = { 'x-plinth-admin-key': KEY, 'x-plinth-as': '{"id": "ann", "roles": []}' };
const ADMIN = { 'x-plinth-admin-key': KEY };
const BENS = '00000000-0000-7000-8000-000000000002';

let database: TestDatabase;
let db: Db;
const stops: (() => Promise<unknown>)[] = [];
const urls: Record<string, string> = {};

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-explain-'));
  writeFileSync(join(directory, 'schema.graphql'), SDL);
  const project = findProject(directory);
  const built = buildApp(readSources(project));
  database = await createDatabase();
  db = openPool({ url: database.url, max: 6 });
  await syncDevelopment({ url: database.url, projectDir: directory, ...desiredState(built) });
  await prepareTables(db);
  await db.execute(`INSERT INTO "Person" (id, name, email, salary) VALUES
    ('00000000-0000-7000-8000-000000000001', 'ann', NULL, 1), ('${BENS}', 'ben', NULL, 2), (gen_random_uuid(), 'cat', 'c@x.org', 3)`);
  for (const [name, mode, compile] of [
    ['development', 'development', '1'],
    ['resolvers', 'development', '0'],
    ['production', 'production', '1'],
  ] as const) {
    const settings = {
      PLINTH_ADMIN_KEY: KEY,
      PLINTH_SECRET: 'tests-only-secret-of-32-characters-and-more',
      PLINTH_COMPILE: compile,
      LOG_LEVEL: 'silent',
    };
    const config = readConfig(settings, { mode, commandLine: { port: 0 } });
    const shared = { db, url: database.url, embedded: false, close: async () => undefined };
    const server = await serveProject({ project, config, built, database: shared, log: makeLog(config) });
    urls[name] = server.url;
    stops.push(() => server.stop());
  }
  stops.push(async () => rmSync(directory, { recursive: true, force: true }));
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await db?.close();
  await database?.drop();
});

interface Told {
  data: unknown;
  errors?: { extensions: { code: string; access?: { because: string; denied: string } } }[];
  extensions?: { access?: { hidden?: unknown } };
}

async function ask(server: string, query: string, headers: Record<string, string>): Promise<Told> {
  const response = await fetch(new URL('/graphql', urls[server]), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Told;
}

const DENIED = `mutation { updatePerson(id: "${BENS}", input: {name: "x"}) { id } }`;
const HIDDEN =
  '{ people(orderBy: [{name: ASC}]) { name email salary posts { title } postsAggregate { count } boss { name } } }';

describe('why a request was denied', () => {
  it.each([
    ['development', ANN],
    ['resolvers', ANN],
    ['production', ANN],
  ])('is told to who has the admin key: %s', async (server, headers) => {
    const { errors, data } = await ask(server, DENIED, headers);
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      access: {
        denied: 'update Person',
        because: expect.stringContaining('this.name is "ben", viewer.id is "ann"'),
      },
    });
  });

  it('is told to everybody in development, and to nobody else in production', async () => {
    const development = await ask('development', DENIED, {});
    expect(development.errors?.[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      access: { denied: 'update Person' },
    });
    const production = await ask('production', DENIED, {});
    expect(production.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(JSON.stringify(production)).not.toMatch(/access|this\.name/);
  });
});

describe('what field rules have hidden', () => {
  it.each(['development', 'resolvers'])('is counted by field in development: %s', async (server) => {
    const { extensions, errors } = await ask(server, HIDDEN, ANN);
    expect(errors).toBeUndefined();
    // A null that is the value itself, such as Ann's own address, is not hidden.
    expect(extensions?.access?.hidden).toEqual({
      'Person.email': 2,
      'Person.salary': 3,
      'Person.posts': 4,
      'Person.boss': 2,
    });
  });

  it('is counted in what a mutation answers', async () => {
    const { extensions, data } = await ask(
      'development',
      'mutation { updatePerson(id: "00000000-0000-7000-8000-000000000001", input: {name: "ann"}) { name email salary } }',
      ANN,
    );
    expect(data).toEqual({ updatePerson: { name: 'ann', email: null, salary: null } });
    expect(extensions?.access?.hidden).toEqual({ 'Person.salary': 1 });
  });

  it('is not mentioned where nothing is, to the administrator, or in production', async () => {
    expect((await ask('development', '{ people { name } }', ANN)).extensions).toBeUndefined();
    expect((await ask('development', HIDDEN, ADMIN)).extensions).toBeUndefined();
    for (const headers of [ANN, ADMIN, {}]) {
      expect((await ask('production', HIDDEN, headers)).extensions).toBeUndefined();
    }
  });
});
