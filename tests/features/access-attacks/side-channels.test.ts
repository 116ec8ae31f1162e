import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ViewerState } from '../../../src/model/viewer.ts';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';

/** Ways to learn of what one may not read without ever being answered it: refusals, counts, cursors, conflicts, work done. */
const OWN = 'this.owner == viewer.id';
const SDL = `
type Note @model @access(read: "${OWN}", create: "viewer.claims.writer && ${OWN}", update: "${OWN}", delete: "${OWN}") {
  id: ID!
  slug: String! @unique
  owner: String!
  tags: [Tag!]!
}
type Tag @model @access(read: "true", create: "true", update: "true") { id: ID!  name: String! @unique  notes: [Note!]! }
type Worker @model @access(read: "true", create: "true", update: "true") {
  id: ID!
  name: String! @unique
  pay: Int @constraint(max: 1000) @access(read: "this.name == viewer.id || 'office' in viewer.roles")
  points: Int @access(read: "'office' in viewer.roles")
  version: Int! @version @access(read: "'office' in viewer.roles")
  boss: Worker @relation(name: "boss")
  reports: [Worker!]! @relation(name: "boss")
  mentor: Worker @relation(name: "mentor") @access(read: "this.name == viewer.id")
  pupils: [Worker!]! @relation(name: "mentor") @access(read: "this.name == viewer.id")
  friends: [Worker!]! @relation(name: "friends") @access(read: "'office' in viewer.roles")
  friendOf: [Worker!]! @relation(name: "friends")
  desk: Desk @access(read: "this.name == viewer.id")
}
type Desk @model @access(read: "true", create: "true", update: "true", delete: "true") {
  id: ID!  number: Int! @unique  worker: Worker @unique
}
type Size @model @access(read: "this.a * this.b > 1.0 && this.a / this.b < 5.0 || ${OWN}", create: "true") {
  id: ID!  a: Float  b: Float  owner: String
}
type Task @model @access(read: "${OWN}", create: "true", update: "true") { id: ID!  owner: String!  comments: [Comment!]! }
type Sender @model @access(read: "this.id == 'nobody'") { id: ID! @id(auto: NONE)  letters: [Letter!]! }
type Letter @model @access(read: "can(this.from, 'read')", create: "true") {
  id: ID!  text: String!  from: Sender! @preset(create: "viewer.id")
}
type Comment @model @access(read: "can(this.task, 'read')", create: "true", update: "true") { id: ID!  task: Task! }
`;

let app: TestApp;
const ANN = as('ann');
const OFFICE = as('olga', 'office');
const WRITER: ViewerState = { kind: 'viewer', id: 'ann', claims: { writer: true } };
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());

let ids: Record<string, string>;
beforeEach(async () => {
  await app.db.execute(
    'TRUNCATE "Note", "Tag", "Worker", "Desk", "Size", "Task", "Comment", "Sender", "Letter" CASCADE',
  );
  const made = await app.data<Record<string, { id: string }>>(`mutation {
    mine: createNote(input: {slug: "mine", owner: "ann", tags: {create: [{name: "t"}]}}) { id }
    foreign: createNote(input: {slug: "foreign", owner: "ben"}) { id }
    ben: createWorker(input: {name: "ben", pay: 990, points: 5}) { id }
    sender: createSender(input: {id: "ben"}) { id }
    ann: createWorker(input: {name: "ann", pay: 10, points: 5, boss: {connect: {name: "ben"}}}) { id }
  }`);
  ids = Object.fromEntries(Object.entries(made).map(([name, { id }]) => [name, id]));
});

const ask = (source: string, viewer: ViewerState = ANN) =>
  app.graphql(
    source.replace(/\$(\w+)/g, (_, name: string) => JSON.stringify(ids[name])),
    {},
    viewer,
  );

