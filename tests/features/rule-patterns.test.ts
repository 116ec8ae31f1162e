import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ViewerState } from '../../src/model/viewer.ts';
import { buildApp } from '../../src/pipeline.ts';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../support/app.ts';

/** The worked patterns of `docs/rules.md`, as they stand there: each builds without a warning and does what it says. */
const guide = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
const patterns = new Map(
  (guide.split('\n## Patterns\n')[1]?.split(/\n## /)[0] ?? '').split(/\n### /).flatMap((section) => {
    const sdl = /```graphql\n([\s\S]*?)```/.exec(section)?.[1];
    const title = section.split('\n')[0] ?? '';
    return sdl === undefined ? [] : [[title, sdl] as const];
  }),
);

const uuid = (n: number): string => `00000000-0000-7000-8000-00000000000${n}`;
const ANN = as(uuid(1));
const BEN = as(uuid(2));

let app: TestApp | undefined;
afterEach(() => app?.close());

type Step = readonly [string, ViewerState, unknown];
/** What comes before the steps: SQL, and what the administrator writes. */
interface Scenario {
  readonly sql?: string;
  readonly steps: readonly Step[];
}

const users = (...rows: string[]): string =>
  `INSERT INTO "User" (id) VALUES ${rows.map((id) => `('${id}')`)}`;
