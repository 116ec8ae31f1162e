import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import {
  applyToModel,
  emptyModel,
  type Model,
  ModelError,
  type Mutation,
  mutations,
  snapshot,
  toGraphql,
} from './support/write-model.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
type Team @model ${OPEN} { id: ID!  name: String! @unique  score: Int! @default(value: 0)  people: [Person!]!  rooms: [Room!]! }
type Person @model ${OPEN} {
  id: ID!  name: String! @unique  score: Int! @default(value: 0)  team: Team
  likes: [Person!]! @relation(name: "likes")  likedBy: [Person!]! @relation(name: "likes")
}
type Room @model ${OPEN} { id: ID!  name: String! @unique  score: Int! @default(value: 0)  team: Team! }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());

async function stored(): Promise<unknown> {
  return app.data(`{
    teams(orderBy: [{ name: ASC }]) { name score people(orderBy: [{ name: ASC }]) { name } rooms(orderBy: [{ name: ASC }]) { name } }
    people(orderBy: [{ name: ASC }]) { name score team { name } likes(orderBy: [{ name: ASC }]) { name } likedBy(orderBy: [{ name: ASC }]) { name } }
    rooms(orderBy: [{ name: ASC }]) { name score team { name } }
  }`);
}

async function orphans(): Promise<number> {
  const [row] = await app.db.query<{ count: number }>(`SELECT (
    (SELECT count(*) FROM "Person" p WHERE "teamId" IS NOT NULL AND NOT EXISTS (SELECT FROM "Team" t WHERE t.id = p."teamId")) +
    (SELECT count(*) FROM "Room" r WHERE NOT EXISTS (SELECT FROM "Team" t WHERE t.id = r."teamId")) +
    (SELECT count(*) FROM "_likes" l WHERE NOT EXISTS (SELECT FROM "Person" p WHERE p.id = l."A") OR NOT EXISTS (SELECT FROM "Person" p WHERE p.id = l."B"))
  )::int4 AS count`);
  return row?.count ?? -1;
}

/** Runs one mutation on both sides: they agree on whether it succeeds and on what is stored afterwards. */
async function step(model: Model, mutation: Mutation): Promise<Model> {
  const source = `mutation { ${toGraphql(mutation)} }`;
  const answer = await app.graphql(source);
  let next = model;
  let refusal: unknown;
  try {
    next = applyToModel(model, mutation);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    refusal = error.code;
  }
  const context = `${source}\n${JSON.stringify(answer.errors)} / ${String(refusal)}`;
  expect(answer.codes.length > 0, context).toBe(refusal !== undefined);
  if (refusal !== undefined) {
    expect(['NOT_FOUND', 'CONFLICT', 'BAD_USER_INPUT'], context).toContain(answer.codes[0]);
    expect(answer.data).toBeNull();
  }
  expect(await stored(), context).toEqual(snapshot(next));
  return next;
}

test('random trees of writes store what a model in memory says, or nothing', async () => {
  let succeeded = 0;
  let total = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(mutations(), { minLength: 4, maxLength: 10 }), async (list) => {
      await app.db.execute('TRUNCATE "Team", "Person", "Room", "_likes" CASCADE');
      let model = emptyModel();
      for (const mutation of list) {
        const next = await step(model, mutation);
        total += 1;
        if (next !== model) succeeded += 1;
        model = next;
      }
      expect(await orphans()).toBe(0);
    }),
    { numRuns: 40, endOnFailure: true },
  );
  // A generator that only makes impossible mutations would prove nothing.
  expect(succeeded / total).toBeGreaterThan(0.25);
}, 180_000);
