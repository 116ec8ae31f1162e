import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { as, createTestApp, type TestApp } from '../../support/app.ts';

/**
 * Rights that hold only for a moment inside of one root field: a row is made or changed, something is done by what it
 * allows, and the row is taken back before its own rule is asked.
 */
const MEMBER = 'this.team.members.exists(m, m.user == viewer.id)';
const OWNER = "this.team.members.exists(m, m.user == viewer.id && m.role == 'OWNER')";
/** The closed room is nobody's to enter, and who is in prison stays there. */
const ROOMS =
  "!this.rooms.exists(r, r.name == 'closed') && (this.user != 'ann' || this.rooms.exists(r, r.name == 'prison'))";
const SDL = `
enum Role { MEMBER OWNER }
type Team @model @access(read: "true", update: "true") {
  id: ID!
  name: String! @unique
  members: [Member!]!
  plans: [Plan!]!
  boards: [Board!]!
}
type Member @model @unique(fields: ["team", "user"])
  @access(read: "true",
    create: "this.role == 'MEMBER' && this.user == 'invited'",
    update: "this.user == viewer.id && this.role == 'MEMBER' && this.team.name != 'blue' && ${ROOMS}",
    delete: "this.user == viewer.id") {
  id: ID!
  team: Team! @relation(onDelete: CASCADE)
  user: String!
  role: Role! @default(value: MEMBER)
  boards: [Board!]!
  rooms: [Room!]!
}
type Room @model @access(read: "true", delete: "this.members.exists(m, m.user == viewer.id)") {
  id: ID!
  name: String! @unique
  members: [Member!]!
}
type Plan @model @access(read: "${MEMBER}", update: "${MEMBER}", delete: "${OWNER}") {
  id: ID!
  name: String! @unique
  team: Team!
}
type Board @model @access(read: "true", create: "true", update: "true", delete: "${OWNER} || !this.member.rooms.exists(r, r.name == 'prison') || this.member.rooms.exists(r, r.name == 'closed')") {
  id: ID!
  name: String! @unique
  team: Team!
  member: Member
  plan: Plan
}
`;

let app: TestApp;
const ANN = as('ann');
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app.close());

let ids: { team: string; ann: string; board: string };
beforeEach(async () => {
  await app.db.execute('TRUNCATE "Team", "Member", "Plan", "Board", "Room" CASCADE');
  const made = await app.data<{
    red: { id: string; members: { id: string }[]; boards: { id: string }[] };
    blue: { id: string };
  }>(`mutation {
    red: createTeam(input: {name: "red", members: {create: [{user: "ann", rooms: {create: [{name: "prison"}]}}]}, boards: {create: [{name: "b"}]},
      plans: {create: [{name: "own"}]}}) { id members { id } boards { id } }
    blue: createTeam(input: {name: "blue", members: {create: [{user: "ben", role: OWNER}]}, boards: {create: [{name: "foreign"}]},
      plans: {create: [{name: "secret"}]}}) { id }
  }`);
  ids = {
    team: made.red.id,
    ann: made.red.members[0]?.id ?? '',
    board: made.red.boards[0]?.id ?? '',
  };
  await app.data(
    `mutation { updateBoard(id: "${ids.board}", input: {member: {connect: {id: "${ids.ann}"}}, plan: {connect: {name: "own"}}}) { id } createRoom(input: {name: "closed"}) { id } }`,
  );
});

const ALL =
  '{ teams(orderBy: [{name: ASC}]) { name members(orderBy: [{user: ASC}]) { user role } plans { name } boards(orderBy: [{name: ASC}]) { name plan { name } } } rooms(orderBy: [{name: ASC}]) { name members { user } } }';

/** The attack is refused with this code, and nothing is otherwise than before. */
async function expectRefused(operation: string, ...codes: string[]): Promise<void> {
  const before = await app.data(ALL);
  const answer = await app.graphql(operation, {}, ANN);
  expect(await app.data(ALL), operation).toEqual(before);
  expect(answer.data).toBeNull();
  expect(codes, JSON.stringify(answer.errors)).toContain(answer.codes[0]);
}