const refused = (code: string) => ({ refused: code });
const forbidden = refused('FORBIDDEN');
const signIn = refused('UNAUTHENTICATED');
const absent = refused('NOT_FOUND');
const U12 = users(uuid(1), uuid(2));

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  Owner: {
    sql: `${U12}; INSERT INTO "Note" (id, text, "ownerId") VALUES ('${uuid(5)}', 'anns', '${uuid(1)}')`,
    steps: [
      [
        'mutation { createNote(input: {text: "bens"}) { owner { id } } }',
        BEN,
        { createNote: { owner: { id: uuid(2) } } },
      ],
      ['{ notes { text } }', BEN, { notes: [{ text: 'bens' }] }],
      [`mutation { updateNote(id: "${uuid(5)}", input: {text: "x"}) { text } }`, BEN, absent],
      [
        `mutation { updateNote(id: "${uuid(5)}", input: {text: "x"}) { text } }`,
        ANN,
        { updateNote: { text: 'x' } },
      ],
      [`mutation { deleteNote(id: "${uuid(5)}") { text } }`, SIGNED_OUT, signIn],
      ['{ notes { text } }', SIGNED_OUT, signIn],
    ],
  },
  'Public read': {
    sql: `${U12}; INSERT INTO "Review" (id, text, "authorId") VALUES ('${uuid(5)}', 'anns', '${uuid(1)}')`,
    steps: [
      ['{ reviews { text } }', SIGNED_OUT, { reviews: [{ text: 'anns' }] }],
      ['mutation { createReview(input: {text: "t"}) { text } }', SIGNED_OUT, signIn],
      ['mutation { createReview(input: {text: "t"}) { text } }', BEN, { createReview: { text: 't' } }],
      [`mutation { updateReview(id: "${uuid(5)}", input: {text: "x"}) { text } }`, BEN, forbidden],
      [`mutation { deleteReview(id: "${uuid(5)}") { text } }`, ANN, { deleteReview: { text: 'anns' } }],
    ],
  },
  'Draft and published': {
    sql: `${U12}; INSERT INTO "Post" (id, title, published, "authorId") VALUES ('${uuid(5)}', 'draft', false, '${uuid(1)}'), ('${uuid(6)}', 'out', true, '${uuid(1)}')`,
    steps: [
      ['{ posts(orderBy: [{title: ASC}]) { title } }', SIGNED_OUT, { posts: [{ title: 'out' }] }],
      ['{ posts(orderBy: [{title: ASC}]) { title } }', BEN, { posts: [{ title: 'out' }] }],
      [
        '{ posts(orderBy: [{title: ASC}]) { title } }',
        ANN,
        { posts: [{ title: 'draft' }, { title: 'out' }] },
      ],
      [`mutation { updatePost(id: "${uuid(5)}", input: {published: true}) { title } }`, ANN, forbidden],
      ['mutation { createPost(input: {title: "t", published: true}) { title } }', ANN, forbidden],
      [
        'mutation { createPost(input: {title: "t"}) { published } }',
        ANN,
        { createPost: { published: false } },
      ],
      [`mutation { deletePost(id: "${uuid(6)}") { title } }`, ANN, forbidden],
      [
        `mutation { updatePost(id: "${uuid(5)}", input: {published: true}) { title } }`,
        as(uuid(2), 'editor'),
        { updatePost: { title: 'draft' } },
      ],
    ],
  },
  Team: {
    sql: `${users(uuid(1), uuid(2), uuid(3))}; INSERT INTO "Team" (id, name) VALUES ('${uuid(5)}', 'red');
      INSERT INTO "Membership" (id, role, "teamId", "userId") VALUES ('${uuid(6)}', 'OWNER', '${uuid(5)}', '${uuid(1)}'), ('${uuid(7)}', 'MEMBER', '${uuid(5)}', '${uuid(2)}');
      INSERT INTO "Project" (id, name, "teamId") VALUES ('${uuid(8)}', 'p', '${uuid(5)}')`,
    steps: [
      ['{ teams { name projects { name } } }', BEN, { teams: [{ name: 'red', projects: [{ name: 'p' }] }] }],
      ['{ teams { name } projects { name } }', as(uuid(3)), { teams: [], projects: [] }],
      [
        `mutation { createTask(input: {title: "t", project: {connect: {id: "${uuid(8)}"}}}) { project { name } } }`,
        BEN,
        { createTask: { project: { name: 'p' } } },
      ],
      [
        `mutation { createTask(input: {title: "t", project: {connect: {id: "${uuid(8)}"}}}) { title } }`,
        as(uuid(3)),
        absent,
      ],
      ['mutation { deleteTasks(where: {}) { count } }', BEN, { deleteTasks: { count: 0 } }],
      ['mutation { deleteTasks(where: {}) { count } }', ANN, { deleteTasks: { count: 1 } }],
      [`mutation { updateMembership(id: "${uuid(7)}", input: {role: OWNER}) { role } }`, BEN, forbidden],
      [
        `mutation { createMembership(input: {team: {connect: {id: "${uuid(5)}"}}, user: {connect: {id: "${uuid(3)}"}}}) { role } }`,
        BEN,
        forbidden,
      ],
      // Two rows at once do not allow each other.
      [
        `mutation { updateTeam(id: "${uuid(5)}", input: {members: {create: [{user: {connect: {id: "${uuid(3)}"}}, role: OWNER}, {user: {connect: {id: "${uuid(2)}"}}, role: OWNER}]}}) { name } }`,
        BEN,
        forbidden,
      ],
      [
        `mutation { createMemberships(inputs: [{team: {connect: {id: "${uuid(5)}"}}, user: {connect: {id: "${uuid(3)}"}}, role: OWNER}, {team: {connect: {id: "${uuid(5)}"}}, user: {connect: {id: "${uuid(2)}"}}, role: OWNER}]) { id } }`,
        BEN,
        refused('CONFLICT'),
      ],
      [
        `mutation { createMembership(input: {team: {connect: {id: "${uuid(5)}"}}, user: {connect: {id: "${uuid(3)}"}}}) { role } }`,
        ANN,
        { createMembership: { role: 'MEMBER' } },
      ],
      ['{ teams { name } }', as(uuid(3)), { teams: [{ name: 'red' }] }],
      [
        `mutation { deleteMembership(id: "${uuid(7)}") { role } }`,
        BEN,
        { deleteMembership: { role: 'MEMBER' } },
      ],
      ['{ teams { name } }', BEN, { teams: [] }],
    ],
  },
  Tenant: {
    steps: [
      [
        'mutation { createCustomer(input: {number: 1}) { tenant } }',
        tenant('a'),
        { createCustomer: { tenant: 'a' } },
      ],
      [
        'mutation { createCustomer(input: {number: 1}) { tenant } }',
        tenant('b'),
        { createCustomer: { tenant: 'b' } },
      ],
      ['mutation { createCustomer(input: {number: 1}) { tenant } }', tenant('b'), refused('CONFLICT')],
      [
        '{ customers { tenant } customersAggregate { count } }',
        tenant('b'),
        { customers: [{ tenant: 'b' }], customersAggregate: { count: 1 } },
      ],
      ['{ customers { tenant } }', ANN, forbidden],
      ['mutation { createCustomer(input: {number: 2}) { tenant } }', SIGNED_OUT, signIn],
    ],
  },
  'Tenant of the account': {
    sql: `INSERT INTO "Company" (id, name) VALUES ('${uuid(5)}', 'a'), ('${uuid(6)}', 'b');
      INSERT INTO "User" (id, "companyId") VALUES ('${uuid(1)}', '${uuid(5)}'), ('${uuid(2)}', '${uuid(6)}'), ('${uuid(3)}', NULL);
      INSERT INTO "Order" (id, title, "companyId") VALUES ('${uuid(7)}', 'of a', '${uuid(5)}')`,
    steps: [
      [
        '{ orders { title } companies { name } users { id } }',
        ANN,
        { orders: [{ title: 'of a' }], companies: [{ name: 'a' }], users: [{ id: uuid(1) }] },
      ],
      ['{ orders { title } }', BEN, { orders: [] }],
      [
        '{ orders { title } companies { name } users { id } }',
        as(uuid(3)),
        { orders: [], companies: [], users: [] },
      ],
      [
        `mutation { updateOrder(id: "${uuid(7)}", input: {company: {connect: {id: "${uuid(6)}"}}}) { title } }`,
        ANN,
        absent,
      ],
      [
        `mutation { createOrder(input: {title: "t", company: {connect: {id: "${uuid(5)}"}}}) { title } }`,
        BEN,
        absent,
      ],
      [
        `mutation { createOrder(input: {title: "t", company: {connect: {id: "${uuid(5)}"}}}) { title } }`,
        ANN,
        { createOrder: { title: 't' } },
      ],
    ],
  },
  Administrators: {
    steps: [
      [
        'mutation { createReport(input: {text: "t"}) { reporter } }',
        ANN,
        { createReport: { reporter: uuid(1) } },
      ],
      ['{ reports { text } }', BEN, { reports: [] }],
      ['{ reports { text } }', as(uuid(2), 'admin'), { reports: [{ text: 't' }] }],
      ['mutation { updateReports(where: {}, input: {text: "x"}) { count } }', ANN, forbidden],
      ['mutation { deleteReports(where: {}) { count } }', SIGNED_OUT, signIn],
      [
        'mutation { deleteReports(where: {}) { count } }',
        as(uuid(2), 'admin'),
        { deleteReports: { count: 1 } },
      ],
    ],
  },
  'Time window': {
    sql: `INSERT INTO "Message" (id, text, author, "sentAt") VALUES ('${uuid(5)}', 'old', '${uuid(1)}', now() - interval '11 minutes'), ('${uuid(6)}', 'new', '${uuid(1)}', now() - interval '9 minutes');
      INSERT INTO "Offer" (id, title, "from", until) VALUES (gen_random_uuid(), 'past', '2000-01-01', '2000-01-02'), (gen_random_uuid(), 'lasting', '2000-01-01', NULL), (gen_random_uuid(), 'coming', '2999-01-01', NULL)`,
    steps: [
      [
        `mutation { updateMessage(id: "${uuid(6)}", input: {text: "x"}) { text } }`,
        ANN,
        { updateMessage: { text: 'x' } },
      ],
      [`mutation { updateMessage(id: "${uuid(5)}", input: {text: "x"}) { text } }`, ANN, forbidden],
      [`mutation { updateMessage(id: "${uuid(6)}", input: {text: "x"}) { text } }`, BEN, forbidden],
      [
        `mutation { updateMessage(id: "${uuid(6)}", input: {sentAt: "2999-01-01T00:00:00Z"}) { text } }`,
        ANN,
        forbidden,
      ],
      [
        'mutation { createMessage(input: {text: "t", sentAt: "2999-01-01T00:00:00Z"}) { text } }',
        ANN,
        forbidden,
      ],
      ['mutation { createMessage(input: {text: "t"}) { text } }', ANN, { createMessage: { text: 't' } }],
      ['{ offers { title } }', SIGNED_OUT, { offers: [{ title: 'lasting' }] }],
    ],
  },
  'Private fields': {
    sql: `INSERT INTO "Person" (id, account, name, email, salary) VALUES ('${uuid(5)}', '${uuid(1)}', 'ann', 'a@x.org', 7)`,
    steps: [
      ['{ people { name email salary } }', BEN, { people: [{ name: 'ann', email: null, salary: null }] }],
      [
        '{ people { name email salary } }',
        ANN,
        { people: [{ name: 'ann', email: 'a@x.org', salary: null }] },
      ],
      [
        '{ people { name email salary } }',
        as(uuid(2), 'office'),
        { people: [{ name: 'ann', email: null, salary: 7 }] },
      ],
      ['{ people(where: {email: {startsWith: "a"}}) { name } }', BEN, { people: [] }],
      ['{ people(orderBy: [{salary: ASC}]) { name } }', ANN, forbidden],
      [`mutation { updatePerson(id: "${uuid(5)}", input: {salary: 9}) { name } }`, ANN, forbidden],
      [
        `mutation { updatePerson(id: "${uuid(5)}", input: {email: "z@x.org"}) { name } }`,
        as(uuid(2), 'office'),
        forbidden,
      ],
    ],
  },
};

function tenant(name: string): ViewerState {
  return { kind: 'viewer', id: 'someone', claims: { tenant: name } };
}

describe('the guide to rules', () => {
  it('has the patterns that are tried here, and no others', () => {
    expect([...patterns.keys()].sort()).toEqual(Object.keys(SCENARIOS).sort());
  });

  it.each([...patterns])('%s does what it says', async (title, sdl) => {
    expect(buildApp([{ file: 'schema.graphql', text: sdl }], []).warnings).toEqual([]);
    app = await createTestApp(sdl);
    const scenario = SCENARIOS[title];
    for (const statement of scenario?.sql?.split(';') ?? []) await app.db.execute(statement);
    for (const [operation, viewer, expected] of scenario?.steps ?? []) {
      const { data, codes } = await app.graphql(operation, {}, viewer);
      const code = (expected as { refused?: string }).refused;
      if (code === undefined) expect({ data, codes }, operation).toEqual({ data: expected, codes: [] });
      else expect({ data, codes }, operation).toEqual({ data: null, codes: [code] });
    }
  });
});
