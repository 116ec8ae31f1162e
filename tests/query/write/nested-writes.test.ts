import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../support/app.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
type Team @model ${OPEN} {
  id: ID!  name: String! @unique  score: Int  version: Int! @version
  members: [Person!]!  projects: [Project!]!
}
type Person @model ${OPEN} {
  id: ID!  email: String! @unique  team: Team  version: Int! @version
  profile: Profile  passport: Passport
  follows: [Person!]! @relation(name: "follows")
  followers: [Person!]! @relation(name: "follows")
  mentor: Person @relation(name: "mentoring")
  mentees: [Person!]! @relation(name: "mentoring")
}
type Project @model ${OPEN} {
  id: ID!  name: String! @unique  team: Team!  labels: [Label!]!
}
type Label @model ${OPEN} { id: ID! @id(auto: NONE)  name: String! @unique  projects: [Project!]! }
type Profile @model ${OPEN} { id: ID! @id(auto: INT)  bio: String! @unique  person: Person @unique }
type Passport @model ${OPEN} { id: ID! @id(auto: INT)  number: String! @unique  person: Person! @unique }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());

/** Everything that is stored, by names instead of ids. */
async function stored(): Promise<unknown> {
  return app.data(`{
    teams(orderBy: [{ name: ASC }]) { name score members(orderBy: [{ email: ASC }]) { email } projects(orderBy: [{ name: ASC }]) { name } }
    people(orderBy: [{ email: ASC }]) {
      email team { name } profile { bio } passport { number } mentor { email }
      follows(orderBy: [{ email: ASC }]) { email } followers(orderBy: [{ email: ASC }]) { email }
    }
    projects(orderBy: [{ name: ASC }]) { name team { name } labels(orderBy: [{ name: ASC }]) { name } }
    labels(orderBy: [{ name: ASC }]) { id name }
    profiles(orderBy: [{ bio: ASC }]) { bio person { email } }
    passports(orderBy: [{ number: ASC }]) { number person { email } }
  }`);
}

const TABLES = '"Team", "Person", "Project", "Label", "Profile", "Passport", "_follows"';
let ids: Record<string, string> = {};

beforeEach(async () => {
  await app.db.execute(`TRUNCATE ${TABLES} CASCADE`);
  const data = await app.data<Record<string, Record<string, unknown>>>(`mutation {
    red: createTeam(input: { name: "red", members: { create: [{ email: "ann", profile: { create: { bio: "ann's" } } }, { email: "bob" }] } }) { id }
    blue: createTeam(input: { name: "blue" }) { id }
    cid: createPerson(input: { email: "cid", passport: { create: { number: "c1" } } }) { id }
    alpha: createProject(input: { name: "alpha", team: { connect: { name: "red" } }, labels: { create: [{ id: "u", name: "urgent" }, { id: "n", name: "new" }] } }) { id }
    beta: createProject(input: { name: "beta", team: { connect: { name: "red" } }, labels: { connect: [{ name: "urgent" }] } }) { id }
    old: createLabel(input: { id: "o", name: "old" }) { id }
  }`);
  const people = await app.data<{ people: { id: string; email: string }[] }>('{ people { id email } }');
  ids = Object.fromEntries([
    ...Object.entries(data).map(([name, row]) => [name, String(row.id)]),
    ...people.people.map(({ id, email }) => [email, id]),
  ]);
});

interface Scenario {
  readonly name: string;
  /** `$red` and the like are replaced by ids. */
  readonly do: string;
  readonly answers?: Record<string, unknown>;
  /** Code of the only error; nothing may be stored then. */
  readonly fails?: string;
  readonly issue?: readonly (string | number)[];
}

function run(scenarios: readonly Scenario[]): void {
  test.for(scenarios)('$name', async (scenario) => {
    const before = await stored();
    const source = scenario.do.replace(/\$(\w+)/g, (_, name: string) => JSON.stringify(ids[name]));
    const answer = await app.graphql(`mutation { ${source} }`);
    if (scenario.fails === undefined) {
      expect(answer.errors).toEqual([]);
      expect(answer.data).toMatchObject(scenario.answers ?? {});
      return;
    }
    expect(answer.codes, JSON.stringify(answer.errors)).toEqual([scenario.fails]);
    if (scenario.issue)
      expect(answer.errors[0]?.issues.map((issue) => issue.path)).toContainEqual(scenario.issue);
    expect(answer.data).toBeNull();
    expect(await stored()).toEqual(before);
  });
}

