import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runSql, runSqlUntil } from '../../support/database.ts';
import {
  type Answer,
  type Node,
  type Nodes,
  type Question,
  type Sender,
  startNodes,
  until,
} from './support.ts';

const SDL = `
type Person @model @user @access(read: "true", create: "true", delete: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  name: String!
  posts: [Post!]! @cacheControl(inheritMaxAge: true)
}
type Post @model
  @access(read: "this.published || this.author.id == viewer.id", create: "true", update: "true", delete: "true")
  @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  title: String!
  published: Boolean! @default(value: true)
  author: Person! @relation(onDelete: CASCADE)
  tags: [Tag!]! @cacheControl(inheritMaxAge: true)
  note: String @access(read: "'editor' in viewer.roles")
}
type Tag @model @access(read: "true", create: "true", update: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  posts: [Post!]! @cacheControl(inheritMaxAge: true)
}
type Offer @model @access(read: "this.until > now", create: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  until: DateTime!
}
type Lonely @model @access(read: "true", create: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
}
type Brief @model @access(read: "true", create: "true") @cacheControl(maxAge: 1) {
  id: ID! @id(auto: NONE)
}
extend type Query {
  who: String! @access(call: "true") @cacheControl(maxAge: 600)
  draw: Int! @access(call: "true") @cacheControl(maxAge: 600)
  free: [Tag!]! @access(call: "true")
  fails: Int @access(call: "true") @cacheControl(maxAge: 600)
}
extend type Mutation {
  rename(id: ID!, title: String!): Boolean! @access(call: "true")
}
`;
const RESOLVERS = `
let drawn = 0;
export const Query = {
  who: (_p, _a, ctx) => ctx.viewer?.id ?? 'nobody',
  draw: () => ++drawn,
  free: () => { drawn++; return []; },
  fails: () => { drawn++; throw new Error('It fails'); },
};
export const Mutation = {
  rename: async (_p, { id, title }, ctx) => { await ctx.db.post.update({ where: { id }, data: { title } }); return true; },
};
`;

let nodes: Nodes;
let node: Node;
let other: Node;
beforeAll(async () => {
  nodes = await startNodes(SDL, { resolvers: RESOLVERS, settings: [{}, { PLINTH_COMPILE: '0' }] });
  const [first, second] = nodes.nodes;
  if (!first || !second) throw new Error('There are two nodes');
  [node, other] = [first, second];
});

beforeEach(async () => {
  await runSql(
    nodes.url,
    `TRUNCATE "Person", "Post", "Tag", "Offer", "Lonely" CASCADE;
     INSERT INTO "Person" (id, name) VALUES ('ann', 'Ann'), ('bob', 'Bob');
     INSERT INTO "Post" (id, title, published, "authorId", note) VALUES
       ('p1', 'One', true, 'ann', 'n1'), ('p2', 'Two', false, 'ann', 'n2'), ('p3', 'Three', false, 'bob', 'n3');
     INSERT INTO "Tag" (id) VALUES ('t1');`,
  );
  for (const one of nodes.nodes) await isKeeping(one);
});

const ANN = { id: 'ann', roles: [] };
const BOB = { id: 'bob', roles: [] };
const POSTS = '{ posts(orderBy: [{ id: ASC }]) { id title author { name } tags { id } } }';

/** Waits until a node keeps answers, and so has heard of what was written before. */
async function isKeeping(at: Node): Promise<void> {
  await at.ask({ query: 'mutation { createLonely(input: { id: "x" }) { id } }' });
  await until(async () => (await at.ask({ query: '{ lonelies { id } }' })).headers.has('age'));
}

async function ask(question: Omit<Question, 'query'> & { query?: string } = {}, at = node): Promise<Answer> {
  const answer = await at.ask({ query: POSTS, as: null, ...question });
  expect(answer.errors).toEqual([]);
  return answer;
}

const isKept = (answer: Answer): boolean => answer.headers.has('age');

describe.each([
  ['compiled', () => node],
  ['resolvers', () => other],
])('%s: an answer that may be kept', (_name, at) => {
  it('is answered again, the same bytes, without SQL', async () => {
    const first = await ask({}, at());
    at().statements();
    const second = await ask({}, at());
    expect(second.text).toBe(first.text);
    expect([isKept(first), isKept(second)]).toEqual([false, true]);
    expect(at().statements()).toEqual([]);
    expect(second.kept).toBe(first.kept);
    expect(Number(second.headers.get('age'))).toBeLessThan(600);
  });

  it('is told apart by variables, and not by layout, order and spares', async () => {
    const query = 'query Q($limit: Int, $where: PostWhere) { posts(limit: $limit, where: $where) { id } }';
    const where = { title: { eq: 'One', ne: 'Two' } };
    await ask({ query, variables: { limit: 1, where } }, at());
    const spaced = query.replaceAll(' ', '  ');
    const turned = { spare: 1, where: { title: { ne: 'Two', eq: 'One' } }, limit: 1 };
    expect(isKept(await ask({ query: spaced, variables: turned }, at()))).toBe(true);
    expect(isKept(await ask({ query, variables: { limit: 2, where } }, at()))).toBe(false);
    expect(isKept(await ask({ query, variables: { limit: 1 } }, at()))).toBe(false);
  });

  it('by GET is the one by POST', async () => {
    await ask({}, at());
    expect(isKept(await ask({ method: 'GET' }, at()))).toBe(true);
  });
});

