import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { as, createTestApp, type TestApp } from '../support/app.ts';

/**
 * Inside one tree of writes a row can be made that is refused in the end, but vouches meanwhile for a look at another. What
 * comes of that look must not show in the refusal.
 */
const MEMBER = 'this.team.members.exists(m, m.user == viewer.id)';
const SDL = `
type Team @model @access(read: "true", update: "true") {
  id: ID!
  name: String! @unique
  members: [Member!]!
  plans: [Plan!]!
  boards: [Board!]!
  cards: [Card!]!
  tags: [Tag!]!
}
type Member @model @access(read: "true", create: "this.user == 'invited'", update: "this.team.name != 'blue'") {
  id: ID!
  team: Team!
  user: String!
  boards: [Board!]!
}
type Plan @model @access(read: "${MEMBER}", create: "${MEMBER}", update: "${MEMBER}", delete: "${MEMBER}") {
  id: ID!
  name: String! @unique
  pay: Int! @default(value: 0) @constraint(max: 1000)
  team: Team!
  cards: [Card!]!
  tags: [Tag!]!
}
type Tag @model @access(read: "true", create: "true", update: "true") { id: ID!  name: String! @unique  team: Team  plans: [Plan!]! }
type Board @model @access(read: "true", create: "true", update: "true") {
  id: ID!
  name: String! @unique
  team: Team!
  member: Member
}
type Card @model @access(read: "true", create: "true", update: "true") {
  id: ID!
  name: String! @unique
  team: Team
  plan: Plan
  planId: ID
}
`;

let app: TestApp;
const ANN = as('ann');
const NOBODY = '00000000-0000-7000-8000-000000000000';
let ids: { blue: string; ann: string; secret: string };

beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());
beforeEach(async () => {
  await app.db.execute('TRUNCATE "Team", "Member", "Plan", "Board", "Card", "Tag" CASCADE');
  const { red, blue } = await app.data<{
    red: { members: { id: string }[] };
    blue: { id: string; plans: { id: string }[] };
  }>(`mutation {
    red: createTeam(input: {name: "red", members: {create: [{user: "ann"}]}, plans: {create: [{name: "own"}]}}) { members { id } }
    blue: createTeam(input: {name: "blue", members: {create: [{user: "ben"}]}, cards: {create: [{name: "card"}]},
      plans: {create: [{name: "secret", pay: 995, tags: {create: [{name: "t"}]}}]}}) { id plans { id } }
    createTag(input: {name: "u"}) { id }
  }`);
  ids = { blue: blue.id, ann: red.members[0]?.id ?? '', secret: blue.plans[0]?.id ?? '' };
  await app.data(
    `mutation { createBoard(input: {name: "b", team: {connect: {name: "blue"}}, member: {connect: {id: "${ids.ann}"}}}) { id } }`,
  );
});

/** Ann makes herself a member of the blue team, which is refused, and then does something with the team. */
const vouched = (team: string): string => `mutation {
  updateTeam(id: "${ids.blue}", input: {members: {create: [{user: "ann"}]}, ${team}}) { id } }`;
/** The same by lending her own membership, which may not be lent. */
const lent = (team: string): string => `mutation {
  updateMember(id: "${ids.ann}", input: {team: {connect: {name: "blue"}},
    boards: {update: [{by: {name: "b"}, input: {team: {update: {${team}}}}}]}}) { id } }`;

type Make = (id: string, name: string) => string;
const card = (input: string): string => `cards: {update: [{by: {name: "card"}, input: {${input}}}]}`;
const looks: [string, Make][] = [
  ['connect', (_, name) => card(`plan: {connect: {name: "${name}"}}`)],
  ['connect by id', (id) => card(`plan: {connect: {id: "${id}"}}`)],
  ['connect of a new row', (_, name) => `cards: {create: [{name: "n", plan: {connect: {name: "${name}"}}}]}`],
  ['declared key', (id) => card(`planId: "${id}"`)],
  ['declared key of a new row', (id) => `cards: {create: [{name: "n", planId: "${id}"}]}`],
  ['connect in a list', (_, name) => `plans: {connect: [{name: "${name}"}]}`],
  ['set', (_, name) => `plans: {set: [{name: "${name}"}]}`],
  ['update', (_, name) => `plans: {update: [{by: {name: "${name}"}, input: {pay: 1}}]}`],
  [
    'update beyond its bounds',
    (_, name) => `plans: {update: [{by: {name: "${name}"}, input: {increment: {pay: 10}}}]}`,
  ],
  [
    'update of what hangs on it',
    (_, name) => `plans: {update: [{by: {name: "${name}"}, input: {tags: {disconnect: [{name: "t"}]}}}]}`,
  ],
  ['delete', (_, name) => `plans: {delete: [{name: "${name}"}]}`],
  ['many-to-many', (_, name) => `tags: {create: [{name: "v", plans: {connect: [{name: "${name}"}]}}]}`],
];

describe('a hidden row and one that is not there are the same in a tree that is refused', () => {
  it.each(looks)('%s, vouched for by a row that is refused', async (_, make) => {
    await expectSame((id, name) => vouched(make(id, name)));
  });

  it.each(looks)('%s, with a row that is lent', async (_, make) => {
    await expectSame((id, name) => lent(make(id, name)));
  });

  it('whatever hangs on the row that is there', async () => {
    const answers = [];
    for (const pay of [0, 995]) {
      await app.db.execute('UPDATE "Plan" SET "pay" = $1 WHERE "name" = $2', [pay, 'secret']);
      answers.push(
        await ask(vouched('plans: {update: [{by: {name: "secret"}, input: {increment: {pay: 10}}}]}')),
      );
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('and a list that is set where hidden rows could not be left out', async () => {
    const source = vouched('plans: {set: []}');
    const withHidden = await ask(source);
    await app.db.execute('DELETE FROM "Plan" WHERE "name" = $1', ['secret']);
    expect(withHidden).toEqual(await ask(source));
  });

  async function expectSame(make: Make): Promise<void> {
    const hidden = await ask(make(ids.secret, 'secret'));
    const absent = await ask(make(NOBODY, 'nothing'));
    expect(hidden.codes).not.toEqual([]);
    expect(hidden).toEqual(absent);
  }

  async function ask(source: string) {
    const { data, codes, errors } = await app.graphql(source, {}, ANN);
    expect(data).toBeNull();
    return { codes, errors: errors.map(({ message, path, issues }) => ({ message, path, issues })) };
  }
});