const members = 'members(orderBy: [{ email: ASC }]) { email }';
const labels = 'labels(orderBy: [{ name: ASC }]) { name }';
const emails = (...list: string[]) => list.map((email) => ({ email }));
const called = (...list: string[]) => list.map((name) => ({ name }));

describe('one-to-many', () => {
  run([
    {
      name: 'create makes rows under the parent',
      do: `updateTeam(id: $blue, input: { members: { create: [{ email: "x" }, { email: "y" }] } }) { ${members} }`,
      answers: { updateTeam: { members: emails('x', 'y') } },
    },
    {
      name: 'connect moves a row from its other parent',
      do: `updateTeam(id: $blue, input: { members: { connect: [{ email: "ann" }, { id: $cid }] } }) { ${members} } updateTeam2: updateTeam(id: $red, input: {}) { ${members} }`,
      answers: { updateTeam: { members: emails('ann', 'cid') }, updateTeam2: { members: emails('bob') } },
    },
    {
      name: 'connect to a row that does not exist stores nothing',
      do: `updateTeam(id: $blue, input: { score: 3, members: { create: [{ email: "x" }], connect: [{ email: "nobody" }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'connectOrCreate finds one and makes the other',
      do: `updateTeam(id: $blue, input: { members: { connectOrCreate: [
        { by: { email: "ann" }, create: { email: "ann" } }, { by: { email: "new" }, create: { email: "new" } }] } }) { ${members} }`,
      answers: { updateTeam: { members: emails('ann', 'new') } },
    },
    {
      name: 'set replaces, and leaves the removed rows without parent',
      do: `updateTeam(id: $red, input: { members: { set: [{ email: "bob" }, { email: "cid" }] } }) { ${members} }`,
      answers: { updateTeam: { members: emails('bob', 'cid') } },
    },
    {
      name: 'set to nothing empties',
      do: `updateTeam(id: $red, input: { members: { set: [] } }) { ${members} }`,
      answers: { updateTeam: { members: [] } },
    },
    {
      name: 'set with create replaces by new rows',
      do: `updateTeam(id: $red, input: { members: { set: [], create: [{ email: "x" }] } }) { ${members} }`,
      answers: { updateTeam: { members: emails('x') } },
    },
    {
      name: 'set that would orphan rows with a required key is bad input',
      do: `updateTeam(id: $red, input: { projects: { set: [{ name: "alpha" }] } }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'projects', 'set'],
    },
    {
      name: 'set to what is there already is fine, required key or not',
      do: `updateTeam(id: $red, input: { projects: { set: [{ name: "alpha" }, { name: "beta" }] } }) { projects(orderBy: [{ name: ASC }]) { name } }`,
      answers: { updateTeam: { projects: called('alpha', 'beta') } },
    },
    {
      name: 'disconnect clears the key',
      do: `updateTeam(id: $red, input: { members: { disconnect: [{ email: "ann" }] } }) { ${members} }`,
      answers: { updateTeam: { members: emails('bob') } },
    },
    {
      name: 'disconnect through the wrong parent is not found',
      do: `updateTeam(id: $blue, input: { members: { disconnect: [{ email: "ann" }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'disconnect of a required key is bad input',
      do: `updateTeam(id: $red, input: { projects: { disconnect: [{ name: "alpha" }] } }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'projects', 'disconnect'],
    },
    {
      name: 'update changes a row of the parent',
      do: `updateTeam(id: $red, input: { members: { update: [{ by: { email: "ann" }, input: { email: "anna" } }] } }) { ${members} }`,
      answers: { updateTeam: { members: emails('anna', 'bob') } },
    },
    {
      name: 'update through the wrong parent is not found',
      do: `updateTeam(id: $blue, input: { members: { update: [{ by: { email: "ann" }, input: { email: "anna" } }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'delete removes a row of the parent',
      do: `updateTeam(id: $red, input: { members: { delete: [{ email: "bob" }] } }) { ${members} }`,
      answers: { updateTeam: { members: emails('ann') } },
    },
    {
      name: 'delete through the wrong parent is not found',
      do: `updateTeam(id: $blue, input: { members: { delete: [{ email: "bob" }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'a unique taken by a nested create is a conflict and nothing of the tree is stored',
      do: `createTeam(input: { name: "green", members: { create: [{ email: "x" }, { email: "ann" }] } }) { id }`,
      fails: 'CONFLICT',
    },
  ]);
});

describe('to-one', () => {
  const team = 'team { name }';
  run([
    {
      name: 'connect',
      do: `updatePerson(id: $cid, input: { team: { connect: { name: "blue" } } }) { ${team} }`,
      answers: { updatePerson: { team: { name: 'blue' } } },
    },
    {
      name: 'create makes the target first',
      do: `createProject(input: { name: "gamma", team: { create: { name: "green" } } }) { ${team} }`,
      answers: { createProject: { team: { name: 'green' } } },
    },
    {
      name: 'connectOrCreate finds',
      do: `createProject(input: { name: "gamma", team: { connectOrCreate: { by: { name: "red" }, create: { name: "red" } } } }) { ${team} }`,
      answers: { createProject: { team: { name: 'red' } } },
    },
    {
      name: 'connectOrCreate makes',
      do: `updatePerson(id: $cid, input: { team: { connectOrCreate: { by: { name: "green" }, create: { name: "green", score: 4 } } } }) { team { name score } }`,
      answers: { updatePerson: { team: { name: 'green', score: 4 } } },
    },
    {
      name: 'update goes to the row at the other end',
      do: `updatePerson(id: $ann, input: { team: { update: { score: 9 } } }) { team { name score } }`,
      answers: { updatePerson: { team: { name: 'red', score: 9 } } },
    },
    {
      name: 'update of nothing is not found',
      do: `updatePerson(id: $cid, input: { email: "c2", team: { update: { score: 9 } } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'disconnect clears',
      do: `updatePerson(id: $ann, input: { team: { disconnect: true } }) { team { name } }`,
      answers: { updatePerson: { team: null } },
    },
    {
      name: 'null clears as disconnect does',
      do: `updatePerson(id: $ann, input: { team: null }) { team { name } }`,
      answers: { updatePerson: { team: null } },
    },
    {
      name: 'disconnect: false does nothing',
      do: `updatePerson(id: $ann, input: { team: { disconnect: false } }) { team { name } }`,
      answers: { updatePerson: { team: { name: 'red' } } },
    },
    {
      name: 'disconnecting a required parent is bad input',
      do: `updateProject(id: $alpha, input: { team: { disconnect: true } }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'team', 'disconnect'],
    },
    {
      name: 'null for a required parent is bad input',
      do: `updateProject(id: $alpha, input: { team: null }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'team'],
    },
    {
      name: 'delete removes the target',
      do: `updatePerson(id: $cid, input: { mentor: { create: { email: "dan" } } }) { mentor { email } }
        gone: updatePerson(id: $cid, input: { mentor: { delete: true } }) { mentor { email } }`,
      answers: { updatePerson: { mentor: { email: 'dan' } }, gone: { mentor: null } },
    },
    {
      name: 'delete of a required parent is bad input',
      do: `updateProject(id: $alpha, input: { team: { delete: true } }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'team', 'delete'],
    },
    {
      name: 'two verbs at once are bad input',
      do: `updatePerson(id: $ann, input: { team: { disconnect: true, connect: { name: "blue" } } }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'team'],
    },
    {
      name: 'no verb is bad input',
      do: `updatePerson(id: $ann, input: { team: {} }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'team'],
    },
  ]);
});

describe('many-to-many', () => {
  run([
    {
      name: 'connect adds, and a second time changes nothing',
      do: `a: updateProject(id: $beta, input: { labels: { connect: [{ name: "old" }, { name: "urgent" }] } }) { ${labels} }`,
      answers: { a: { labels: called('old', 'urgent') } },
    },
    {
      name: 'create makes and links',
      do: `updateProject(id: $beta, input: { labels: { create: [{ id: "x", name: "x" }] } }) { ${labels} }`,
      answers: { updateProject: { labels: called('urgent', 'x') } },
    },
    {
      name: 'connectOrCreate finds, makes, and finds what it has made',
      do: `updateProject(id: $beta, input: { labels: { connectOrCreate: [
        { by: { name: "old" }, create: { id: "?", name: "old" } },
        { by: { name: "hot" }, create: { id: "h", name: "hot" } },
        { by: { name: "hot" }, create: { id: "h2", name: "hot" } }] } }) { ${labels} }`,
      answers: { updateProject: { labels: called('hot', 'old', 'urgent') } },
    },
    {
      name: 'set replaces',
      do: `updateProject(id: $alpha, input: { labels: { set: [{ id: "o" }, { name: "new" }] } }) { ${labels} }`,
      answers: { updateProject: { labels: called('new', 'old') } },
    },
    {
      name: 'disconnect unlinks and keeps the row',
      do: `updateProject(id: $alpha, input: { labels: { disconnect: [{ name: "new" }] } }) { ${labels} }
        still: updateLabel(id: "n", input: {}) { name }`,
      answers: { updateProject: { labels: called('urgent') }, still: { name: 'new' } },
    },
    {
      name: 'disconnect of what is not linked is not found',
      do: `updateProject(id: $beta, input: { labels: { disconnect: [{ name: "new" }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'update through a project that has not the label is not found',
      do: `updateProject(id: $beta, input: { labels: { update: [{ by: { name: "new" }, input: { name: "newer" } }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'update goes to the far row, for all that have it',
      do: `updateProject(id: $beta, input: { labels: { update: [{ by: { name: "urgent" }, input: { name: "asap" } }] } }) { id }
        other: updateProject(id: $alpha, input: {}) { ${labels} }`,
      answers: { other: { labels: called('asap', 'new') } },
    },
    {
      name: 'delete removes the far row',
      do: `updateProject(id: $beta, input: { labels: { delete: [{ name: "urgent" }] } }) { ${labels} }
        other: updateProject(id: $alpha, input: {}) { ${labels} }`,
      answers: { updateProject: { labels: [] }, other: { labels: called('new') } },
    },
    {
      name: 'from the other side',
      do: `updateLabel(id: "o", input: { projects: { connect: [{ name: "alpha" }], create: [{ name: "gamma", team: { connect: { name: "blue" } } }] } }) { projects(orderBy: [{ name: ASC }]) { name } }`,
      answers: { updateLabel: { projects: called('alpha', 'gamma') } },
    },
  ]);
});

describe('relations to oneself', () => {
  run([
    {
      name: 'many-to-many keeps its direction',
      do: `updatePerson(id: $ann, input: { follows: { connect: [{ email: "bob" }] } }) { follows { email } followers { email } }
        bob: updatePerson(id: $bob, input: {}) { follows { email } followers { email } }`,
      answers: {
        updatePerson: { follows: emails('bob'), followers: [] },
        bob: { follows: [], followers: emails('ann') },
      },
    },
    {
      name: 'many-to-many from the far direction',
      do: `updatePerson(id: $ann, input: { followers: { connect: [{ email: "bob" }], create: [{ email: "eve" }] } }) { follows { email } followers(orderBy: [{ email: ASC }]) { email } }`,
      answers: { updatePerson: { follows: [], followers: emails('bob', 'eve') } },
    },
    {
      name: 'one may follow oneself',
      do: `updatePerson(id: $ann, input: { follows: { connect: [{ id: $ann }] } }) { follows { email } followers { email } }`,
      answers: { updatePerson: { follows: emails('ann'), followers: emails('ann') } },
    },
    {
      name: 'trees of one model',
      do: `createPerson(input: { email: "root", mentees: { create: [{ email: "l", mentees: { create: [{ email: "ll" }] } }, { email: "r" }] } }) { mentees(orderBy: [{ email: ASC }]) { email mentees { email } } }`,
      answers: {
        createPerson: {
          mentees: [
            { email: 'l', mentees: emails('ll') },
            { email: 'r', mentees: [] },
          ],
        },
      },
    },
  ]);
});

describe('one-to-one', () => {
  const profile = 'profile { bio }';
  run([
    {
      name: 'create from the side without the key',
      do: `updatePerson(id: $bob, input: { profile: { create: { bio: "b" } } }) { ${profile} }`,
      answers: { updatePerson: { profile: { bio: 'b' } } },
    },
    {
      name: 'create puts the one that is there aside',
      do: `updatePerson(id: $ann, input: { profile: { create: { bio: "b" } } }) { ${profile} }`,
      answers: { updatePerson: { profile: { bio: 'b' } } },
    },
    {
      name: 'connect moves it here from where it was',
      do: `updatePerson(id: $bob, input: { profile: { connect: { bio: "ann's" } } }) { ${profile} }
        ann: updatePerson(id: $ann, input: {}) { ${profile} }`,
      answers: { updatePerson: { profile: { bio: "ann's" } }, ann: { profile: null } },
    },
    {
      name: 'connecting what is connected changes nothing',
      do: `updatePerson(id: $ann, input: { profile: { connect: { bio: "ann's" } } }) { ${profile} }`,
      answers: { updatePerson: { profile: { bio: "ann's" } } },
    },
    {
      name: 'connectOrCreate of another one puts the present one aside',
      do: `updatePerson(id: $ann, input: { profile: { connectOrCreate: { by: { bio: "z" }, create: { bio: "z" } } } }) { ${profile} }`,
      answers: { updatePerson: { profile: { bio: 'z' } } },
    },
    {
      name: 'update, disconnect',
      do: `a: updatePerson(id: $ann, input: { profile: { update: { bio: "mine" } } }) { ${profile} }
        b: updatePerson(id: $ann, input: { profile: { disconnect: true } }) { ${profile} }`,
      answers: { a: { profile: { bio: 'mine' } }, b: { profile: null } },
    },
    {
      name: 'delete',
      do: `updatePerson(id: $ann, input: { profile: { delete: true } }) { ${profile} }`,
      answers: { updatePerson: { profile: null } },
    },
    {
      name: 'delete of nothing is not found',
      do: `updatePerson(id: $bob, input: { profile: { delete: true } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'a required key does not give way',
      do: `updatePerson(id: $cid, input: { passport: { create: { number: "c2" } } }) { id }`,
      fails: 'CONFLICT',
    },
    {
      name: 'a required key is not disconnected',
      do: `updatePerson(id: $cid, input: { passport: { disconnect: true } }) { id }`,
      fails: 'BAD_USER_INPUT',
      issue: ['input', 'passport', 'disconnect'],
    },
    {
      name: 'from the side with the key, a taken target is a conflict',
      do: `createPassport(input: { number: "c3", person: { connect: { email: "cid" } } }) { id }`,
      fails: 'CONFLICT',
    },
  ]);
});

describe('trees', () => {
  test('three levels of every kind at once', async () => {
    const data = await app.data(`mutation {
      createTeam(input: { name: "green", projects: { create: [
        { name: "p1", labels: { create: [{ id: "a", name: "a" }], connect: [{ name: "old" }] } },
        { name: "p2", labels: { connectOrCreate: [{ by: { name: "a" }, create: { id: "a2", name: "a" } }] } }] },
        members: { create: [{ email: "x", profile: { create: { bio: "x" } }, mentor: { create: { email: "y", team: { connect: { name: "red" } } } } }] } }) {
        name projects(orderBy: [{ name: ASC }]) { name ${labels} } members { email profile { bio } mentor { email team { name } } }
      } }`);
    expect(data).toEqual({
      createTeam: {
        name: 'green',
        projects: [
          { name: 'p1', labels: called('a', 'old') },
          { name: 'p2', labels: called('a') },
        ],
        members: [{ email: 'x', profile: { bio: 'x' }, mentor: { email: 'y', team: { name: 'red' } } }],
      },
    });
  });

  test('500 rows with relations are a handful of statements, and 5 rows need as many', async () => {
    const count = async (rows: number): Promise<number> => {
      const inputs = Array.from({ length: rows }, (_, index) => ({
        name: `bulk ${rows} ${index}`,
        team: { connect: { name: 'blue' } },
        labels: {
          connect: [{ name: 'old' }],
          create: [{ id: `b${rows}-${index}`, name: `b${rows}-${index}` }],
        },
      }));
      app.statements();
      const data = await app.data<{ createProjects: unknown[] }>(
        'mutation($inputs: [ProjectCreateInput!]!) { createProjects(inputs: $inputs) { name team { name } } }',
        { inputs },
      );
      expect(data.createProjects).toHaveLength(rows);
      return app.statements().length;
    };
    const few = await count(5);
    expect(await count(500)).toBe(few);
    expect(few).toBeLessThan(20);
  });

  test('input nested too deep, or too long a list, is bad input', async () => {
    const nest = (depth: number): string =>
      depth === 0 ? '{ email: "deep" }' : `{ email: "d${depth}", mentees: { create: [${nest(depth - 1)}] } }`;
    const deep = await app.graphql(`mutation { createPerson(input: ${nest(12)}) { id } }`);
    expect(deep.codes).toEqual(['BAD_USER_INPUT']);
    const inputs = Array.from({ length: 1001 }, (_, index) => ({ email: `${index}` }));
    const long = await app.graphql(
      'mutation($inputs: [PersonCreateInput!]!) { createPeople(inputs: $inputs) { id } }',
      { inputs },
    );
    expect(long.codes).toEqual(['BAD_USER_INPUT']);
    expect(long.errors[0]?.issues[0]?.path).toEqual(['inputs']);
  });
});
