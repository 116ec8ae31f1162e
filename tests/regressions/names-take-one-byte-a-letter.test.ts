import { serialize } from 'node:v8';
import { buildASTSchema, type GraphQLObjectType, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { charsOf } from '../../src/kit/byte-text.ts';
import { parseDocument } from '../../src/kit/parse-document.ts';
import { startTwoPaths, type TwoPaths } from '../query/compile/two-paths.ts';

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(
    `type Page @model @access(read: "true") { id: ID! @id(auto: INT) title: String! }`,
  );
});
afterAll(() => paths?.reads.stop());

// An answer that a name of two bytes for each letter is put together with has two for each of its own.
describe('names out of a text with a character beyond Latin-1', () => {
  it('take one byte for each letter where they become properties', () => {
    // Put together here, since V8 would have met it in this file otherwise.
    const name = ['way', 'from', 'here', 'to', 'there'].join('_');
    const schema = buildASTSchema(parseDocument(`"""From → to"""\ntype Query { ${name}: Int }`));
    const [found] = Object.keys((schema.getQueryType() as GraphQLObjectType).getFields());
    expect(found).toBe(name);
    expect(takesOneByte(`{"data":{"${found}":1}}`)).toBe(true);
  });

  it.each([
    ['a list', 'pages { id }'],
    ['a tree of nothing', 'page(id: 1) { id }'],
    ['a constant', '__typename'],
  ])('take one byte for each letter as aliases of %s, and so does the answer', async (_, field) => {
    const alias = ['what', 'is', 'asked', ...(field.match(/\w+/g) ?? [])].join('_');
    const document = parse(`# From → to\n{ ${alias}: ${field} }`);
    const { scope } = paths.reads.scope();
    const answer = await paths.queries.answer({ document, variables: {}, scope });
    expect(answer).toMatch(alias);
    expect(takesOneByte(answer && charsOf(answer))).toBe(true);
  });

  it('are told from others by what the test looks at', () => {
    expect(takesOneByte('Latin-1: é')).toBe(true);
    expect(takesOneByte('beyond it: →')).toBe(false);
  });
});

/** As V8's serializer tells them apart: by the letter ahead of a string, after two bytes for its version. */
function takesOneByte(text: string | undefined): boolean {
  return serialize(text)[2] === '"'.charCodeAt(0);
}
