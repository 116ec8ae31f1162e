import { beforeAll, describe, expect, it } from 'vitest';
import { runSql } from '../../support/database.ts';
import { type Answer, type Node, type Question, type Sender, startNodes } from './support.ts';

/** Answers that rules have a part in, by ways that are easily overlooked. */
const SDL = `
type Person @model @user @access(read: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  name: String!
  email: String! @access(read: "this.id == viewer.id")
  badge: String @access(read: "'hr' in viewer.roles")
  bonus: String @access(read: "this.until > now")
  until: DateTime!
  teams: [Team!]! @cacheControl(maxAge: 600)
  upper: String! @computed @cacheControl(maxAge: 600)
}
type Team @model @access(read: "this.boss == viewer.id") { id: ID! @id(auto: NONE) boss: String! person: Person! }
type Doc @model @access(read: "this.owner == viewer.id") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  owner: String!
  title: String!
}
type Note @model @access(read: "this.until > now") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  title: String!
  until: DateTime!
}
union Hit = Doc | Note
union Found = Doc | Person
type Box { hits: [Found!]! @cacheControl(maxAge: 600) first: Node @cacheControl(maxAge: 600) }
extend type Query {
  find: [Hit!]! @access(call: "true") @cacheControl(maxAge: 600)
  docs2: [Found!]! @access(call: "true") @cacheControl(maxAge: 600)
  box: Box! @access(call: "true") @cacheControl(maxAge: 600)
  claim: String! @access(call: "true") @cacheControl(maxAge: 600)
  echo(x: Float): String! @access(call: "true") @cacheControl(maxAge: 600)
}
`;
const RESOLVERS = `
const doc = (id) => ({ __typename: 'Doc', id });
export const Query = {
  find: () => [doc('d1'), doc('d2'), { __typename: 'Note', id: 'n1' }],
  docs2: () => [doc('d1'), doc('d2')],
  box: () => ({ hits: [doc('d1'), doc('d2')], first: doc('d1') }),
  claim: (_p, _a, ctx) => String(ctx.viewer?.claims?.n),
  echo: (_p, { x }) => (Object.is(x, -0) ? '-0' : String(x)),
};
export const Person = { upper: (p) => [p.name, p.email, p.badge].join(' ').toUpperCase() };
`;

let compiled: Node;
let resolvers: Node;
/** Keeps nothing. */
let truth: Node;
beforeAll(async () => {
  const settings = [{}, { PLINTH_COMPILE: '0' }, { PLINTH_CACHE_BYTES: '0' }];
  const { url, nodes } = await startNodes(SDL, { resolvers: RESOLVERS, settings });
  [compiled, resolvers, truth] = nodes as [Node, Node, Node];
  await runSql(
    url,
    `INSERT INTO "Person" (id, name, email, badge, bonus, until) VALUES
       ('ann', 'Ann', 'ann@x.org', 'b1', 'x', now() + interval '1 hour'), ('bob', 'Bob', 'bob@x.org', 'b2', 'y', now());
     INSERT INTO "Team" (id, boss, "personId") VALUES ('t', 'ann', 'bob');
     INSERT INTO "Doc" (id, owner, title) VALUES ('d1', 'ann', 'of ann'), ('d2', 'bob', 'of bob');
     INSERT INTO "Note" (id, title, until) VALUES ('n1', 'for now', now() + interval '1 hour')`,
  );
});

const ANN = { id: 'ann', roles: [] };
const BOB = { id: 'bob', roles: [] };
const VIEWERS: readonly Sender[] = [ANN, BOB, { id: 'bob', roles: ['hr'] }, null, 'admin'];

const said = ({ text }: Answer): string => text.replaceAll(/"requestId":"[^"]*"/g, '');

/** The key parts of what a variable is called are those of every object. */
const QUERIES: readonly string[] = [
  ...['x', 'toString', 'constructor', 'valueOf', 'hasOwnProperty', '__proto__'].flatMap((name) => [
    `query ($${name}: PersonWhere = { email: { eq: "ann@x.org" } }) { people(where: $${name}) { name } }`,
    `query ($${name}: [PersonOrderBy!] = [{ email: DESC }]) { people(orderBy: $${name}) { name } }`,
    `query ($${name}: PersonWhere = { teams: { some: {} } }) { people(where: $${name}) { name } }`,
    `query ($${name}: [PersonGroupKey!]! = [{ field: email }]) { peopleGroups(by: $${name}) { key { name } aggregate { count } } }`,
    `query ($${name}: Boolean! = true) { people { name badge @include(if: $${name}) } }`,
  ]),
  '{ find { ... on Doc { title } ... on Note { title } } }',
  '{ find { __typename } }',
  '{ docs2 { __typename } }',
  '{ box { hits { ... on Doc { title } } } }',
  '{ box { first { id } } }',
  '{ people { upper } }',
];

describe.each([
  ['compiled', () => compiled],
  ['resolvers', () => resolvers],
])('%s: an answer that may be kept', (_name, node) => {
  it.each(QUERIES)('is that of a server which keeps none, whoever asked before: %s', async (query) => {
    const expected = new Map<Sender, string>();
    for (const as of VIEWERS) expected.set(as, said(await truth.ask({ query, as })));
    const differs = new Set(VIEWERS.filter((as) => as !== 'admin').map((as) => expected.get(as))).size > 1;
    for (const as of [...VIEWERS, ...[...VIEWERS].reverse()]) {
      const answer = await node().ask({ query, as });
      expect([as, said(answer)]).toEqual([as, expected.get(as)]);
      if (differs) expect(answer.kept ?? '').not.toContain('public');
    }
  });

  it('is not that of another condition, whatever the variable is called', async () => {
    const query =
      'query ($valueOf: Boolean! = true) { people(limit: 1) { name badge @include(if: $valueOf) } }';
    const asks: Omit<Question, 'query'>[] = [
      { as: null, variables: { valueOf: false } },
      { as: { id: 'bob', roles: ['hr'] } },
      { as: null },
      { as: null, variables: { valueOf: true } },
    ];
    for (const ask of asks)
      expect(said(await node().ask({ query, ...ask }))).toBe(said(await truth.ask({ query, ...ask })));
  });

  it.each(['{ find { __typename } }', '{ people { upper } }', '{ box { first { id } } }'])(
    'is not kept where a rule of what it leads to looks at the time: %s',
    async (query) => {
      await node().ask({ query, as: ANN });
      expect((await node().ask({ query, as: ANN })).headers.has('age')).toBe(false);
    },
  );

  it('is kept where none does', async () => {
    await node().ask({ query: '{ docs2 { __typename } }', as: ANN });
    expect((await node().ask({ query: '{ docs2 { __typename } }', as: ANN })).headers.has('age')).toBe(true);
  });

  it('is told apart by numbers that JSON cannot write', async () => {
    for (const n of ['1e999', '-1e999', 'null', '1'])
      expect(
        (
          await node().ask({
            query: '{ claim }',
            as: null,
            headers: { 'x-plinth-as': `{"id":"bob","claims":{"n":${n}}}` },
          })
        ).data,
      ).toEqual({
        claim: String(JSON.parse(n)),
      });
    const echo = 'query ($x: Float) { echo(x: $x) }';
    for (const x of [0, -0, 0])
      expect((await node().ask({ query: echo, as: null, variables: { x } })).data).toEqual({ echo: '0' });
  });
});