describe('a right that holds only for a moment is none', () => {
  it('a member makes itself owner, deletes, and steps back', () =>
    expectRefused(
      `mutation { updateTeam(id: "${ids.team}", input: {members: {update: [
        {by: {id: "${ids.ann}"}, input: {role: OWNER, boards: {delete: [{name: "b"}]}}},
        {by: {id: "${ids.ann}"}, input: {role: MEMBER}}]}}) { id } }`,
      'FORBIDDEN',
    ));

  it('a member makes itself owner, deletes along a path, and steps back', () =>
    expectRefused(
      `mutation { updateTeam(id: "${ids.team}", input: {members: {update: [
        {by: {id: "${ids.ann}"}, input: {role: OWNER, boards: {update: [{by: {name: "b"}, input: {plan: {delete: true}}}]}}},
        {by: {id: "${ids.ann}"}, input: {role: MEMBER}}]}}) { id } }`,
      'FORBIDDEN',
    ));

  it('somebody joins a team, connects what its members see, and leaves', () =>
    expectRefused(
      `mutation { updateBoard(id: "${ids.board}", input: {
        team: {update: {members: {create: [{user: "invited"}]}}},
        plan: {connect: {name: "secret"}} }) { id } }`,
      'NOT_FOUND',
    ));

  it('a row is made, vouches for a connection to a foreign row, and is deleted again', () =>
    expectRefused(
      `mutation { updateTeam(id: "${ids.team}", input: {boards: {update: [
        {by: {name: "b"}, input: {member: {create: {user: "ann", role: OWNER, team: {connect: {name: "blue"}}}}}},
        {by: {name: "b"}, input: {plan: {connect: {name: "secret"}}}},
        {by: {name: "b"}, input: {member: {delete: true}}}]}}) { id } }`,
      'NOT_FOUND',
    ));

  it('a row is lent to another, used, and taken back', () =>
    expectRefused(
      `mutation { updateTeam(id: "${ids.team}", input: {boards: {update: [
        {by: {name: "b"}, input: {member: {update: {team: {connect: {name: "blue"}}}}}},
        {by: {name: "b"}, input: {plan: {connect: {name: "secret"}}}},
        {by: {name: "b"}, input: {member: {update: {team: {connect: {name: "red"}}}}}}]}}) { id } }`,
      'NOT_FOUND',
    ));

  it('a pair of a many-to-many relation is made, used, and ended', () =>
    expectRefused(
      `mutation { updateTeam(id: "${ids.team}", input: {members: {update: [
        {by: {id: "${ids.ann}"}, input: {rooms: {connect: [{name: "closed"}]}}},
        {by: {id: "${ids.ann}"}, input: {boards: {delete: [{name: "b"}]}}},
        {by: {id: "${ids.ann}"}, input: {rooms: {disconnect: [{name: "closed"}]}}}]}}) { id } }`,
      'FORBIDDEN',
    ));

  it('a pair of a many-to-many relation is ended, that is used, and made again', () =>
    expectRefused(
      `mutation { updateTeam(id: "${ids.team}", input: {members: {update: [
        {by: {id: "${ids.ann}"}, input: {rooms: {disconnect: [{name: "prison"}]}}},
        {by: {id: "${ids.ann}"}, input: {boards: {delete: [{name: "b"}]}}},
        {by: {id: "${ids.ann}"}, input: {rooms: {connect: [{name: "prison"}]}}}]}}) { id } }`,
      'FORBIDDEN',
    ));
});

describe('what is honest still works', () => {
  it('one row written twice in one tree', async () => {
    const answer = await app.graphql(
      `mutation { updateTeam(id: "${ids.team}", input: {members: {update: [
        {by: {id: "${ids.ann}"}, input: {boards: {update: [{by: {name: "b"}, input: {name: "c"}}]}}},
        {by: {id: "${ids.ann}"}, input: {role: MEMBER}}]}}) { boards { name } } }`,
      {},
      ANN,
    );
    expect(answer).toMatchObject({ codes: [], data: { updateTeam: { boards: [{ name: 'c' }] } } });
  });
});
