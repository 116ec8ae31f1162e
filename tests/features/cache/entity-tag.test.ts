import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Nodes, type Question, startNodes } from './support.ts';

const SDL = `
type Artist @model @access(read: "true", create: "true", update: "true") @cacheControl(maxAge: 120) {
  id: ID!
  name: String!
}
type Diary @model @access(read: "this.owner == viewer.id", create: "true") @cacheControl(maxAge: 30) {
  id: ID!
  owner: String!
  text: String!
}
type Note @model @access(read: "true", create: "true") {
  id: ID!
}
`;
const ARTISTS = '{ artists { name } }';
const DIARIES = '{ diaries { text } }';

let nodes: Nodes;

beforeAll(async () => {
  nodes = await startNodes(SDL, { settings: [{}, { PLINTH_COMPILE: '0' }, { PLINTH_CACHE_BYTES: '0' }] });
  const [first] = nodes.nodes;
  for (const input of ['{ owner: "a", text: "of a" }', '{ owner: "b", text: "of b" }'])
    await first?.ask({ query: `mutation { createDiary(input: ${input}) { id } }` });
  await first?.ask({ query: 'mutation { createArtist(input: { name: "A" }) { id } }' });
});

/** The answer to a GET of every node, twice each: worked out and kept, compiled and not. All have to agree. */
async function get(question: Question): Promise<Answer> {
  const answers: Answer[] = [];
  for (const node of nodes.nodes)
    for (let time = 0; time < 2; time++)
      answers.push(await node.ask({ as: null, ...question, method: 'GET' }));
  const told = answers.map(({ status, text, kept, headers }) => ({
    status,
    text,
    kept,
    tag: headers.get('etag'),
    vary: headers.get('vary'),
    type: headers.get('content-type'),
    length: headers.get('content-length'),
  }));
  for (const one of told) expect(one).toEqual(told[0]);
  return answers[0] as Answer;
}

const tagOf = async (question: Question): Promise<string> =>
  (await get(question)).headers.get('etag') ?? 'none';

describe('a query by GET that caches may keep', () => {
  it('has a tag, and is not sent again to who names it', async () => {
    const answer = await get({ query: ARTISTS });
    const tag = answer.headers.get('etag');
    expect([answer.status, tag]).toEqual([200, expect.stringMatching(/^"[\w-]{27}"$/)]);
    const again = await get({ query: ARTISTS, headers: { 'if-none-match': `"other", ${tag}` } });
    expect([again.status, again.text, again.kept]).toEqual([304, '', 'max-age=120, public']);
    expect([again.headers.get('etag'), again.headers.get('vary')]).toEqual([tag, answer.headers.get('vary')]);
    expect(again.headers.get('content-type')).toBeNull();
  });

  it('is known by a weak tag too, as proxies that compress make it, and by *', async () => {
    const tag = await tagOf({ query: ARTISTS });
    for (const named of [`W/${tag}`, '*'])
      expect((await get({ query: ARTISTS, headers: { 'if-none-match': named } })).status).toBe(304);
    expect((await get({ query: ARTISTS, headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('has another tag once it has changed, and per media type', async () => {
    const before = await tagOf({ query: ARTISTS });
    const type = 'application/graphql-response+json';
    expect(await tagOf({ query: ARTISTS, headers: { accept: type } })).not.toBe(before);
    const [first] = nodes.nodes;
    await first?.ask({ query: 'mutation { createArtist(input: { name: "B" }) { id } }' });
    // Other nodes hear of it a moment later.
    await expect
      .poll(async () => {
        const answers = await Promise.all(
          nodes.nodes.map((node) => node.ask({ query: ARTISTS, as: null, method: 'GET' })),
        );
        return answers.every(({ text }) => text.includes('"B"'));
      })
      .toBe(true);
    const after = await get({ query: ARTISTS, headers: { 'if-none-match': before } });
    expect(after.status).toBe(200);
    expect(after.headers.get('etag')).not.toBe(before);
  });

  it('stays private where it is, and one viewer is never told that another’s is still good', async () => {
    const tag = await tagOf({ query: DIARIES, as: { id: 'a' } });
    const own = await get({ query: DIARIES, as: { id: 'a' }, headers: { 'if-none-match': tag } });
    expect([own.status, own.kept]).toEqual([304, 'max-age=30, private']);
    expect(own.headers.get('vary')).toMatch(/authorization, cookie/);
    const other = await get({ query: DIARIES, as: { id: 'b' }, headers: { 'if-none-match': tag } });
    expect([other.status, other.text]).toEqual([200, expect.stringContaining('of b')]);
  });
});

describe('no tag', () => {
  it.each([
    ['where nothing may be kept', { query: '{ notes { id } }' }],
    ['with an error', { query: '{ diaries { text } }' }],
    ['for what does not parse', { query: '{ artists {' }],
  ])('%s, whatever is named', async (_claim, question) => {
    const [first] = nodes.nodes;
    const answer = await first?.ask({
      as: null,
      ...question,
      method: 'GET',
      headers: { 'if-none-match': '*' },
    });
    expect([answer?.headers.get('etag'), answer?.kept]).toEqual([null, 'no-store']);
    expect(answer?.status).not.toBe(304);
  });

  it('on a POST', async () => {
    for (const node of nodes.nodes)
      for (let time = 0; time < 2; time++) {
        const answer = await node.ask({ query: ARTISTS, as: null, headers: { 'if-none-match': '*' } });
        expect([answer.status, answer.headers.get('etag')]).toEqual([200, null]);
      }
  });
});

describe('HEAD', () => {
  const head = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${nodes.nodes[0]?.url}/graphql?${new URLSearchParams({ query })}`, { method: 'HEAD', headers });

  it('answers as GET does, without the body', async () => {
    const answer = await get({ query: ARTISTS, as: null });
    const told = await head(ARTISTS);
    expect([told.status, await told.text()]).toEqual([200, '']);
    for (const name of ['etag', 'cache-control', 'vary', 'content-type', 'content-length'])
      expect([name, told.headers.get(name)]).toEqual([name, answer.headers.get(name)]);
    expect((await head(ARTISTS, { 'if-none-match': told.headers.get('etag') ?? '' })).status).toBe(304);
  });

  it('does not run a mutation', async () => {
    const told = await head('mutation { createArtist(input: { name: "by HEAD" }) { id } }');
    expect(told.status).toBe(405);
    expect((await nodes.nodes[0]?.ask({ query: ARTISTS }))?.text).not.toContain('by HEAD');
  });
});