describe('two viewers', () => {
  const titles = (answer: Answer): string[] => answer.data.posts.map((post: { title: string }) => post.title);

  it('never share where a rule tells them apart', async () => {
    for (const round of [1, 2]) {
      expect(titles(await ask({ as: ANN })), String(round)).toEqual(['One', 'Two']);
      expect(titles(await ask({ as: BOB })), String(round)).toEqual(['One', 'Three']);
      expect(titles(await ask({ as: null })), String(round)).toEqual(['One']);
      expect(titles(await ask({ as: 'admin' })), String(round)).toEqual(['One', 'Two', 'Three']);
    }
    expect(isKept(await ask({ as: ANN }))).toBe(true);
  });

  it('share where the rules come to the same for both', async () => {
    const query = '{ tags { id } people { name } }';
    await ask({ query, as: ANN });
    expect(isKept(await ask({ query, as: BOB }))).toBe(true);
    expect(isKept(await ask({ query, as: null }))).toBe(true);
    expect(isKept(await ask({ query, as: 'admin' }))).toBe(false);
  });

  it('are told apart by rules of fields', async () => {
    const query = '{ posts { note } }';
    const notes = async (as: Sender) =>
      (await ask({ query, as })).data.posts.map((post: { note: string }) => post.note);
    expect(await notes({ id: 'cid', roles: [] })).toEqual([null]);
    expect(await notes({ id: 'cid', roles: ['editor'] })).toEqual(['n1']);
    expect(await notes({ id: 'cid', roles: [] })).toEqual([null]);
  });

  it('are told apart by rules that a filter or an order leads to', async () => {
    const query = 'query ($where: TagWhere) { tags(where: $where) { id } }';
    await runSql(nodes.url, `INSERT INTO "_PostToTag" ("A", "B") VALUES ('p2', 't1')`);
    await isKeeping(node);
    const variables = { where: { posts: { some: { title: { eq: 'Two' } } } } };
    const count = async (as: Sender) => (await ask({ query, variables, as })).data.tags.length;
    for (const _round of [1, 2]) {
      expect(await count(ANN)).toBe(1);
      expect(await count(BOB)).toBe(0);
    }
  });

  it('never share what is about themselves', async () => {
    for (const _round of [1, 2]) {
      expect((await ask({ query: '{ viewer { id } }', as: ANN })).data.viewer.id).toBe('ann');
      expect((await ask({ query: '{ viewer { id } }', as: BOB })).data.viewer.id).toBe('bob');
      expect((await ask({ query: '{ who }', as: ANN })).data.who).toBe('ann');
      expect((await ask({ query: '{ who }', as: null })).data.who).toBe('nobody');
    }
    expect(isKept(await ask({ query: '{ viewer { id } }', as: ANN }))).toBe(true);
    expect(isKept(await ask({ query: '{ who }', as: ANN }))).toBe(true);
    expect(isKept(await ask({ query: '{ who }', as: { id: 'ann', roles: ['x'] } }))).toBe(false);
  });
});

describe('not kept', () => {
  it('is what code without a hint of its own takes part in', async () => {
    await ask({ query: '{ free { id } }' });
    const again = await ask({ query: '{ free { id } }' });
    expect([isKept(again), again.kept]).toEqual([false, 'max-age=600, private']);
  });

  it('is what a rule about the time decides, but for the administrator', async () => {
    await ask({ query: '{ offers { id } }' });
    expect(isKept(await ask({ query: '{ offers { id } }' }))).toBe(false);
    await ask({ query: '{ offers { id } }', as: 'admin' });
    expect(isKept(await ask({ query: '{ offers { id } }', as: 'admin' }))).toBe(true);
  });

  it('is an answer with errors, whole or in part', async () => {
    const query = '{ tags { id } fails }';
    for (const _round of [1, 2]) {
      const answer = await node.ask({ query });
      expect([answer.errors.length, isKept(answer), answer.kept]).toEqual([1, false, 'no-store']);
    }
  });

  it('is an answer that is older than its maxAge', async () => {
    await ask({ query: '{ briefs { id } }' });
    await until(async () => !isKept(await ask({ query: '{ briefs { id } }' })));
  });
});

