import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../../src/query/explain/index.ts';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';

const SDL = `
type Team @model @access(read: "this.members.exists(m, m.person == viewer.id)", create: "true", update: "true", delete: "true") {
  id: ID!
  name: String!
  members: [Member!]!
  tasks: [Task!]!
}
type Member @model @access(read: "true", create: "true") {
  id: ID!
  person: String!
  team: Team!
}
type Task @model @access(
  read: "can(this.team, 'read') && (!this.secret || 'admin' in viewer.roles)"
  create: "viewer != null && this.owner == viewer.id"
  update: "this.owner == viewer.id || 'admin' in viewer.roles"
) {
  id: ID!
  owner: String
  title: String!
  secret: Boolean! @default(value: false)
  budget: Int @access(write: "this.owner == viewer.id && this.budget < 100")
  team: Team!
}
extend type Query {
  report: String! @access(call: "viewer.emailVerified && 'admin' in viewer.roles")
}
`;

const ANN = as('ann');
const BEN = as('ben');
let app: TestApp;
const ids = { team: '', ann: '', hidden: '' };

beforeAll(async () => {
  app = await createTestApp(SDL, { explain: true, resolvers: { Query: { report: () => 'r' } } });
  const made = await app.data<{ createTeam: { id: string; tasks: { id: string; title: string }[] } }>(
    `mutation { createTeam(input: {name: "T", members: {create: [{person: "ann"}, {person: "ben"}]}, tasks: {create: [
      {owner: "ann", title: "ann"}, {owner: "ann", title: "hidden", secret: true}]}}) { id tasks { id title } } }`,
  );
  const idOf = (title: string) => made.createTeam.tasks.find((task) => task.title === title)?.id ?? '';
  Object.assign(ids, { team: made.createTeam.id, ann: idOf('ann'), hidden: idOf('hidden') });
});
afterAll(() => app.close());

async function why(source: string, viewer = BEN, variables: Record<string, unknown> = ids) {
  const answer = await app.graphql(source, variables, viewer);
  return { code: answer.codes[0], access: answer.errors[0]?.access as Explanation };
}

describe('an update that is refused before it is done', () => {
  it('shows each term, what it came to and what it saw', async () => {
    const { code, access } = await why(
      'mutation($ann: ID!) { updateTask(id: $ann, input: {title: "x"}) { id } }',
    );
    expect(code).toBe('FORBIDDEN');
    expect(access).toMatchObject({
      denied: 'update Task',
      model: 'Task',
      id: ids.ann,
      viewer: { id: 'ben' },
      verdicts: [
        {
          image: 'before',
          rule: {
            text: "this.owner == viewer.id || 'admin' in viewer.roles",
            place: 'schema.graphql:16:12',
            holds: 'false',
            terms: [
              {
                text: 'this.owner == viewer.id',
                place: 'schema.graphql:16:12',
                holds: 'false',
                values: { 'this.owner': 'ann', 'viewer.id': 'ben' },
              },
              {
                text: "'admin' in viewer.roles",
                place: 'schema.graphql:16:39',
                holds: 'false',
                values: { 'viewer.roles': [] },
              },
            ],
          },
        },
      ],
    });
    expect(access.because).toContain(
      '`this.owner == viewer.id` is false (this.owner is "ann", viewer.id is "ben")',
    );
  });

  it('takes one statement more, in the same transaction', async () => {
    app.statements();
    await why('mutation($ann: ID!) { updateTask(id: $ann, input: {title: "x"}) { id } }');
    expect(app.statements().filter((text) => text.includes("THEN 'true'"))).toHaveLength(1);
    expect(await app.data('{ tasks(where: {title: {eq: "x"}}) { id } }')).toEqual({ tasks: [] });
  });
});

describe('an update that is refused after it is done', () => {
  it('shows the row before and after', async () => {
    const { code, access } = await why(
      'mutation($ann: ID!) { updateTask(id: $ann, input: {owner: "ben"}) { id } }',
      ANN,
    );
    expect(code).toBe('FORBIDDEN');
    const seen = access.verdicts.map(({ image, rule }) => [
      image,
      rule.holds,
      rule.terms?.[0]?.values?.['this.owner'],
    ]);
    expect(seen).toEqual([
      ['before', 'true', 'ann'],
      ['after', 'false', 'ben'],
    ]);
    expect(access.because).toContain('of the row as it would be stored');
  });

  it('says unknown where a value is missing', async () => {
    const { access } = await why(
      'mutation($ann: ID!) { updateTask(id: $ann, input: {owner: null}) { id } }',
      ANN,
    );
    expect(access.verdicts[1]?.rule.terms?.[0]).toMatchObject({
      holds: 'unknown',
      values: { 'this.owner': null, 'viewer.id': 'ann' },
    });
  });

  it('names the field whose rule refused', async () => {
    const { access } = await why(
      'mutation($ann: ID!) { updateTask(id: $ann, input: {budget: 500}) { id } }',
      ANN,
    );
    expect(access).toMatchObject({ denied: 'write Task.budget' });
  });
});

