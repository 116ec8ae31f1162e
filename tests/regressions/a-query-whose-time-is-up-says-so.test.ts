import { beforeAll, expect, it } from 'vitest';
import { type AuthServer, admin, startAuthServer } from '../features/auth/support.ts';

const SDL = /* GraphQL */ `
  type Plan @model @access(read: "true", create: "true") {
    id: ID!
    title: String!
    secret: String @access(read: "viewer != null")
  }
`;

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL, { PLINTH_LIMIT_REQUEST_MS: '300' });
});

it.each([
  ['a query that is one statement', '{ plans { title } }'],
  ['a query through the resolvers', '{ plans { title secret } }'],
  ['a mutation', 'mutation { createPlan(input: { title: "x" }) { id } }'],
])('%s is told TIMEOUT when its SQL is cancelled, and not that we have failed', async (_what, query) => {
  await server.db.transaction(async (tx) => {
    await tx.execute('LOCK TABLE "Plan" IN ACCESS EXCLUSIVE MODE');
    for (const headers of [{}, admin]) {
      const { errors } = await server.graphql(query, {}, headers);
      expect(errors.map(({ extensions }) => [extensions.code, extensions.requestId])).toEqual([
        ['TIMEOUT', undefined],
      ]);
    }
  });
});