describe('a write', () => {
  const writes: [string, string, string][] = [
    ['a mutation', 'mutation { updatePost(id: "p1", input: { title: "New" }) { id } }', POSTS],
    [
      'a nested write',
      'mutation { createTag(input: { id: "t9", posts: { create: [{ id: "p9", title: "N", author: { connect: { id: "bob" } } }] } }) { id } }',
      POSTS,
    ],
    [
      'a link',
      'mutation { updatePost(id: "p1", input: { tags: { connect: [{ id: "t1" }] } }) { id } }',
      '{ posts { id tagsAggregate { count } } }',
    ],
    ['a cascade', 'mutation { deletePerson(id: "ann") { id } }', '{ posts { id } }'],
    ['Prisma in a mutation of the author', 'mutation { rename(id: "p1", title: "By Prisma") }', POSTS],
    [
      'a table that only the filter reads',
      'mutation { updatePost(id: "p1", input: { title: "None" }) { id } }',
      '{ people(where: { posts: { some: { title: { eq: "One" } } } }) { id } }',
    ],
    [
      'a table that only the rule reads',
      'mutation { deletePerson(id: "ann") { id } }',
      '{ postsAggregate { count } }',
    ],
  ];

  it.each(writes)('is read at once where it was made: %s', async (_claim, mutation, query) => {
    const before = await ask({ query });
    expect(isKept(await ask({ query }))).toBe(true);
    expect((await node.ask({ query: mutation })).errors).toEqual([]);
    const after = await ask({ query });
    expect(isKept(after)).toBe(false);
    expect(after.text).not.toBe(before.text);
  });

  it.each(writes)('is heard of by other nodes: %s', async (_claim, mutation, query) => {
    const before = await ask({ query }, other);
    expect(isKept(await ask({ query }, other))).toBe(true);
    expect((await node.ask({ query: mutation })).errors).toEqual([]);
    const fresh = (await node.ask({ query, as: null })).text;
    expect(fresh).not.toBe(before.text);
    await until(async () => (await ask({ query }, other)).text === fresh);
  });

  it.each([
    ['SQL by hand', `UPDATE "Post" SET title = 'By hand' WHERE id = 'p1'`],
    ['TRUNCATE', 'TRUNCATE "Post" CASCADE'],
  ])('is heard of: %s', async (_claim, sql) => {
    const before = await ask();
    await runSql(nodes.url, sql);
    await until(async () => (await ask()).text !== before.text);
  });

  it('to other tables ends nothing', async () => {
    await ask({ query: '{ tags { id } }' });
    await ask({ query: '{ draw }' });
    await node.ask({ query: 'mutation { createLonely(input: { id: "another" }) { id } }' });
    expect(isKept(await ask({ query: '{ tags { id } }' }))).toBe(true);
    // Nobody knows what code reads.
    expect(isKept(await ask({ query: '{ draw }' }))).toBe(false);
  });

  it('that was rolled back ends nothing', async () => {
    await ask();
    const failed = await node.ask({
      query:
        'mutation { a: updatePost(id: "p1", input: { title: "X" }) { id } b: updatePost(id: "none", input: {}) { id } }',
    });
    expect(failed.errors).toHaveLength(1);
    expect(isKept(await ask())).toBe(true);
  });
});

describe('while changes cannot be heard', () => {
  it('nothing is answered from memory, and nothing of before afterwards', async () => {
    await ask();
    expect(isKept(await ask())).toBe(true);
    const name = new URL(nodes.url).pathname.slice(1);
    const elsewhere = new URL('/postgres', nodes.url).href;
    // The pool keeps the connections that it has; listening cannot be taken up again.
    await runSql(elsewhere, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await node.db.execute(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plinth listen' AND datname = '${name}'`,
    );
    await until(async () => !isKept(await ask()));
    await ask();
    expect(isKept(await ask())).toBe(false);
    await node.db.execute(`UPDATE "Post" SET title = 'Unheard' WHERE id = 'p1'`);
    const unheard = await ask();
    expect([isKept(unheard), unheard.data.posts[0].title]).toEqual([false, 'Unheard']);
    await runSql(elsewhere, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await until(async () => isKept(await ask()));
    expect((await ask()).data.posts[0].title).toBe('Unheard');
  });
});

describe('many requests for the same at once', () => {
  it('run one statement, also when the first of them goes away', async () => {
    const blocker = runSqlUntil(nodes.url, 'BEGIN; LOCK TABLE "Tag" IN ACCESS EXCLUSIVE MODE');
    const client = await blocker;
    node.statements();
    const gone = new AbortController();
    const query = '{ tags { id posts { id } } }';
    const first = node.ask({ query, as: null, signal: gone.signal }).catch((error: unknown) => error);
    await until(() => node.statements().some((text) => text.includes('"Tag"')));
    const others = Array.from({ length: 12 }, () => ask({ query }));
    gone.abort();
    expect(await first).toBeInstanceOf(Error);
    await until(() => node.statements().some((text) => text.includes('"Tag"')));
    await client.release();
    const answers = await Promise.all(others);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(node.statements().filter((text) => text.includes('"Tag"'))).toEqual([]);
    expect(answers.filter(isKept)).toHaveLength(11);
  });
});
