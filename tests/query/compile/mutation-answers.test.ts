import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';

const SIGNED_IN =
  '@access(read: "viewer != null", create: "viewer != null", update: "viewer != null", delete: "viewer != null")';
const SDL = `
type Artist @model ${SIGNED_IN} { id: ID! @id(auto: INT) name: String! @unique albums: [Album!]! }
type Album @model ${SIGNED_IN} { id: ID! @id(auto: INT) title: String! artist: Artist! tracks: [Track!]! }
type Track @model ${SIGNED_IN} {
  id: ID! @id(auto: INT)
  name: String! @unique
  price: Int! @default(value: 1)
  secret: String @access(read: "'boss' in viewer.roles")
  ratio: Float
  share: Float @computed(sql: "CASE WHEN price = 13 THEN 'NaN'::float8 ELSE price / 2.0 END")
  album: Album!
}
type Vault @model @access(read: "this.open", create: "true", update: "true", delete: "true") { id: ID! @id(auto: INT) open: Boolean! boxes: [Box!]! }
type Box @model @access(read: "can(this.vault, 'read')", create: "true", update: "true", delete: "true") { id: ID! @id(auto: INT) label: String! vault: Vault! }
extend type Mutation { shout: String! @access(call: "true") }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL, { resolvers: { Mutation: { shout: () => 'hey' } } });
});
afterAll(() => app?.close());

/** The rows as every test finds them. */
async function restore(): Promise<void> {
  await app.db.execute('TRUNCATE "Artist", "Album", "Track", "Vault", "Box" RESTART IDENTITY');
  const tables = { Artist: `(name) VALUES ('a')`, Album: `(title, "artistId") VALUES ('b', 1), ('c', 1)` };
  for (const [table, values] of Object.entries(tables))
    await app.db.execute(`INSERT INTO "${table}" ${values}`);
  await app.db.execute(
    `INSERT INTO "Track" (name, price, "albumId", secret) VALUES ('t1', 1, 1, 's'), ('t2', 3, 1, 's'), ('t3', 3, 2, 's')`,
  );
  await app.db.execute(`INSERT INTO "Vault" (open) VALUES (true), (false)`);
  await app.db.execute(`INSERT INTO "Box" (label, "vaultId") VALUES ('x', 1), ('y', 1)`);
}
beforeEach(restore);

const TRACK = '{ id name album { title artist { name } } }';

/** Answer and statements of one mutation, and the same by the resolvers when it is asked for. */
async function both(source: string, viewer = as('ann'), variables: Readonly<Record<string, unknown>> = {}) {
  const run = async (compile: boolean) => {
    app.statements();
    const { data, errors } = await app.graphql(source, variables, viewer, { compile });
    const statements = app.statements();
    const said = errors.map(({ code, message, path, issues, access }) => ({
      code,
      message,
      path,
      issues,
      access,
    }));
    return { data, errors: said, statements };
  };
  const compiled = await run(true);
  return { compiled, resolved: () => run(false) };
}

/** Statements that read an answer for a written row. */
const reads = (statements: readonly string[]): number =>
  statements.filter((text) => text.startsWith('WITH "plinth_written"')).length;

describe('the answer of a mutation', () => {
  it.each([
    [
      'an upsert of a row that is there',
      `upsertTrack(by: { name: "t2" }, create: { name: "t2", album: { connect: { id: "1" } } }, update: { price: 4 }) ${TRACK}`,
      1,
    ],
    [
      'an upsert of a row that is not',
      `upsertTrack(by: { name: "t9" }, create: { name: "t9", album: { connect: { id: "2" } } }, update: { price: 4 }) ${TRACK}`,
      1,
    ],
    [
      'a batch of updates',
      `updateTracks(where: { price: { eq: 3 } }, input: { price: 4 }) { n: count nodes ${TRACK} __typename again: nodes { id } }`,
      1,
    ],
    [
      'a batch of no updates',
      `updateTracks(where: { price: { eq: 99 } }, input: { price: 4 }) { count nodes ${TRACK} }`,
      0,
    ],
    ['a batch that is only counted', `updateTracks(where: {}, input: { price: 4 }) { count }`, 0],
    [
      'a batch of creates',
      `createTracks(inputs: [{ name: "m1", album: { connect: { id: "2" } } }, { name: "m2", album: { connect: { id: "1" } } }]) ${TRACK}`,
      1,
    ],
    ['no creates', `createTracks(inputs: []) ${TRACK}`, 0],
    [
      'a tree of creates',
      `createArtist(input: { name: "n", albums: { create: [{ title: "na", tracks: { create: [{ name: "nt1" }, { name: "nt2" }] } }] } }) { id albums { title tracks(orderBy: [{ name: DESC }]) { name album { artist { name } } } tracksAggregate { count } } }`,
      1,
    ],
    [
      'several fields',
      `a: updateTrack(id: "1", input: { price: 7 }) ${TRACK} t: __typename b: createTrack(input: { name: "two", album: { connect: { id: "1" } } }) ${TRACK}`,
      2,
    ],
    [
      'fields that see each other',
      `a: updateTrack(id: "1", input: { price: 7 }) { album { tracks { id price } } } b: updateTrack(id: "2", input: { price: 8 }) { album { tracks { id price } } }`,
      2,
    ],
    [
      'fields that are left out',
      `a: updateTrack(id: "1", input: { price: 7 }) @skip(if: true) { id } b: updateTracks(where: {}, input: { price: 7 }) { nodes { id @skip(if: true) name } }`,
      1,
    ],
    ['a batch of deletes', `deleteTracks(where: { price: { eq: 3 } }) { count nodes ${TRACK} }`, 1],
    [
      'a delete among others',
      `createAlbum(input: { title: "d", artist: { connect: { id: "1" } } }) { id } deleteTrack(id: "1") ${TRACK}`,
      2,
    ],
  ])('to %s is one statement for each field', async (_what, field, count) => {
    const { compiled, resolved } = await both(`mutation { ${field} }`);
    expect(compiled.errors).toEqual([]);
    expect(reads(compiled.statements)).toBe(count);
    await restore();
    const other = await resolved();
    expect(compiled.data).toEqual(other.data);
    expect(compiled.statements.length).toBeLessThanOrEqual(other.statements.length);
  });

  it('is known the third time, for other rows and variables', async () => {
    const source = `mutation ($where: TrackWhere!, $price: Int!, $limit: Int) { updateTracks(where: $where, input: { price: $price }) {
      count nodes { name price album { tracks(limit: $limit, orderBy: [{ id: ASC }]) { id } } } } }`;
    const texts = new Set<string>();
    for (const [ids, price, limit] of [
      [['1'], 5, 2],
      [['1'], 6, 2],
      [['1', '2'], 7, 2],
      [['3'], 8, 2],
      [['1', '2', '3'], 9, 2],
    ] as const) {
      const { compiled } = await both(source, as('ann'), { where: { id: { in: ids } }, price, limit });
      const { updateTracks } = compiled.data as {
        updateTracks: { count: number; nodes: { price: number }[] };
      };
      expect(updateTracks.count).toBe(ids.length);
      expect(updateTracks.nodes.map((node) => node.price)).toEqual(ids.map(() => price));
      for (const text of compiled.statements) if (reads([text]) > 0) texts.add(text);
    }
    expect(texts.size).toBe(1);
  });

  it('is the row just written even where later reads would hide it, and errs where it leads to what is hidden', async () => {
    const source = `mutation { upsertVault(by: { id: "1" }, create: { open: true }, update: { open: false }) { id open boxes { label } } }`;
    const { compiled } = await both(source);
    expect(compiled.data).toEqual({ upsertVault: { id: '1', open: false, boxes: [] } });
    expect(reads(compiled.statements)).toBe(1);
    await restore();
    const leading = `mutation { a: upsertBox(by: { id: "1" }, create: { label: "z", vault: { connect: { id: "1" } } }, update: { vault: { update: { open: false } } }) { label vault { id } } }`;
    const { compiled: one, resolved } = await both(leading);
    expect([one.data, one.errors.map(({ code, path }) => [code, path])]).toEqual([
      null,
      [['NOT_FOUND', ['a', 'vault']]],
    ]);
    expect((await resolved()).errors).toEqual(one.errors);
  });

  it('hides what field rules hide', async () => {
    const source =
      'mutation { updateTracks(where: { id: { eq: "1" } }, input: { price: 2 }) { nodes { name secret } } }';
    expect((await both(source)).compiled.data).toEqual({
      updateTracks: { nodes: [{ name: 't1', secret: null }] },
    });
    expect((await both(source, as('ann', 'boss'))).compiled.data).toEqual({
      updateTracks: { nodes: [{ name: 't1', secret: 's' }] },
    });
  });
});

describe('what goes to the resolvers, whole', () => {
  it.each([
    ['fields of the author', `shout updateTracks(where: {}, input: { price: 2 }) { count nodes { name } }`],
    [
      'what is deleted with all that hangs on it',
      `deleteAlbums(where: { title: { eq: "c" } }) { nodes { title tracks { id } } }`,
    ],
    [
      'arguments below that are refused, where nothing comes to them',
      `updateTracks(where: { id: { eq: "99" } }, input: { price: 2 }) { nodes { album { tracks(limit: 100000) { id } } } }`,
    ],
    [
      'arguments below that are refused',
      `updateTracks(where: {}, input: { price: 2 }) { nodes { album { tracks(limit: 100000) { id } } } }`,
    ],
    [
      'numbers that are none of JSON',
      `updateTracks(where: { id: { eq: "1" } }, input: { price: 13 }) { nodes { share } }`,
    ],
  ])('%s', async (_what, field) => {
    await app.db.execute(`DELETE FROM "Track" WHERE "albumId" = 2`);
    const { compiled, resolved } = await both(`mutation { ${field} }`);
    const stored = await app.db.query('SELECT * FROM "Track" ORDER BY id');
    await restore();
    await app.db.execute(`DELETE FROM "Track" WHERE "albumId" = 2`);
    const other = await resolved();
    expect([compiled.data, compiled.errors]).toEqual([other.data, other.errors]);
    expect(await app.db.query('SELECT * FROM "Track" ORDER BY id')).toEqual(stored);
  });
});

describe('a mutation that is refused', () => {
  it('stores nothing, says the same and stops at the same field', async () => {
    const source = `mutation { a: createAlbum(input: { title: "new", artist: { connect: { id: "1" } } }) { id }
      b: createTrack(input: { name: "t1", album: { connect: { id: "1" } } }) { id } c: deleteTrack(id: "2") { id } }`;
    const { compiled, resolved } = await both(source);
    expect(compiled.errors.map(({ code, path }) => [code, path])).toEqual([['CONFLICT', ['b']]]);
    expect(compiled.data).toBeNull();
    expect((await resolved()).errors).toEqual(compiled.errors);
    expect(await app.db.query('SELECT title FROM "Album" ORDER BY id')).toEqual([
      { title: 'b' },
      { title: 'c' },
    ]);
    expect(compiled.statements.some((text) => text.startsWith('DELETE'))).toBe(false);
  });

  it('for nobody signed in says so once', async () => {
    const source =
      'mutation { updateTracks(where: {}, input: { price: 2 }) { count } deleteTracks(where: {}) { count } }';
    const { compiled, resolved } = await both(source, SIGNED_OUT);
    expect(compiled.errors.map(({ code, path }) => [code, path])).toEqual([
      ['UNAUTHENTICATED', ['updateTracks']],
    ]);
    expect((await resolved()).errors).toEqual(compiled.errors);
  });
});

it('an answer that is kept for its Idempotency-Key is the same again', async () => {
  const idempotencyKey = randomUUID();
  const source =
    'mutation { createTracks(inputs: [{ name: "once", album: { connect: { id: "1" } } }]) { id name } }';
  const first = await app.graphql(source, {}, as('ann'), { idempotencyKey });
  expect(first.data).toMatchObject({ createTracks: [{ name: 'once' }] });
  expect(await app.graphql(source, {}, as('ann'), { idempotencyKey })).toEqual(first);
  expect(await app.db.query(`SELECT name FROM "Track" WHERE name = 'once'`)).toHaveLength(1);
});
