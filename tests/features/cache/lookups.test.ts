import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runSql } from '../../support/database.ts';
import { type Answer, type Node, type Nodes, type Sender, startNodes, until } from './support.ts';

/** Every key that finds one row has a rule that lets some find it and others not. */
const SDL = `
type Person @model @user @access(read: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  name: String!
  email: String! @unique @access(read: "this.id == viewer.id")
  badge: String @unique @access(read: "'hr' in viewer.roles")
  ticket: String @unique @access(read: "this.openings.exists(o, o.open)")
  offer: String @unique @access(read: "this.openings.exists(o, o.until > now)")
  search: String @unique @access(read: "this.id == viewer.id")
  openings: [Opening!]!
}
type Opening @model @access(read: "true") {
  id: ID! @id(auto: NONE)
  person: Person!
  open: Boolean!
  until: DateTime!
}
type Vault @model @access(read: "this.owner == viewer.id") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  owner: String!
  cards: [Card!]!
}
type Card @model @unique(fields: ["vault", "slot"]) @access(read: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: NONE)
  vault: Vault! @access(read: "viewer != null || this.slot == 2")
  slot: Int!
}
type Mark @model @access(read: "true", create: "true") @cacheControl(maxAge: 600) { id: ID! @id(auto: NONE) }
`;

let nodes: Nodes;
let keeping: Node;
let resolvers: Node;
/** Keeps nothing. */
let truth: Node;
beforeAll(async () => {
  const settings = [{}, { PLINTH_COMPILE: '0' }, { PLINTH_CACHE_BYTES: '0' }];
  nodes = await startNodes(SDL, { settings });
  [keeping, resolvers, truth] = nodes.nodes as [Node, Node, Node];
});

const WORLD = `
  TRUNCATE "Person", "Opening", "Vault", "Card", "Mark" CASCADE;
  INSERT INTO "Person" (id, name, email, badge, ticket, offer, search) VALUES
    ('ann', 'Ann', 'ann@x.org', 'b1', 't1', 'o1', 's1'), ('bob', 'Bob', 'bob@x.org', 'b2', 't2', 'o2', 's2');
  INSERT INTO "Opening" (id, "personId", open, until) VALUES ('o', 'ann', true, now() + interval '1 hour');
  INSERT INTO "Vault" (id, owner) VALUES ('v1', 'ann');
  INSERT INTO "Card" (id, "vaultId", slot) VALUES ('c1', 'v1', 1), ('c2', 'v1', 2);`;

beforeEach(async () => {
  await runSql(nodes.url, WORLD);
  for (const node of [keeping, resolvers]) {
    await node.ask({ query: 'mutation { createMark(input: { id: "x" }) { id } }' });
    await until(async () => (await node.ask({ query: '{ marks { id } }' })).headers.has('age'));
  }
});

const VIEWERS: readonly Sender[] = [
  { id: 'ann', roles: [] },
  { id: 'bob', roles: [] },
  { id: 'bob', roles: ['hr'] },
  null,
  'admin',
];

const LOOKUPS: [query: string, variables?: Record<string, unknown>][] = [
  ['{ personByEmail(email: "ann@x.org") { name } }'],
  ['query ($email: String!) { personByEmail(email: $email) { name } }', { email: 'ann@x.org' }],
  ['{ a: person(id: "ann") { name } b: personByEmail(email: "ann@x.org") { name } }'],
  ['{ ...f } fragment f on Query { personByEmail(email: "ann@x.org") { name } }'],
  ['{ personByBadge(badge: "b1") { name } }'],
  ['{ personByTicket(ticket: "t1") { name } }'],
  ['{ personByOffer(offer: "o1") { name } }'],
  ['{ personBySearch(search: "s1") { name } }'],
  ['{ cardByVaultIdAndSlot(vaultId: "v1", slot: 1) { id } }'],
  ['query ($slot: Int!) { cardByVaultIdAndSlot(vaultId: "v1", slot: $slot) { id } }', { slot: 2 }],
];

const said = ({ text }: Answer): string => text.replaceAll(/"requestId":"[^"]*"/g, '');

describe.each([
  ['compiled', () => keeping],
  ['resolvers', () => resolvers],
])('%s: a row that is found by a key with a rule', (_name, node) => {
  it.each(LOOKUPS)('is answered to each viewer as if nothing were kept: %s', async (query, variables) => {
    const expected = new Map<Sender, string>();
    for (const as of VIEWERS)
      expected.set(as, said(await truth.ask({ query, as, ...(variables && { variables }) })));
    for (const order of [VIEWERS, [...VIEWERS].reverse()]) {
      for (const as of order) {
        const answer = await node().ask({ query, as, ...(variables && { variables }) });
        expect([as, said(answer)]).toEqual([as, expected.get(as)]);
        const differs = new Set(expected.values()).size > 1;
        if (differs) expect(answer.kept ?? '').not.toContain('public');
      }
      await runSql(nodes.url, `UPDATE "Person" SET name = name; UPDATE "Card" SET slot = slot`);
      await node().ask({ query: 'mutation { createMark(input: { id: "y" }) { id } }' });
      await runSql(nodes.url, `DELETE FROM "Mark" WHERE id = 'y'`);
    }
  });

  it('is not found any more once the rule looks at other rows', async () => {
    const query = '{ personByTicket(ticket: "t1") { name } }';
    const as = { id: 'bob', roles: [] };
    await until(async () => (await node().ask({ query, as })).headers.has('age'));
    await runSql(nodes.url, 'UPDATE "Opening" SET open = false');
    await until(async () => (await node().ask({ query, as })).text.includes('null'));
    expect((await node().ask({ query, as })).data).toEqual({ personByTicket: null });
  });

  it('is not kept where its rule looks at the time', async () => {
    const query = '{ personByOffer(offer: "o1") { name } }';
    const as = { id: 'bob', roles: [] };
    for (let turn = 0; turn < 3; turn++) {
      const answer = await node().ask({ query, as });
      expect(answer.data).toEqual({ personByOffer: { name: 'Ann' } });
      expect(answer.headers.has('age')).toBe(false);
    }
  });
});

it('finds no row by a key that leads to one which the viewer may not read', async () => {
  const query = '{ cardByVaultIdAndSlot(vaultId: "v1", slot: 1) { id vault { id } } }';
  for (const node of [truth, resolvers]) {
    const ann = await node.ask({ query, as: { id: 'ann', roles: [] } });
    expect(ann.data).toEqual({ cardByVaultIdAndSlot: { id: 'c1', vault: { id: 'v1' } } });
    expect((await node.ask({ query, as: { id: 'bob', roles: [] } })).data).toEqual({
      cardByVaultIdAndSlot: null,
    });
    expect((await node.ask({ query })).data).toEqual(ann.data);
  }
});
