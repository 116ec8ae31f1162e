import { expect, test } from 'vitest';
import { createTestApp } from '../support/app.ts';

const ACCESS = '@access(read: "true", create: "true")';

test('models, fields and root fields may be called as what every object inherits', async () => {
  const app = await createTestApp(
    `type constructor @model ${ACCESS} { id: ID! hasOwnProperty: Int! then: [toString!]! }
     type toString @model ${ACCESS} { id: ID! constructor: constructor valueOf: String }
     extend type Query { isPrototypeOf: Int! @access(call: "true") }`,
    { resolvers: { Query: { isPrototypeOf: () => 3 } } },
  );
  try {
    const made = await app.data(
      'mutation { createtoString(input: { valueOf: "v", constructor: { create: { hasOwnProperty: 1 } } }) { valueOf } }',
    );
    expect(made).toEqual({ createtoString: { valueOf: 'v' } });
    const read = await app.data(
      '{ isPrototypeOf constructors(where: { hasOwnProperty: { eq: 1 } }) { hasOwnProperty texts: then { valueOf } } }',
    );
    expect(read).toEqual({
      isPrototypeOf: 3,
      constructors: [{ hasOwnProperty: 1, texts: [{ valueOf: 'v' }] }],
    });
  } finally {
    await app.close();
  }
});
