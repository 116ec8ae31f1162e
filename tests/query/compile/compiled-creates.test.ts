import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';

const SDL = `
enum Mood { CALM LOUD }
type Room @model @access(read: "this.open || this.keeper == viewer.id", create: "viewer != null", update: "true", delete: "true") {
  id: ID!
  name: String! @unique
  open: Boolean! @default(value: true)
  keeper: ID @preset(create: "viewer.id")
  notes: [Note!]!
}
type Note @model @access(
  read: "viewer != null",
  create: "viewer != null && this.text != 'forbidden' && (this.room == null || this.room.open || this.room.keeper == viewer.id)",
  update: "true", delete: "true"
) @check(expr: "this.low <= this.high", message: "low is above high") {
  id: ID!
  text: String! @constraint(minLength: 2, maxLength: 20)
  low: Int! @default(value: 0)
  high: Int! @default(value: 100)
  mood: Mood! @default(value: CALM)
  price: Decimal
  due: DateTime
  day: Date
  tags: [String!]!
  extra: JSON
  secret: String @access(read: "'boss' in viewer.roles", write: "'boss' in viewer.roles")
  author: ID! @preset(create: "viewer.id")
  shout: String! @computed(sql: "upper(text)")
  ratio: Float
  share: Float @computed(sql: "CASE WHEN low = 13 THEN 'NaN'::float8 ELSE high / 8.0 END")
  room: Room
  createdAt: DateTime! @createdAt
  version: Int! @version
}
type Ticket @model @access(read: "true", create: "true", update: "true", delete: "true") {
  id: ID! @id(auto: INT)
  title: String!
  after: Ticket
  before: [Ticket!]!
}
type Slot @model @access(read: "true", create: "this.room.slots.size() <= 2", update: "true", delete: "true") {
  id: ID! @id(auto: NONE)
  room: Hall!
  roomId: ID!
}
type Hall @model @access(read: "this.name != 'hidden'", create: "true", update: "true", delete: "true") {
  id: ID! @id(auto: INT)
  name: String!
  slots: [Slot!]!
}
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
  await app.db.execute(`INSERT INTO "Room" (id, name, open, keeper) VALUES
    ('00000000-0000-7000-8000-000000000001', 'public', true, NULL), ('00000000-0000-7000-8000-000000000002', 'private', false, 'ann')`);
  await app.db.execute(`INSERT INTO "Hall" (id, name) VALUES (1, 'big'), (2, 'hidden')`);
});
afterAll(() => app?.close());

const CREATE = `mutation ($input: NoteCreateInput!) { n: createNote(input: $input) {
  __typename text low high mood price due day tags extra secret author shout version room { name open } } }`;

/** The statements of one mutation, and its answer. */
async function create(input: object, viewer = as('ann'), source = CREATE) {
  app.statements();
  const answer = await app.graphql<Record<string, unknown>>(source, { input }, viewer);
  return { ...answer, statements: app.statements() };
}

const ROOM = {
  public: '00000000-0000-7000-8000-000000000001',
  private: '00000000-0000-7000-8000-000000000002',
};

describe('a mutation that creates one row', () => {
  it('is one statement, without a transaction around it', async () => {
    for (const text of ['first', 'second', 'third', 'fourth']) {
      const { data, errors, statements } = await create({ text, room: { connect: { id: ROOM.public } } });
      expect(errors).toEqual([]);
      expect(data).toMatchObject({
        n: { text, author: 'ann', shout: text.toUpperCase(), version: 1, room: { name: 'public' } },
      });
      expect(statements).toHaveLength(1);
    }
  });

  it('answers what it would answer step by step, for every kind of value', async () => {
    const inputs = [
      { text: 'plain' },
      {
        text: 'O\'Neil "ü" \\ %',
        low: -3,
        mood: 'LOUD',
        tags: ['a,b', '"', ''],
        extra: { b: [1, 2.5, null], a: 'x' },
      },
      {
        text: 'numbers',
        price: '10.50',
        low: 7,
        due: '2026-01-02T03:04:05+02:00',
        day: '2024-02-29',
        extra: null,
      },
      {
        text: 'other numbers',
        price: '0.1',
        low: 8,
        due: '2027-01-02T03:04:05Z',
        day: '2025-03-01',
        extra: 'null',
      },
      { text: 'third numbers', price: '-7', low: 9, due: null, day: null, extra: 1e21 },
      { text: 'in a room', room: { connect: { id: ROOM.private } }, tags: [] },
    ];
    for (let round = 0; round < 3; round++) {
      for (const input of inputs) {
        const one = await app.graphql(CREATE, { input }, as('ann'));
        const other = await app.graphql(CREATE, { input }, as('ann'), { compile: false });
        expect(one).toEqual(other);
        expect(one.errors).toEqual([]);
      }
    }
    const [row] = await app.db.query(`SELECT count(*)::int4 AS n, count(DISTINCT id)::int4 AS ids,
      count(*) FILTER (WHERE "createdAt" > now() - interval '1 hour')::int4 AS fresh FROM "Note"`);
    expect(row).toEqual({ n: 4 + 36, ids: 4 + 36, fresh: 4 + 36 });
  });

  it('stores each row under an id and a time of its own, also once its statement is known', async () => {
    const ids = new Set<unknown>();
    const times: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const source = 'mutation ($input: NoteCreateInput!) { createNote(input: $input) { id createdAt } }';
      const { data } = await create({ text: `turn ${turn}` }, as('ann'), source);
      const note = (data as { createNote: { id: string; createdAt: string } }).createNote;
      ids.add(note.id);
      times.push(note.createdAt);
    }
    expect(ids.size).toBe(6);
    expect(times).toEqual([...times].sort());
  });

  it('never stores one viewer as another', async () => {
    for (const id of ['ann', 'ben', 'cleo', 'ann', 'ben']) {
      const { data } = await create({ text: 'who?' }, as(id));
      expect(data).toMatchObject({ n: { author: id } });
    }
  });

  it('has serial ids made by the database', async () => {
    const source =
      'mutation ($input: TicketCreateInput!) { createTicket(input: $input) { id title after { id } } }';
    const { data, statements } = await create(
      { title: 'one' },
      as('ann'),
      source.replace(' after { id }', ''),
    );
    expect(data).toEqual({ createTicket: { id: '1', title: 'one' } });
    expect(statements).toHaveLength(1);
    const { data: next } = await create({ title: 'two', after: { connect: { id: '1' } } }, as('ann'), source);
    expect(next).toEqual({ createTicket: { id: '2', title: 'two', after: { id: '1' } } });
  });
});

describe('nothing is stored, and the refusal is the same as step by step,', () => {
  const notes = async () =>
    (await app.db.query<{ n: number }>('SELECT count(*)::int4 AS n FROM "Note"'))[0]?.n;

  it.each([
    ['a rule that the stored row breaks', { text: 'forbidden' }, as('ann'), 'FORBIDDEN'],
    [
      'a rule over a relation',
      { text: 'closed', room: { connect: { id: ROOM.private } } },
      as('ben'),
      'NOT_FOUND',
    ],
    ['nobody signed in', { text: 'hello' }, SIGNED_OUT, 'UNAUTHENTICATED'],
    ['a field that may not be written', { text: 'hello', secret: 'x' }, as('ann'), 'FORBIDDEN'],
    ['a text that is too short', { text: 'x' }, as('ann'), 'BAD_USER_INPUT'],
    ['a check over two fields', { text: 'hello', low: 9, high: 8 }, as('ann'), 'BAD_USER_INPUT'],
    [
      'a row that is not there',
      { text: 'hello', room: { connect: { id: ROOM.public.replace('1', '9') } } },
      as('ann'),
      'NOT_FOUND',
    ],
  ])('for %s', async (_what, input, viewer, code) => {
    // Known statements refuse like new ones.
    for (let turn = 0; turn < 3; turn++)
      await create(
        { ...input, text: 'hello', low: 1, high: 2, room: undefined, secret: undefined },
        as('ann', 'boss'),
      );
    const before = await notes();
    for (let turn = 0; turn < 3; turn++) {
      const one = await app.graphql(CREATE, { input }, viewer);
      const other = await app.graphql(CREATE, { input }, viewer, { compile: false });
      expect(one.codes).toEqual([code]);
      expect(one.data).toBeNull();
      expect(one.errors.map(({ message, issues }) => ({ message, issues }))).toEqual(
        other.errors.map(({ message, issues }) => ({ message, issues })),
      );
    }
    expect(await notes()).toBe(before);
  });

  it('for a value that is taken', async () => {
    const source = 'mutation ($input: RoomCreateInput!) { createRoom(input: $input) { name } }';
    for (let turn = 0; turn < 3; turn++) await create({ name: `room ${turn}` }, as('ann'), source);
    const { codes, data } = await create({ name: 'room 1' }, as('ann'), source);
    expect([codes, data]).toEqual([['CONFLICT'], null]);
  });

  it('for a declared key to a row that the viewer may not read', async () => {
    const source = 'mutation ($input: SlotCreateInput!) { createSlot(input: $input) { id } }';
    const { codes } = await create({ id: 'h', roomId: '2' }, as('ann'), source);
    expect(codes).toEqual(['CONFLICT']);
  });

  it('for a rule that counts the new row itself', async () => {
    const source = 'mutation ($input: SlotCreateInput!) { createSlot(input: $input) { id } }';
    const codes = [];
    for (const id of ['a', 'b', 'c', 'd'])
      codes.push((await create({ id, roomId: '1' }, as('ann'), source)).codes);
    expect(codes).toEqual([[], [], ['FORBIDDEN'], ['FORBIDDEN']]);
  });
});

it('an answer that JSON cannot hold stores nothing', async () => {
  const source = 'mutation ($input: NoteCreateInput!) { createNote(input: $input) { text ratio share } }';
  for (const ratio of [0.5, 1e21, 1e-7, 3]) {
    const { data, statements } = await create({ text: 'NaN', ratio }, as('ann'), source);
    expect(data).toEqual({ createNote: { text: 'NaN', ratio, share: 12.5 } });
    expect(statements.length).toBeGreaterThan(1);
    const other = await create({ text: 'a number', ratio }, as('ann'), source);
    expect(other.data).toEqual({ createNote: { text: 'a number', ratio, share: 12.5 } });
    expect(other.statements).toHaveLength(1);
  }
  const count = async () => (await app.db.query('SELECT count(*)::int4 AS n FROM "Note"'))[0]?.n;
  const before = await count();
  const { data, errors } = await create({ text: 'not a number', low: 13 }, as('ann'), source);
  expect(data).toBeNull();
  expect(errors).toHaveLength(1);
  expect(await count()).toBe(before);
});

it('an answer that lists the new row among its siblings has it in it', async () => {
  const source = `mutation ($input: TicketCreateInput!) { createTicket(input: $input) { title after { before { title } } } }`;
  const { data: parent } = await create(
    { title: 'parent' },
    as('ann'),
    'mutation ($input: TicketCreateInput!) { createTicket(input: $input) { id } }',
  );
  const { id } = (parent as { createTicket: { id: string } }).createTicket;
  const { data } = await create({ title: 'child', after: { connect: { id } } }, as('ann'), source);
  expect(data).toEqual({ createTicket: { title: 'child', after: { before: [{ title: 'child' }] } } });
});

it('parallel creates of one unique value store one row', async () => {
  const source = 'mutation ($input: RoomCreateInput!) { createRoom(input: $input) { name } }';
  const all = await Promise.all(
    Array.from({ length: 20 }, () => app.graphql(source, { input: { name: 'only one' } }, as('ann'))),
  );
  expect(all.filter(({ codes }) => codes.length === 0)).toHaveLength(1);
  expect(new Set(all.flatMap(({ codes }) => codes))).toEqual(new Set(['CONFLICT']));
});

describe('rows that are not there, although everybody may read them', () => {
  it('are not connected, nor is the new row to itself', async () => {
    const source =
      'mutation ($id: ID!) { createTicket(input: { title: "t", after: { connect: { id: $id } } }) { id } }';
    const missing = (id: number) => app.graphql(source, { id: String(id) }, as('ann'));
    for (let turn = 0; turn < 4; turn++) {
      const { errors } = await missing(900_000 + turn);
      expect(errors).toMatchObject([{ code: 'NOT_FOUND' }]);
    }
    const [{ next } = { next: 0 }] = await app.db.query<{ next: number }>(
      `SELECT nextval(pg_get_serial_sequence('"Ticket"', 'id'))::int4 + 1 AS next`,
    );
    const { errors } = await missing(next);
    expect(errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});
