import { beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, admin, startAuthServer } from '../features/auth/support.ts';

const SDL = /* GraphQL */ `
  type Plan @model @access(read: "true", create: "true", update: "true") {
    id: ID! @id(auto: NONE)
    title: String!
  }
`;

// One statement or several steps: the client is told the same.
describe.each(['1', '0'])('with PLINTH_COMPILE=%s', (compile) => {
  let server: AuthServer;
  beforeAll(async () => {
    server = await startAuthServer(SDL, { PLINTH_LIMIT_REQUEST_MS: '300', PLINTH_COMPILE: compile });
  });

  it.each([
    ['a create', 'mutation {\n  createPlan(input: { id: "a", title: "x" }) { id }\n}', 'createPlan'],
    ['one with an alias', 'mutation {\n  mine: createPlan(input: { id: "b", title: "x" }) { id }\n}', 'mine'],
    ['an update', 'mutation {\n  updatePlan(id: "a", input: { title: "y" }) { id }\n}', 'updatePlan'],
  ])('%s', async (_what, query, key) => {
    await server.db.transaction(async (tx) => {
      await tx.execute('LOCK TABLE "Plan" IN ACCESS EXCLUSIVE MODE');
      // The second time the text is known.
      for (const _ of [1, 2]) {
        const { errors } = await server.graphql(query, {}, admin);
        expect(errors).toEqual([
          {
            message: 'The operation took too long and was cancelled. Nothing was stored.',
            locations: [{ line: 2, column: 3 }],
            path: [key],
            extensions: { code: 'TIMEOUT' },
          },
        ]);
      }
    });
  });
});