describe('a hidden row and one that is not there', () => {
  const nobody = '00000000-0000-7000-8000-000000000000';
  it.each<[string, (id: string, slug: string) => string]>([
    ['by id', (id) => `{ note(id: "${id}") { slug } }`],
    ['by unique', (_, slug) => `{ noteBySlug(slug: "${slug}") { slug } }`],
    ['node', (id) => `{ node(id: "${id}") { id } }`],
    ['nodes', (id) => `{ nodes(ids: ["${id}"]) { id } }`],
    ['filter', (_, slug) => `{ notes(where: {slug: {startsWith: "${slug}"}}) { slug } }`],
    ['relation filter', (_, slug) => `{ tags(where: {notes: {some: {slug: {eq: "${slug}"}}}}) { name } }`],
    ['aggregate', (_, slug) => `{ notesAggregate(where: {slug: {eq: "${slug}"}}) { count max { slug } } }`],
    [
      'total',
      (_, slug) => `{ notesConnection(where: {slug: {eq: "${slug}"}}) { totalCount edges { cursor } } }`,
    ],
    ['update', (id) => `mutation { updateNote(id: "${id}", input: {slug: "x"}) { slug } }`],
    [
      'update with a version',
      (id) => `mutation { updateNote(id: "${id}", input: {slug: "x", tags: {set: []}}) { slug } }`,
    ],
    ['delete', (id) => `mutation { deleteNote(id: "${id}") { slug } }`],
    [
      'update of many',
      (_, slug) =>
        `mutation { updateNotes(where: {slug: {eq: "${slug}"}}, input: {owner: "ann"}) { count } }`,
    ],
    ['delete of many', (_, slug) => `mutation { deleteNotes(where: {slug: {eq: "${slug}"}}) { count } }`],
    [
      'connect',
      (_, slug) =>
        `mutation { updateTag(id: $tag, input: {notes: {connect: [{slug: "${slug}"}]}}) { name } }`,
    ],
    [
      'set',
      (_, slug) => `mutation { updateTag(id: $tag, input: {notes: {set: [{slug: "${slug}"}]}}) { name } }`,
    ],
    [
      'disconnect',
      (id) => `mutation { updateTag(id: $tag, input: {notes: {disconnect: [{id: "${id}"}]}}) { name } }`,
    ],
    [
      'nested update',
      (id) =>
        `mutation { updateTag(id: $tag, input: {notes: {update: [{by: {id: "${id}"}, input: {slug: "x"}}]}}) { name } }`,
    ],
    [
      'nested delete',
      (id) => `mutation { updateTag(id: $tag, input: {notes: {delete: [{id: "${id}"}]}}) { name } }`,
    ],
    [
      'upsert by who may create none',
      (_, slug) =>
        `mutation { upsertNote(by: {slug: "${slug}"}, create: {slug: "${slug}", owner: "ann"}, update: {owner: "ann"}) { slug } }`,
    ],
    [
      'connectOrCreate by who may create none',
      (_, slug) =>
        `mutation { updateTag(id: $tag, input: {notes: {connectOrCreate: [{by: {slug: "${slug}"}, create: {slug: "${slug}", owner: "ann"}}]}}) { name } }`,
    ],
    [
      'create by who may create none',
      (_, slug) => `mutation { createNote(input: {slug: "${slug}", owner: "ann"}) { slug } }`,
    ],
  ])('are the same: %s', async (_, make) => {
    ids.tag = (await app.data<{ tags: { id: string }[] }>('{ tags { id } }')).tags[0]?.id ?? '';
    const answers = [];
    for (const [id, slug] of [
      [ids.foreign ?? '', 'foreign'],
      [nobody, 'nothing'],
    ] as const) {
      app.statements();
      const { data, codes, errors } = await ask(make(id, slug));
      // As much work for the one as for the other, as far as statements tell.
      answers.push({ data, codes, messages: errors.map((one) => one.message), statements: app.statements() });
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('do differ where somebody may take the unique: a conflict tells that it is taken, and nothing else', async () => {
    const taken = await ask(
      'mutation { createNote(input: {slug: "foreign", owner: "ann"}) { slug } }',
      WRITER,
    );
    expect(taken.codes).toEqual(['CONFLICT']);
    expect(JSON.stringify(taken.errors.map(({ message, issues }) => [message, issues]))).not.toMatch(/ben/);
    const free = await ask('mutation { createNote(input: {slug: "free", owner: "ann"}) { slug } }', WRITER);
    expect(free.data).toEqual({ createNote: { slug: 'free' } });
  });
});

describe('a number that one may not read', () => {
  it.each<[string, string]>([
    ['one row', 'mutation { updateWorker(id: $ben, input: {increment: {pay: 11}}) { name } }'],
    [
      'a row that would stay in its bounds',
      'mutation { updateWorker(id: $ben, input: {increment: {pay: 1}}) { name } }',
    ],
    [
      'below another row',
      'mutation { updateWorker(id: $ann, input: {boss: {update: {increment: {pay: 1}}}}) { name } }',
    ],
    ['whatever the row', 'mutation { updateWorker(id: $ann, input: {increment: {points: 1}}) { name } }'],
    [
      'with a version',
      'mutation { updateWorker(id: $ben, input: {increment: {pay: 1}}, expectVersion: 1) { name } }',
    ],
    [
      'a version alone',
      'mutation { updateWorker(id: $ann, input: {name: "ann"}, expectVersion: 2) { name } }',
    ],
    [
      'a wrong version',
      'mutation { updateWorker(id: $ann, input: {name: "ann"}, expectVersion: 7) { name } }',
    ],
  ])('is not found out by adding to it or comparing it: %s', async (_, source) => {
    expect((await ask(source)).codes).toEqual(['FORBIDDEN']);
  });

  it('is passed over in many rows', async () => {
    const answer = await ask(
      'mutation { updateWorkers(where: {}, input: {increment: {pay: 1}}) { count nodes { name pay } } }',
    );
    expect(answer.data).toEqual({ updateWorkers: { count: 1, nodes: [{ name: 'ann', pay: 11 }] } });
  });

  it('is added to by who may read it', async () => {
    const answer = await ask(
      'mutation { updateWorker(id: $ben, input: {increment: {pay: 5, points: 1}}, expectVersion: 1) { pay points } }',
      OFFICE,
    );
    expect(answer.data).toEqual({ updateWorker: { pay: 995, points: 6 } });
  });

  it('stands in no cursor', async () => {
    const answer = await ask(
      '{ workersConnection(orderBy: [{pay: ASC}]) { edges { cursor node { name pay } } } }',
    );
    const { edges } = (
      answer.data as { workersConnection: { edges: { cursor: string; node: { name: string } }[] } }
    ).workersConnection;
    const places = edges.map(
      ({ cursor }) => JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[],
    );
    expect(edges.map(({ node }) => node)).toEqual([
      { name: 'ann', pay: 10 },
      { name: 'ben', pay: null },
    ]);
    expect(places.map((place) => place[1])).toEqual(['10', null]);
  });

  it('is not found by the cursor of somebody who may read it', async () => {
    const own = '{ workersConnection(orderBy: [{pay: ASC}]) { edges { cursor node { name } } } }';
    const { data } = await ask(own, OFFICE);
    const cursors = (data as { workersConnection: { edges: { cursor: string }[] } }).workersConnection.edges;
    for (const { cursor } of cursors) {
      const page = await ask(
        `{ workersConnection(orderBy: [{pay: ASC}], after: "${cursor}") { nodes { name } } }`,
      );
      // For Ann, Ben has no pay, and nulls are last: whatever number a cursor names, he comes after it.
      expect(page.data).toMatchObject({
        workersConnection: { nodes: expect.arrayContaining([{ name: 'ben' }]) },
      });
    }
  });
});

describe('a relation that one may not read', () => {
  const ways: [string, string][] = [
    ['updating through it', 'mentor: {update: {points: 1}}'],
    ['deleting through it', 'mentor: {delete: true}'],
    ['updating through the list', 'pupils: {update: [{by: {name: "ann"}, input: {name: "ann"}}]}'],
    ['disconnecting from the list', 'pupils: {disconnect: [{name: "ann"}]}'],
    ['deleting from the list', 'pupils: {delete: [{name: "ann"}]}'],
    ['disconnecting what holds the key', 'desk: {disconnect: true}'],
    ['deleting what holds the key', 'desk: {delete: true}'],
    ['updating what holds the key', 'desk: {update: {number: 8}}'],
    ['disconnecting where no row would help', 'friends: {disconnect: [{name: "ann"}]}'],
  ];
  const relate = `mutation { updateWorker(id: $ben, input: {
    mentor: {connect: {name: "ann"}}, pupils: {connect: [{name: "ann"}]}, friends: {connect: [{name: "ann"}]},
    desk: {create: {number: 7}} }) { name } }`;

  it.each(ways)('is not found out by %s', async (_, input) => {
    const write = `mutation { updateWorker(id: $ben, input: {${input}}) { name } }`;
    const without = await ask(write);
    expect(without.codes).toEqual(['FORBIDDEN']);
    await app.data(relate.replaceAll('$ben', `"${ids.ben}"`));
    expect(await ask(write)).toEqual(without);
  });

  it('is connected and set without being read', async () => {
    const answer = await ask(
      'mutation { updateWorker(id: $ben, input: {mentor: {connect: {name: "ann"}}, pupils: {set: []}}) { mentor { name } } }',
    );
    expect(answer.data).toEqual({ updateWorker: { mentor: null } });
  });

  it('is written through by who may read it, and passed over in many rows', async () => {
    await app.data(relate.replaceAll('$ben', `"${ids.ben}"`));
    const rename =
      'mentor: {connect: {name: "ben"}}, pupils: {update: [{by: {name: "ben"}, input: {pay: 3}}]}';
    await app.data(
      `mutation { updateWorker(id: "${ids.ben}", input: {mentor: {connect: {name: "ann"}}}) { id } }`,
    );
    const own = await ask(`mutation { updateWorker(id: $ann, input: {${rename}}) { pupils { name } } }`);
    expect(own.data).toEqual({ updateWorker: { pupils: [{ name: 'ben' }] } });
    const many = await ask(
      'mutation { updateWorkers(where: {}, input: {mentor: {update: {pay: 4}}}) { nodes { name } } }',
    );
    expect(many.data).toEqual({ updateWorkers: { nodes: [{ name: 'ann' }] } });
  });
});

describe('one absurd row', () => {
  it('does not make the rule fail for everybody: Floats beyond all bounds are null', async () => {
    await app.data(`mutation { createSizes(inputs: [
      {a: 1e308, b: 10}, {a: 5e-324, b: 0.001}, {a: 1e200, b: 1e200}, {a: 1, b: 5e-324}, {a: 2, b: 2}, {a: 1e308, b: 1e308, owner: "ann"}]) { id } }`);
    const answer = await ask('{ sizes(orderBy: [{a: ASC}]) { a } sizesAggregate { count } }');
    expect(answer).toMatchObject({
      codes: [],
      data: { sizes: [{ a: 2 }, { a: 1e308 }], sizesAggregate: { count: 2 } },
    });
  });
});

describe('a row that its writer cannot read afterwards', () => {
  it('is answered, but what is required and cannot be read with it is NOT_FOUND', async () => {
    const create = (what: string) =>
      ask(`mutation { createComment(input: {task: {create: {owner: "ben"}}}) { ${what} } }`);
    expect((await create('__typename')).data).toEqual({ createComment: { __typename: 'Comment' } });
    expect(await create('task { owner }')).toMatchObject({ data: null, codes: ['NOT_FOUND'] });
  });
});

describe('a row whose server-set relation its writer cannot read', () => {
  it('is NOT_FOUND where that is asked for and required, by one statement or step by step', async () => {
    const create = (what: string) =>
      ask(`mutation { createLetter(input: {text: "t"}) { ${what} } }`, as('ben'));
    expect((await create('text')).data).toEqual({ createLetter: { text: 't' } });
    expect(await create('text from { id }')).toMatchObject({ data: null, codes: ['NOT_FOUND'] });
  });
});

describe('the Idempotency-Key of another', () => {
  it('answers nothing of theirs, signed in, signed out or as the administrator', async () => {
    const key = randomUUID();
    const source = 'mutation { createTask(input: {owner: "ann"}) { id owner } }';
    const first = await app.graphql(source, {}, ANN, { idempotencyKey: key });
    const again = await app.graphql(source, {}, ANN, { idempotencyKey: key });
    expect(again.data).toEqual(first.data);
    for (const other of [as('ben'), as('viewer:ann'), as('signedOut'), SIGNED_OUT, as('admin'), undefined]) {
      const answer = await app.graphql(source, {}, other, { idempotencyKey: key });
      expect(answer.codes).toEqual([]);
      expect(answer.data).not.toEqual(first.data);
    }
  });
});
