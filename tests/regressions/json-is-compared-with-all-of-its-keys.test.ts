import { expect, test } from 'vitest';
import { startTwoPaths } from '../query/compile/two-paths.ts';

const SDL = 'type Thing @model @access(read: "true") { id: ID! @id(auto: INT) meta: JSON }';

/** `__proto__` in the JSON of a request is refused; in the text of an operation it is a key like any other. */
test('a key that is called `__proto__` among them, whichever way the statement is made', async () => {
  const paths = await startTwoPaths(SDL);
  try {
    await paths.reads.run(
      `INSERT INTO "Thing" (meta) VALUES ('{}'), ('{"__proto__": {"a": 1}}'), ('{"a": 1}')`,
    );
    const source =
      'query ($v: JSON = {__proto__: {a: 1}}) { things(where: { meta: { contains: $v } }) { id } }';
    // Built anew at first, out of a template in the end.
    for (const variables of [{}, { v: { a: 1 } }, { v: { a: 2 } }, {}]) {
      const { compiled, resolvers } = await paths.ask({ source, variables });
      expect(compiled).toBe(resolvers);
      if (!('v' in variables)) expect(compiled).toBe('{"things":[{"id":"2"}]}');
    }
  } finally {
    await paths.reads.stop();
  }
});
