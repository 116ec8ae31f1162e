import { afterAll, beforeAll, expect, it } from 'vitest';
import { as, createTestApp, type TestApp } from '../support/app.ts';

/** Who may not read a vault does not find by its id which cards lie in it, neither by a lookup nor by naming a card in a mutation. */
const SDL = `
type Account @model @user @access(read: "true") { id: ID! @id(auto: NONE) }
type Vault @model @access(read: "this.owner == viewer.id") { id: ID! @id(auto: NONE) owner: String! cards: [Card!]! }
type Card @model @unique(fields: ["vault", "slot"]) @access(read: "true", update: "viewer != null") {
  id: ID! @id(auto: NONE)
  vault: Vault!
  slot: Int!
  deck: Deck
}
type Safe @model @access(read: "this.owner == viewer.id") { id: ID! @id(auto: NONE) owner: String! label: Label }
type Label @model @access(read: "true", create: "true", update: "true") {
  id: ID! @id(auto: NONE)
  safe: Safe @unique
  safeId: ID
  name: String
}
type Deck @model @access(read: "true", create: "true", update: "true") { id: ID! @id(auto: NONE) cards: [Card!]! }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
  await app.db.execute(`INSERT INTO "Account" VALUES ('ann'), ('bob');
    INSERT INTO "Vault" (id, owner) VALUES ('v', 'ann'); INSERT INTO "Card" (id, "vaultId", slot) VALUES ('c', 'v', 1);
    INSERT INTO "Safe" (id, owner) VALUES ('s', 'ann'); INSERT INTO "Label" (id, "safeId") VALUES ('l', 's')`);
});
afterAll(() => app?.close());

const LOOKUP = '{ cardByVaultIdAndSlot(vaultId: "v", slot: 1) { id } }';
const CONNECT = `mutation ($id: ID!) { createDeck(input: { id: $id, cards: { connect: [{ vaultId_slot: { vaultId: "v", slot: 1 } }] } }) { id } }`;

it('finds the row for who may read what the key leads to', async () => {
  expect(await app.data(LOOKUP, {}, as('ann'))).toEqual({ cardByVaultIdAndSlot: { id: 'c' } });
  expect(await app.data(CONNECT, { id: 'anns' }, as('ann'))).toEqual({ createDeck: { id: 'anns' } });
});

it('finds none for anybody else', async () => {
  expect(await app.data(LOOKUP, {}, as('bob'))).toEqual({ cardByVaultIdAndSlot: null });
  const { codes } = await app.graphql(CONNECT, { id: 'bobs' }, as('bob'));
  expect(codes).toEqual(['NOT_FOUND']);
});

it('finds it by a key that is declared, and so a field that may be read', async () => {
  const found = await app.data('{ labelBySafeId(safeId: "s") { id safeId safe { id } } }', {}, as('bob'));
  expect(found).toEqual({ labelBySafeId: { id: 'l', safeId: 's', safe: null } });
  const upsert = `mutation { upsertLabel(by: { safeId: "s" }, create: { id: "m", safeId: "s" }, update: { name: "z" }) { id name } }`;
  expect(await app.data(upsert, {}, as('bob'))).toEqual({ upsertLabel: { id: 'l', name: 'z' } });
});
