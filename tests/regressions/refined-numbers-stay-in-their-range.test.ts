import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openPool, syncDevelopment } from '../../src/data/index.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { createDatabase } from '../support/database.ts';

const SDL = `
type Shelf @model @access(read: "true", create: "true", update: "true") {
  id: ID!
  places: PositiveInt
  books: NonNegativeInt
  depth: NegativeInt
  debt: NonPositiveInt
  port: Port
  width: PositiveFloat
  weight: NonNegativeFloat
  latitude: Latitude
  longitude: Longitude @column(name: "lon")
  counts: [NonNegativeInt!]!
  ports: [Port!]
}
`;

let app: TestApp;
let id: string;
beforeAll(async () => {
  app = await createTestApp(SDL);
  const made = await app.data<{ createShelf: { id: string } }>(`mutation { createShelf(input: {
    places: 1, books: 0, depth: -1, debt: 0, port: 65535, width: 0.5, weight: 0, latitude: 90.0, longitude: -180.0,
    counts: [0, 7], ports: [1]}) { id } }`);
  id = made.createShelf.id;
});
afterAll(() => app?.close());

const CASES: [field: string, amount: number, message: string, column?: string][] = [
  ['places', -1, 'must be greater than 0'],
  ['books', -1, 'must be at least 0'],
  ['depth', 1, 'must be less than 0'],
  ['debt', 1, 'must be at most 0'],
  ['port', 1, 'must be at least 0 and at most 65535'],
  ['width', -0.5, 'must be greater than 0'],
  ['weight', -0.1, 'must be at least 0'],
  ['latitude', 0.1, 'must be at least -90 and at most 90'],
  ['longitude', -0.1, 'must be at least -180 and at most 180', 'lon'],
];

describe.each(CASES)('%s', (field, amount, message, column = field) => {
  it('is not pushed out of its range by adding to it', async () => {
    for (const source of [
      `mutation { updateShelf(id: "${id}", input: {increment: {${field}: ${amount}}}) { id } }`,
      `mutation { updateShelves(where: {}, input: {increment: {${field}: ${amount}}}) { count } }`,
    ]) {
      const { codes, errors } = await app.graphql(source);
      expect(codes).toEqual(['BAD_USER_INPUT']);
      expect(errors[0]?.issues).toEqual([{ path: ['input', field], message, constraint: 'range' }]);
    }
    const back = await app.graphql(
      `mutation { updateShelf(id: "${id}", input: {increment: {${field}: ${-amount}}}) { id } }`,
    );
    expect(back.codes).toEqual([]);
    await app.db.execute(`UPDATE "Shelf" SET "${column}" = "${column}" + $1`, [amount]);
  });

  it('is not by SQL either, and may be null', async () => {
    const set = `UPDATE "Shelf" SET "${column}" = "${column}" + $1`;
    await expect(app.db.execute(set, [amount])).rejects.toMatchObject({ kind: 'check' });
    await app.db.execute(
      `INSERT INTO "Shelf" ("id", "${column}", "counts") VALUES (gen_random_uuid(), NULL, '{}')`,
    );
  });
});

it('nor is any element of a list', async () => {
  const set = (column: string, value: string) =>
    app.db.execute(`UPDATE "Shelf" SET "${column}" = $1`, [value]);
  await expect(set('counts', '{3,-1}')).rejects.toMatchObject({ kind: 'check' });
  await expect(set('ports', '{65536}')).rejects.toMatchObject({ kind: 'check' });
  await set('counts', '{}');
  await app.db.execute('UPDATE "Shelf" SET "ports" = NULL');
});

it('a database from before gets the ranges once, and only if its rows keep to them', async () => {
  const database = await createDatabase();
  const projectDir = mkdtempSync(join(tmpdir(), 'plinth-ranges-'));
  onTestFinished(async () => {
    rmSync(projectDir, { recursive: true, force: true });
    await database.drop();
  });
  const { prismaSchema, sqlObjects } = app.built;
  const sync = (objects: typeof sqlObjects) =>
    syncDevelopment({ url: database.url, projectDir, desired: { prismaSchema, objects } });
  await sync(sqlObjects.filter(({ name }) => !name.endsWith('_range')));
  const db = openPool({ url: database.url, max: 1 });
  try {
    await db.execute(`INSERT INTO "Shelf" ("id", "books", "counts") VALUES (gen_random_uuid(), -1, '{}')`);
    const refused = await sync(sqlObjects);
    expect(refused.outcome).toBe('refused');
    expect(JSON.stringify(refused.findings)).toContain('books');
    await db.execute('UPDATE "Shelf" SET "books" = 0');
  } finally {
    await db.close();
  }
  const changed = await sync(sqlObjects);
  expect([changed.outcome, changed.sql.match(/_range_check/g)?.length]).toEqual(['changed', 11]);
  expect((await sync(sqlObjects)).outcome).toBe('unchanged');
});
