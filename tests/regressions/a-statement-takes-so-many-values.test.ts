import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, createTestApp, type TestApp } from '../support/app.ts';

const SDL = /* GraphQL */ `
  type Pair @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID! @id(auto: INT)
    a: Int! @default(value: 3)
    name: String
    boxes: [Box!]!
  }
  type Box @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID! @id(auto: INT)
    pairs: [Pair!]!
  }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL, { limits: { maxListLength: 500, maxInputLength: 40_000 } });
  await app.db.execute(`INSERT INTO "Pair" (a, name) VALUES (7, 'x'), (8, 'y')`);
});
afterAll(() => app?.close());

const differ = (list: number) =>
  Array.from({ length: 500 }, (_, index) => ({ a: { ne: list * 500 + index } }));

test('filters that need more values together are answered field by field', { timeout: 60_000 }, async () => {
  const w = { OR: Array.from({ length: 10 }, (_, list) => ({ AND: differ(list) })) };
  const fields = Array.from({ length: 14 }, (_, index) => `a${index}: pairs(where: $w, limit: 1) { id }`);
  const source = `query ($w: PairWhere) { ${fields.join(' ')} }`;
  expect(await app.compiled(source, { w }, ADMIN)).toBeUndefined();
  const { data, errors } = await app.graphql(source, { w });
  expect([errors, Object.keys(data ?? {}).length]).toEqual([[], 14]);
});

test('a write of more values than one statement takes is refused', { timeout: 60_000 }, async () => {
  const inputs = [0, 1].map((half) => ({
    pairs: { connect: Array.from({ length: 33_000 }, (_, index) => ({ id: String(half * 33_000 + index) })) },
  }));
  const answer = await app.graphql(
    'mutation ($inputs: [BoxCreateInput!]!) { createBoxes(inputs: $inputs) { id } }',
    {
      inputs,
    },
  );
  expect(answer.errors).toMatchObject([
    {
      code: 'BAD_USER_INPUT',
      message: 'This needs more than 65535 values at once. Send it in several operations.',
    },
  ]);
  expect((await app.graphql('{ boxes { id } }')).data).toEqual({ boxes: [] });
});