describe('a row that cannot be read', () => {
  it('is explained through can(), down to the rule of the other model', async () => {
    const cat = as('cat');
    const { code, access } = await why(
      'mutation($ann: ID!) { updateTask(id: $ann, input: {title: "x"}) { id } }',
      cat,
    );
    expect(code).toBe('NOT_FOUND');
    expect(access.denied).toBe('read Task');
    const [can] = access.verdicts[0]?.rule.terms ?? [];
    expect(can).toMatchObject({
      text: "can(this.team, 'read')",
      holds: 'false',
      terms: [
        {
          text: 'this.members.exists(m, m.person == viewer.id)',
          place: 'schema.graphql:2:33',
          holds: 'false',
          values: { 'this.members.size()': 2, 'viewer.id': 'cat' },
        },
      ],
    });
  });

  it('is told from a row that is not there', async () => {
    const hidden = await why(
      'mutation($hidden: ID!) { updateTask(id: $hidden, input: {title: "x"}) { id } }',
    );
    expect(hidden.code).toBe('NOT_FOUND');
    expect(hidden.access.because).toContain('`!this.secret`');
    const absent = await why(
      'mutation { updateTask(id: "0190a0a0-0000-7000-8000-000000000000", input: {title: "x"}) { id } }',
    );
    expect(absent).toMatchObject({
      code: 'NOT_FOUND',
      access: { because: 'There is no Task with this id.', verdicts: [] },
    });
  });
});

describe('a nested write', () => {
  it('shows what was written before it', async () => {
    const { code, access } = await why(
      'mutation($team: ID!) { updateTeam(id: $team, input: {name: "N", tasks: {create: [{title: "t", owner: "ann"}]}}) { id } }',
    );
    expect(code).toBe('FORBIDDEN');
    expect(access.denied).toBe('create Task');
    expect(access.chain?.map(({ operation, model }) => `${operation} ${model}`)).toEqual([
      'update Team',
      'create Task',
    ]);
    expect(access.chain?.at(-1)?.id).toBe(access.id);
  });
});

describe('a conflict with a row that cannot be read', () => {
  it('says which rule hides it', async () => {
    const { code, access } = await why(
      'mutation($hidden: ID!, $team: ID!) { upsertTask(by: {id: $hidden}, create: {title: "t", owner: "ben", team: {connect: {id: $team}}}, update: {title: "t"}) { id } }',
    );
    expect(code).toBe('CONFLICT');
    expect(access).toMatchObject({ denied: 'read Task', id: ids.hidden });
    expect(access.because).toContain('`!this.secret`');
  });
});

describe('what no row could allow', () => {
  it('names the rule that is missing', async () => {
    const { access } = await why('mutation($ann: ID!) { deleteTask(id: $ann) { id } }');
    expect(access.because).toBe(
      '@access of Task does not name delete, so nobody may, except with the admin key.',
    );
  });

  it('says which terms the viewer alone decides', async () => {
    const { code, access } = await why(
      'mutation($team: ID!) { createTask(input: {title: "x", team: {connect: {id: $team}}}) { id } }',
      SIGNED_OUT,
    );
    expect(code).toBe('UNAUTHENTICATED');
    expect(access.viewer).toBeNull();
    expect(access.verdicts[0]?.rule).toMatchObject({
      holds: 'false',
      terms: [{ text: 'viewer != null', holds: 'false' }, { holds: 'unknown' }],
    });
  });

  it('explains custom fields', async () => {
    const { access } = await why('{ report }');
    expect(access).toMatchObject({
      denied: 'call report',
      verdicts: [
        { rule: { terms: [{ text: 'viewer.emailVerified', holds: 'unknown' }, { holds: 'false' }] } },
      ],
    });
  });
});

describe('elsewhere', () => {
  it('nothing is explained to viewers, and no statement is spent on it', async () => {
    const quiet = await createTestApp(SDL, { resolvers: { Query: { report: () => 'r' } } });
    try {
      const answer = await quiet.graphql(
        'mutation { updateTask(id: "0190a0a0-0000-7000-8000-000000000000", input: {title: "x"}) { id } }',
        {},
        ANN,
      );
      expect(answer.codes).toEqual(['NOT_FOUND']);
      expect(answer.errors[0]?.access).toBeUndefined();
      const called = await quiet.graphql('{ report }', {}, ANN);
      expect(called.errors[0]?.access).toBeUndefined();
      expect(quiet.statements().filter((text) => text.includes("THEN 'true'"))).toEqual([]);
    } finally {
      await quiet.close();
    }
  });
});
