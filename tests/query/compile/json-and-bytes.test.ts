import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

const SDL = `
type Thing @model @access(read: "true") {
  id: ID! @id(auto: INT)
  meta: JSON
  data: Bytes
}
`;

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(SDL);
  await paths.reads.run(`
    INSERT INTO "Thing" (meta, data) VALUES
      ('{"a": 1}', 'one'), ('{"a": 2, "b": [1]}', 'two'), ('[1, 2]', 'one'), ('[]', ''), ('1', NULL), ('"x"', NULL), ('null', NULL), (NULL, NULL)`);
});
afterAll(() => paths?.reads.stop());

const meta =
  'query ($v: JSON) { things(where: { meta: { contains: $v } }, orderBy: [{ id: ASC }]) { id meta } }';
const data = 'query ($v: Bytes) { things(where: { data: { eq: $v } }, orderBy: [{ id: ASC }]) { id data } }';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('values that nobody looks into are parameters of one prepared statement:', () => {
  it.each([
    ['objects', meta, [{ a: 1 }, { a: 2 }, {}, { b: [1], a: 2 }, { c: { d: null } }]],
    ['lists', meta, [[1], [2, 1], [], [{}], [null, 'x']]],
    ['bytes', data, ['one', 'two', 'three', 'one'].map(base64)],
  ])('%s', async (_, source, values) => {
    let prepared: readonly string[] = [];
    for (const v of [...values, ...values]) {
      const answers = await paths.ask({ source, variables: { v } });
      expect(answers.errors).toEqual([]);
      expect(answers.compiled).toBe(answers.resolvers);
      prepared = answers.prepared;
    }
    expect(prepared).toHaveLength(1);
  });

  it('not so what may be of another kind', async () => {
    const values = [{ a: 1 }, [1], 1, 'x', true, { a: 1 }, [], {}, '', -0, [[1]], 2, [2]];
    for (const v of [...values, ...values, ...values]) {
      const { compiled, resolvers } = await paths.ask({ source: meta, variables: { v } });
      expect(compiled, JSON.stringify(v)).toBe(resolvers);
    }
    for (const v of ['', base64('one'), '', 'b25l']) {
      const { compiled, resolvers } = await paths.ask({ source: data, variables: { v } });
      expect(compiled).toBe(resolvers);
    }
  });
});
