import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(`
    type User @model @access(read: "true", create: "true") { id: ID! posts: [Post!]! }
    type Post @model @access(read: "true", create: "true") {
      id: ID!
      author: User! @preset(create: "viewer.id")
    }`);
});
afterAll(() => app.close());

test('BAD_USER_INPUT carries the path also where no input was given', async () => {
  const { data, errors } = await app.graphql('mutation { createPost(input: {}) { id } }');
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'author'], constraint: 'preset' }] },
  ]);
});
