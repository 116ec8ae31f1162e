import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';
import { blockedBackends } from '../../support/blocked-backends.ts';

const SDL = `
enum Mood { CALM LOUD }
type Room @model @access(read: "this.open || this.keeper == viewer.id", create: "true", update: "true", delete: "this.notes.size() == 0 || viewer.id == 'boss'") {
  id: ID! @id(auto: INT)
  name: String! @unique
  open: Boolean! @default(value: true)
  keeper: ID
  notes: [Note!]!
  members: [Member!]!
}
type Member @model @access(read: "true", create: "true", update: "true", delete: "true") {
  id: ID! @id(auto: INT)
  room: Room! @relation(onDelete: CASCADE)
  person: ID!
}
type Note @model @access(
  read: "viewer != null && this.text != 'hidden'",
  create: "true",
  update: "(this.author == viewer.id || this.room.members.exists(m, m.person == viewer.id)) && this.text != 'frozen'",
  delete: "this.author == viewer.id"
) @check(expr: "this.low <= this.high", message: "low is above high") {
  id: ID! @id(auto: INT)
  text: String! @constraint(minLength: 2, maxLength: 20)
  slug: String @unique
  low: Int! @default(value: 0)
  high: Int! @default(value: 100)
  mood: Mood! @default(value: CALM)
  price: Decimal
  due: DateTime
  tags: [String!]!
  extra: JSON
  secret: String @access(read: "'boss' in viewer.roles", write: "'boss' in viewer.roles")
  tally: Int! @default(value: 5) @access(read: "this.mood == 'CALM'")
  locked: String @access(write: "this.mood == 'CALM'")
  author: ID!
  editor: ID @preset(update: "viewer.id")
  shout: String! @computed(sql: "upper(text)")
  ratio: Float
  room: Room @relation(onDelete: SET_NULL)
  parts: [Part!]!
  labels: [Label!]!
  version: Int! @version
  updatedAt: DateTime! @updatedAt
}
type Label @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID! @id(auto: INT) name: String! notes: [Note!]! }
type Part @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID! @id(auto: INT) note: Note! @relation(onDelete: CASCADE) name: String! }
type Bolt @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID! @id(auto: INT) name: String! nut: Nut! @relation(onDelete: RESTRICT) }
type Nut @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID! @id(auto: INT) name: String! bolts: [Bolt!]! parent: Nut children: [Nut!]! }
type Counter @model @access(read: "true", create: "true", update: "this.value < 1000", delete: "true") { id: ID! @id(auto: INT) value: Int! }
type Key @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID! @id(auto: NONE) room: Room! roomId: ID! label: String }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());

/** Notes 1 and 2 are alike, and so are 11 and 12, which only the boss may write, and so on. */
beforeEach(async () => {
  const note = (id: number, text: string, author: string, mood: string, room: string): string =>
    `(${id}, '${text}', 1, 100, '${mood}', 1.50, '{a}', '{"b": 1, "a": [1.0]}', 'xyz', '${author}', ${room}, 3, '2026-01-01')`;
  await app.db.execute(
    'TRUNCATE "Label", "_LabelToNote", "Room", "Member", "Note", "Part", "Bolt", "Nut", "Counter", "Key"',
  );
  for (const statement of [
    `INSERT INTO "Room" (id, name, open, keeper) VALUES (1, 'public', true, NULL), (2, 'private', false, 'ann'), (3, 'other', true, NULL)`,
    `INSERT INTO "Member" (id, "roomId", person) VALUES (1, 3, 'ann')`,
    `INSERT INTO "Note" (id, text, low, high, mood, price, tags, extra, secret, author, "roomId", version, "updatedAt") VALUES ${[
      note(1, 'mine', 'ann', 'CALM', '1'),
      note(2, 'mine', 'ann', 'CALM', '1'),
      note(11, 'theirs', 'ben', 'CALM', '1'),
      note(12, 'theirs', 'ben', 'CALM', '1'),
      note(21, 'hidden', 'ann', 'CALM', '1'),
      note(22, 'hidden', 'ann', 'CALM', '1'),
      note(31, 'frozen', 'ann', 'CALM', '1'),
      note(32, 'frozen', 'ann', 'CALM', '1'),
      note(41, 'loud', 'ann', 'LOUD', 'NULL'),
      note(42, 'loud', 'ann', 'LOUD', 'NULL'),
      note(51, 'as member', 'ben', 'CALM', '3'),
      note(52, 'as member', 'ben', 'CALM', '3'),
      note(61, 'both', 'ann', 'CALM', '3'),
      note(62, 'both', 'ann', 'CALM', '3'),
    ].join(', ')}`,
    `INSERT INTO "Label" (id, name) VALUES (1, 'l')`,
    `INSERT INTO "_LabelToNote" ("A", "B") VALUES (1, 1), (1, 2)`,
    `INSERT INTO "Part" (id, "noteId", name) VALUES (1, 1, 'p'), (2, 2, 'p')`,
    `INSERT INTO "Nut" (id, name, "parentId") VALUES (1, 'n1', NULL), (2, 'n2', 1), (3, 'n3', 1), (4, 'n4', 1)`,
    `INSERT INTO "Bolt" (id, name, "nutId") VALUES (1, 'b', 3), (2, 'b', 3)`,
    `INSERT INTO "Counter" (id, value) VALUES (1, 0)`,
    `INSERT INTO "Key" (id, "roomId") VALUES ('a', 1), ('b', 1)`,
  ])
    await app.db.execute(statement);
});

const NOTE = `{ __typename text slug low high mood price due tags extra secret tally locked author editor shout ratio version room { name open } }`;
const UPDATE = `mutation ($id: ID!, $input: NoteUpdateInput!, $version: Int) { n: updateNote(id: $id, input: $input, expectVersion: $version) ${NOTE} }`;
const DELETE = `mutation ($id: ID!, $version: Int) { n: deleteNote(id: $id, expectVersion: $version) ${NOTE} }`;

const stored = async (table: string, ids: readonly number[]): Promise<unknown> =>
  (
    await app.db.query<Record<string, unknown>>(
      `SELECT to_jsonb(r) - 'id' - 'updatedAt' AS row FROM "${table}" r WHERE id::text = ANY($1) ORDER BY id::text`,
      [ids.map(String)],
    )
  ).map(({ row }) => JSON.parse(String(row)));

type Run = (id: string, compile?: boolean) => ReturnType<TestApp['graphql']>;

/** Runs the same on a row as one statement, and on its twin step by step: they answer alike, and leave alike rows. */
async function alike(run: Run, id: number, twin = id + 1, table = 'Note') {
  app.statements();
  const one = await run(String(id));
  const { length } = app.statements();
  const other = await run(String(twin), false);
  const said = ({ data, errors }: typeof one) => ({
    data,
    errors: errors.map(({ code, message, path, issues }) => ({ code, message, path, issues })),
  });
  expect(said(one)).toEqual(said(other));
  const [left, right] = [await stored(table, [id]), await stored(table, [twin])];
  expect(left).toEqual(right);
  return { ...one, statements: length };
}

const updating =
  (input: object, viewer = as('ann'), version?: number): Run =>
  (id, compile = true) =>
    app.graphql(UPDATE, { id, input, version }, viewer, { compile });
const deleting =
  (viewer = as('ann'), version?: number, source = DELETE): Run =>
  (id, compile = true) =>
    app.graphql(source, { id, version }, viewer, { compile });

describe('a mutation that updates one row', () => {
  it.each([
    ['a value', { text: 'other' }],
    ['nothing but the version', {}],
    [
      'many values',
      { text: 'O\'Neil "ü" \\', slug: null, low: -3, mood: 'LOUD', tags: ['a,b', '"'], price: '10.50' },
    ],
    [
      'JSON, times and floats',
      { extra: { b: [1, 2.5, null] }, due: '2026-01-02T03:04:05+02:00', ratio: 1e21 },
    ],
    ['nulls', { extra: null, due: null, price: null, ratio: null }],
    ['what is added', { increment: { low: 7, price: '0.25' } }],
    ['a relation', { room: { connect: { id: '3' } } }],
    ['a relation that the viewer alone may read', { room: { connect: { id: '2' } } }],
    ['a relation, cleared', { room: { disconnect: true } }],
    ['a relation, null', { room: null }],
    ['what leaves the row hidden from its writer', { text: 'hidden' }],
    ['a field with a rule about the row', { locked: 'x' }],
  ])('is one statement: %s', async (_what, input) => {
    for (const id of [1, 61]) {
      const { errors, statements } = await alike(updating(input), id);
      expect(errors).toEqual([]);
      expect(statements).toBe(1);
    }
  });

  it('also where it is known, for other rows, viewers and values', async () => {
    for (let turn = 0; turn < 5; turn++) {
      for (const [id, viewer] of [
        [1, as('ann')],
        [11, as('ben')],
        [51, as(turn % 2 === 0 ? 'ann' : 'ben')],
      ] as const) {
        const { errors, statements, data } = await alike(updating({ text: `turn ${turn}` }, viewer), id);
        expect([errors, statements]).toEqual([[], 1]);
        expect(data).toMatchObject({
          n: { text: `turn ${turn}`, editor: viewer.kind === 'viewer' && viewer.id },
        });
      }
    }
  });

  it('compares the version in it', async () => {
    expect(await alike(updating({ text: 'new' }, as('ann'), 3), 1)).toMatchObject({
      codes: [],
      statements: 1,
    });
    expect((await alike(updating({ text: 'newer' }, as('ann'), 3), 1)).codes).toEqual(['CONFLICT']);
    expect(await alike(updating({ text: 'newer' }, as('ann'), 4), 1)).toMatchObject({
      codes: [],
      statements: 1,
    });
  });

  it('writes a declared key', async () => {
    const source = `mutation ($id: ID!, $to: ID!) { updateKey(id: $id, input: { roomId: $to }) { roomId room { name } } }`;
    const run =
      (to: string, viewer = as('ann')): Run =>
      (id, compile = true) =>
        app.graphql(source, { id: id === '1' ? 'a' : 'b', to }, viewer, { compile });
    const { data, statements } = await alike(run('2'), 1, 2);
    expect([data, statements]).toEqual([{ updateKey: { roomId: '2', room: { name: 'private' } } }, 1]);
    expect((await alike(run('2', as('ben')), 1, 2)).codes).toEqual(['CONFLICT']);
    expect((await alike(run('77'), 1, 2)).codes).toEqual(['CONFLICT']);
  });

  it('answers what it changed in the rows of others too, though step by step', async () => {
    const source = `mutation ($id: ID!) { updateNote(id: $id, input: { text: "new" }) { text room { notes(where: { text: { eq: "new" } }) { text } } } }`;
    app.statements();
    const { data } = await app.graphql(source, { id: '1' }, as('ann'));
    const { length: statements } = app.statements();
    expect(data).toMatchObject({ updateNote: { room: { notes: [{ text: 'new' }] } } });
    expect(statements).toBeGreaterThan(1);
  });
});

describe('nothing is updated, and the refusal is the same as step by step,', () => {
  it.each([
    ['a row that is not there', 91, { text: 'new' }, as('ann'), 'NOT_FOUND'],
    ['a row that the viewer may not read', 21, { text: 'new' }, as('ann'), 'NOT_FOUND'],
    ['a row that the viewer may not update', 11, { text: 'new' }, as('ann'), 'FORBIDDEN'],
    ['a row that the viewer may not update any more', 31, { text: 'new' }, as('ann'), 'FORBIDDEN'],
    ['what the viewer may not make of it', 1, { text: 'frozen' }, as('ann'), 'FORBIDDEN'],
    ['nobody signed in', 1, { text: 'new' }, SIGNED_OUT, 'UNAUTHENTICATED'],
    ['a field that may not be written', 1, { secret: 'x' }, as('ann'), 'FORBIDDEN'],
    ['a field that may not be written on this row', 41, { locked: 'x' }, as('ann'), 'FORBIDDEN'],
    ['a field that may not be written afterwards', 1, { locked: 'x', mood: 'LOUD' }, as('ann'), 'FORBIDDEN'],
    ['adding to what may not be read', 41, { increment: { tally: 1 } }, as('ann'), 'FORBIDDEN'],
    ['a text that is too short', 1, { text: 'x' }, as('ann'), 'BAD_USER_INPUT'],
    ['a check over two fields', 1, { low: 101 }, as('ann'), 'BAD_USER_INPUT'],
    ['a sum that is too large', 1, { increment: { high: 2147483647 } }, as('ann'), 'BAD_USER_INPUT'],
    ['a relation to a row that is not there', 1, { room: { connect: { id: '77' } } }, as('ann'), 'NOT_FOUND'],
    [
      'a relation to a row that may not be read',
      11,
      { room: { connect: { id: '2' } } },
      as('ben'),
      'NOT_FOUND',
    ],
    ['an id of no possible form', 1, { room: { connect: { id: 'x' } } }, as('ann'), 'NOT_FOUND'],
  ])('for %s', async (_what, id, input, viewer, code) => {
    // Known statements refuse like new ones.
    for (let turn = 0; turn < 3; turn++) await alike(updating({ text: 'warm' }, as('ben')), 51);
    const before = await stored('Note', [1, 2, 11, 12, 21, 22, 31, 32, 41, 42]);
    for (let turn = 0; turn < 3; turn++)
      expect((await alike(updating(input, viewer), id)).codes).toEqual([code]);
    expect(await stored('Note', [1, 2, 11, 12, 21, 22, 31, 32, 41, 42])).toEqual(before);
  });

  it('for a value that is taken', async () => {
    await app.db.execute(`UPDATE "Note" SET slug = 'taken' WHERE id = 1`);
    expect((await alike(updating({ slug: 'taken' }, as('ben')), 11)).codes).toEqual(['CONFLICT']);
  });

  it('for an id that no row can have', async () => {
    for (const id of ['x', '', '99999999999', '\u0000'])
      expect((await app.graphql(UPDATE, { id, input: { text: 'new' } }, as('ann'))).codes).toEqual([
        'NOT_FOUND',
      ]);
  });
});

describe('a mutation that deletes one row', () => {
  it('is one statement that answers the row as it was, with what it points at', async () => {
    for (const [id, viewer] of [
      [1, as('ann')],
      [11, as('ben')],
      [51, as('ben')],
      [41, as('ann')],
    ] as const) {
      const { data, statements, errors } = await alike(deleting(viewer, 3), id);
      expect([errors, statements]).toEqual([[], 1]);
      expect(data).toMatchObject({
        n: { version: 3, tags: ['a'], shout: expect.stringMatching(/^[A-Z ]+$/) },
      });
      expect(await stored('Note', [id])).toEqual([]);
    }
    expect(await stored('Part', [1, 2])).toEqual([]);
  });

  it.each(['labels { name }', 'labelsAggregate { count }', 'parts { name }'])(
    'answers as step by step: %s',
    async (list) => {
      const source = `mutation ($id: ID!) { deleteNote(id: $id) { text ${list} } }`;
      expect((await alike(deleting(as('ann'), undefined, source), 1)).errors).toEqual([]);
    },
  );

  it('answers its lists as they are by then', async () => {
    const lists =
      'mutation ($id: ID!) { deleteNote(id: $id) { text labels { name } parts { name } partsAggregate { count } room { notes(where: { author: { eq: "ann" } }) { id } } } }';
    const { data } = await app.graphql(lists, { id: '1' }, as('ann'));
    const room = { notes: [{ id: '2' }, { id: '31' }, { id: '32' }] };
    expect(data).toEqual({
      deleteNote: { text: 'mine', labels: [], parts: [], partsAggregate: { count: 0 }, room },
    });
  });

  it('answers relations to its own kind as they are by then', async () => {
    const source =
      'mutation ($id: ID!) { deleteNut(id: $id) { name parent { name children(orderBy: [{ id: ASC }]) { name } } } }';
    const { data } = await app.graphql(source, { id: '2' }, as('ann'));
    expect(data).toEqual({
      deleteNut: { name: 'n2', parent: { name: 'n1', children: [{ name: 'n3' }, { name: 'n4' }] } },
    });
  });

  it.each([
    ['a row that is not there', 91, as('ann'), undefined, 'NOT_FOUND'],
    ['a row that the viewer may not read', 21, as('ann'), undefined, 'NOT_FOUND'],
    ['a row that the viewer may not delete', 11, as('ann'), undefined, 'FORBIDDEN'],
    ['another version', 1, as('ann'), 2, 'CONFLICT'],
    ['nobody signed in', 1, SIGNED_OUT, undefined, 'UNAUTHENTICATED'],
  ])('refuses %s', async (_what, id, viewer, version, code) => {
    for (let turn = 0; turn < 3; turn++)
      expect((await alike(deleting(viewer, version), id)).codes).toEqual([code]);
    expect(await stored('Note', [1, 2, 11, 12, 21, 22])).toHaveLength(6);
  });

  it('refuses where others refer to it', async () => {
    const source = 'mutation ($id: ID!) { deleteNut(id: $id) { name } }';
    expect((await app.graphql(source, { id: '3' }, as('ann'))).codes).toEqual(['CONFLICT']);
    expect(await stored('Nut', [3])).toHaveLength(1);
  });

  it('asks rules about what goes with it before it goes', async () => {
    const source = 'mutation ($id: ID!) { deleteRoom(id: $id) { name } }';
    expect((await app.graphql(source, { id: '3' }, as('ann'))).codes).toEqual(['FORBIDDEN']);
    app.statements();
    expect((await app.graphql(source, { id: '3' }, as('boss'))).data).toEqual({
      deleteRoom: { name: 'other' },
    });
    expect(app.statements()).toHaveLength(1);
    expect(await stored('Member', [1])).toEqual([]);
    expect(await stored('Note', [51])).toMatchObject([{ roomId: null }]);
  });
});

describe('beside others', () => {
  let release: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await release?.();
    release = undefined;
  });

  /** Runs `statements` in a transaction that stays open until the answer waits for it. */
  async function whileLocked<T>(statements: readonly string[], ask: () => Promise<T>): Promise<T> {
    const client = await app.db.pool.connect();
    release = async () => client.release();
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    const answer = ask();
    await blockedBackends(app.db, 1);
    await client.query('COMMIT');
    return answer;
  }

  it('a row that was handed on meanwhile, with the right to it withdrawn, is not written', async () => {
    const { codes } = await whileLocked(
      [`DELETE FROM "Member"`, `UPDATE "Note" SET text = 'handed on' WHERE id = 51`],
      () => updating({ text: 'late' })('51'),
    );
    expect(codes).toEqual(['FORBIDDEN']);
    expect(await stored('Note', [51])).toMatchObject([{ text: 'handed on' }]);
  });

  it('a row that was handed on meanwhile is not deleted', async () => {
    const { codes } = await whileLocked([`UPDATE "Note" SET author = 'ben' WHERE id = 1`], () =>
      deleting()('1'),
    );
    expect(codes).toEqual(['FORBIDDEN']);
    expect(await stored('Note', [1])).toHaveLength(1);
  });

  it('a row that has moved meanwhile is answered with where it is', async () => {
    const { data } = await whileLocked(
      [
        `INSERT INTO "Room" (id, name) VALUES (9, 'brand new')`,
        `UPDATE "Note" SET "roomId" = 9 WHERE id = 1`,
      ],
      () => updating({ text: 'late' })('1'),
    );
    expect(data).toMatchObject({ n: { text: 'late', room: { name: 'brand new' } } });
  });

  it('a version that has gone by meanwhile is a conflict', async () => {
    const { codes } = await whileLocked([`UPDATE "Note" SET version = 4 WHERE id = 1`], () =>
      updating({ text: 'late' }, as('ann'), 3)('1'),
    );
    expect(codes).toEqual(['CONFLICT']);
  });

  it('a row that has gone meanwhile is not there', async () => {
    const { codes } = await whileLocked([`DELETE FROM "Note" WHERE id = 1`], () =>
      updating({ text: 'late' })('1'),
    );
    expect(codes).toEqual(['NOT_FOUND']);
  });

  it('sums that many add to at once are exact, and rules hold for each', async () => {
    const source = 'mutation { updateCounter(id: "1", input: { increment: { value: 100 } }) { value } }';
    app.statements();
    const answers = await Promise.all(Array.from({ length: 12 }, () => app.graphql(source, {}, as('ann'))));
    expect(answers.filter(({ codes }) => codes.length === 0)).toHaveLength(9);
    expect(answers.flatMap(({ codes }) => codes)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
    expect(await stored('Counter', [1])).toEqual([{ value: 900 }]);
  });
});
