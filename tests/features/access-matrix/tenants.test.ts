import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';
import { refused, runCells } from './matrix.ts';

/** Two organizations; members read and write what is their organization's, guests only read, owners also delete. */
const member = (path: string, roles: string) =>
  `${path}.members.exists(m, m.person == viewer.id && m.role in [${roles}])`;
const ANY = "'GUEST', 'MEMBER', 'OWNER'";
const WRITE = "'MEMBER', 'OWNER'";
const rules = (path: string) =>
  `@access(read: "${member(path, ANY)}", create: "${member(path, WRITE)}", update: "${member(path, WRITE)}", delete: "${member(path, "'OWNER'")}")`;
const SDL = `
enum Role { GUEST MEMBER OWNER }
type Org @model @access(read: "${member('this', ANY)}", update: "${member('this', "'OWNER'")}", create: "'founder' in viewer.roles") {
  id: ID!
  name: String! @unique
  members: [Membership!]!
  projects: [Project!]!
}
type Membership @model @unique(fields: ["org", "person"]) @access(
  read: "can(this.org, 'read')"
  create: "${member('this.org', "'OWNER'")}"
  update: "${member('this.org', "'OWNER'")}"
  delete: "${member('this.org', "'OWNER'")}"
) {
  id: ID!
  org: Org!
  person: String!
  role: Role! @default(value: MEMBER)
}
type Project @model @unique(fields: ["org", "key"]) ${rules('this.org')} {
  id: ID!
  org: Org!
  key: String!
  tasks: [Task!]!
  labels: [Label!]!
}
type Task @model ${rules('this.project.org')} {
  id: ID!
  title: String! @search
  hours: Int! @default(value: 1)
  project: Project!
}
type Label @model ${rules('this.org')} {
  id: ID!
  name: String! @unique
  org: Org!
  projects: [Project!]!
}
extend type Mutation {
  touch(id: ID!): Task @access(call: "viewer != null")
}
`;

let app: TestApp;
let ids: Record<string, string> = {};
const MEMBER = as('member');
const GUEST = as('guest');
const OWNER = as('owner');
const STRANGER = as('stranger');

beforeAll(async () => {
  app = await createTestApp(SDL, {
    resolvers: { Mutation: { touch: (_: unknown, { id }: { id: string }) => ({ id, title: 'leaked' }) } },
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.execute('TRUNCATE "Org", "Membership", "Project", "Task", "Label" CASCADE');
  ids = {};
  const people = { a: ['guest', 'member', 'owner'], b: ['stranger'] };
  for (const org of ['a', 'b'] as const) {
    const made = await app.data<{
      createOrg: { id: string; projects: { id: string; tasks: { id: string }[] }[] };
    }>(
      `mutation { createOrg(input: {name: "${org}",
        members: {create: [${people[org].map((person) => `{person: "${person}", role: ${person === 'stranger' ? 'OWNER' : person.toUpperCase()}}`)}]},
        projects: {create: [{key: "P", tasks: {create: [{title: "task of ${org}", hours: ${org === 'a' ? 1 : 10}}]}}]}}) { id projects { id tasks { id } } } }`,
    );
    const { id, projects } = made.createOrg;
    const label = await app.data<{ createLabel: { id: string } }>(
      `mutation { createLabel(input: {name: "label-${org}", org: {connect: {id: "${id}"}}, projects: {connect: [{id: "${projects[0]?.id}"}]}}) { id } }`,
    );
    Object.assign(ids, {
      [`${org}Org`]: id,
      [`${org}Project`]: projects[0]?.id,
      [`${org}Task`]: projects[0]?.tasks[0]?.id,
      [`${org}Label`]: label.createLabel.id,
    });
  }
});

const world = {
  app: () => app,
  ids: () => ids,
  snapshot: `{ orgs(orderBy: [{name: ASC}]) { name members(orderBy: [{person: ASC}]) { person role } projects(orderBy: [{key: ASC}]) { id key tasks { id title hours } labels { name } } }
    labels(orderBy: [{name: ASC}]) { id name org { name } } }`,
};
const absent = refused('NOT_FOUND');
const forbidden = refused('FORBIDDEN');
const conflict = refused('CONFLICT');
const signIn = refused('UNAUTHENTICATED');
const A = { title: 'task of a' };

describe('reading', () => {
  runCells(world, [
    ['list: guest', '{ tasks { title } }', GUEST, { tasks: [A] }],
    ['list: other tenant', '{ tasks { title } }', STRANGER, { tasks: [{ title: 'task of b' }] }],
    ['list: of no tenant', '{ tasks { title } }', as('nobody'), { tasks: [] }],
    ['list: signed out', '{ tasks { title } }', SIGNED_OUT, signIn],
    ['by id: own tenant', '{ task(id: $aTask) { title } }', GUEST, { task: A }],
    ['by id: other tenant', '{ task(id: $aTask) { title } }', STRANGER, { task: null }],
    [
      'composite unique: own tenant',
      '{ projectByOrgIdAndKey(orgId: $aOrg, key: "P") { key } }',
      GUEST,
      { projectByOrgIdAndKey: { key: 'P' } },
    ],
    [
      'composite unique: other tenant',
      '{ projectByOrgIdAndKey(orgId: $bOrg, key: "P") { key } }',
      GUEST,
      { projectByOrgIdAndKey: null },
    ],
    [
      'nodes: other tenant',
      '{ nodes(ids: [$aTask, $bTask]) { __typename } }',
      GUEST,
      { nodes: [{ __typename: 'Task' }, null] },
    ],
    [
      'relation: up',
      '{ task(id: $aTask) { project { org { name } } } }',
      GUEST,
      { task: { project: { org: { name: 'a' } } } },
    ],
    [
      'relation filter: other tenant',
      '{ labels(where: {projects: {some: {org: {is: {name: {eq: "b"}}}}}}) { name } }',
      GUEST,
      { labels: [] },
    ],
    [
      'order through relations',
      '{ tasks(orderBy: [{project: {org: {name: DESC}}}]) { title } }',
      GUEST,
      { tasks: [A] },
    ],
    ['search: other tenant', '{ tasks(search: "task") { title } }', GUEST, { tasks: [A] }],
    [
      'aggregate: own tenant',
      '{ tasksAggregate { count sum { hours } } }',
      GUEST,
      { tasksAggregate: { count: 1, sum: { hours: 1 } } },
    ],
    [
      'groups: own tenant',
      '{ tasksGroups(by: [{field: title}]) { key { title } aggregate { count } } }',
      GUEST,
      { tasksGroups: [{ key: A, aggregate: { count: 1 } }] },
    ],
    [
      'connection: own tenant',
      '{ tasksConnection { totalCount nodes { title } } }',
      GUEST,
      { tasksConnection: { totalCount: 1, nodes: [A] } },
    ],
    [
      'custom resolver: own tenant, and what is stored',
      'mutation { touch(id: $aTask) { title } }',
      GUEST,
      { touch: A },
    ],
    ['custom resolver: other tenant', 'mutation { touch(id: $aTask) { title } }', STRANGER, { touch: null }],
    ['custom resolver: signed out', 'mutation { touch(id: $aTask) { title } }', SIGNED_OUT, signIn],
  ]);
});

describe('writing', () => {
  runCells(world, [
    [
      'create: member',
      'mutation { createTask(input: {title: "t", project: {connect: {id: $aProject}}}) { title } }',
      MEMBER,
      { createTask: { title: 't' } },
    ],
    [
      'create: guest',
      'mutation { createTask(input: {title: "t", project: {connect: {id: $aProject}}}) { title } }',
      GUEST,
      forbidden,
    ],
    [
      'create: other tenant',
      'mutation { createTask(input: {title: "t", project: {connect: {id: $bProject}}}) { title } }',
      MEMBER,
      absent,
    ],
    [
      'create: by composite unique of the other tenant',
      'mutation { createTask(input: {title: "t", project: {connect: {orgId_key: {orgId: $bOrg, key: "P"}}}}) { title } }',
      MEMBER,
      absent,
    ],
    [
      'create: by role of the account',
      'mutation { createOrg(input: {name: "c"}) { name } }',
      as('x', 'founder'),
      { createOrg: { name: 'c' } },
    ],
    ['create: without the role', 'mutation { createOrg(input: {name: "c"}) { name } }', OWNER, forbidden],
    [
      'membership of oneself in the other tenant',
      'mutation { createMembership(input: {person: "member", org: {connect: {id: $bOrg}}, role: OWNER}) { id } }',
      MEMBER,
      absent,
    ],
    [
      'membership: guest makes oneself member',
      'mutation { createMembership(input: {person: "guest2", org: {connect: {id: $aOrg}}}) { id } }',
      GUEST,
      forbidden,
    ],
    [
      'membership: owner',
      'mutation { createMembership(input: {person: "new", org: {connect: {id: $aOrg}}}) { person } }',
      OWNER,
      { createMembership: { person: 'new' } },
    ],
    [
      'raise one’s own role',
      'mutation { updateMemberships(where: {person: {eq: "guest"}}, input: {role: OWNER}) { count } }',
      GUEST,
      { updateMemberships: { count: 0 } },
    ],
    [
      'nested create: member',
      'mutation { updateProject(id: $aProject, input: {tasks: {create: [{title: "t"}]}}) { tasksAggregate { count } } }',
      MEMBER,
      { updateProject: { tasksAggregate: { count: 2 } } },
    ],
    [
      'nested create: guest',
      'mutation { updateProject(id: $aProject, input: {tasks: {create: [{title: "t"}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested create of a membership',
      'mutation { updateProject(id: $aProject, input: {org: {update: {members: {create: [{person: "x", role: OWNER}]}}}}) { key } }',
      MEMBER,
      forbidden,
    ],
    [
      'cross-tenant connect of many-to-many',
      'mutation { updateProject(id: $aProject, input: {labels: {connect: [{name: "label-b"}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'connect of many-to-many: own',
      'mutation { updateProject(id: $aProject, input: {labels: {connect: [{name: "label-a"}]}}) { labels { name } } }',
      MEMBER,
      { updateProject: { labels: [{ name: 'label-a' }] } },
    ],
    [
      'connect of many-to-many: guest',
      'mutation { createProject(input: {key: "Q", org: {connect: {id: $aOrg}}, labels: {connect: [{name: "label-a"}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'connectOrCreate: found in the other tenant',
      'mutation { updateProject(id: $aProject, input: {labels: {connectOrCreate: [{by: {name: "label-b"}, create: {name: "label-b", org: {connect: {id: $aOrg}}}}]}}) { key } }',
      MEMBER,
      conflict,
    ],
    [
      'connectOrCreate: made',
      'mutation { updateProject(id: $aProject, input: {labels: {connectOrCreate: [{by: {name: "z"}, create: {name: "z", org: {connect: {id: $aOrg}}}}]}}) { labels(where: {name: {eq: "z"}}) { name } } }',
      MEMBER,
      { updateProject: { labels: [{ name: 'z' }] } },
    ],
    [
      'update: member',
      'mutation { updateTask(id: $aTask, input: {title: "x"}) { title } }',
      MEMBER,
      { updateTask: { title: 'x' } },
    ],
    ['update: guest', 'mutation { updateTask(id: $aTask, input: {title: "x"}) { title } }', GUEST, forbidden],
    [
      'update: other tenant',
      'mutation { updateTask(id: $aTask, input: {title: "x"}) { title } }',
      STRANGER,
      absent,
    ],
    [
      'update: move to the other tenant',
      'mutation { updateTask(id: $aTask, input: {project: {connect: {id: $bProject}}}) { title } }',
      MEMBER,
      absent,
    ],
    [
      'update: take from the other tenant',
      'mutation { updateProject(id: $aProject, input: {tasks: {connect: [{id: $bTask}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'nested update: guest',
      'mutation { updateProject(id: $aProject, input: {tasks: {update: [{by: {id: $aTask}, input: {title: "x"}}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested update: member',
      'mutation { updateProject(id: $aProject, input: {tasks: {update: [{by: {id: $aTask}, input: {title: "x"}}]}}) { tasks { title } } }',
      MEMBER,
      { updateProject: { tasks: [{ title: 'x' }] } },
    ],
    [
      'nested update up the tree: member is no owner',
      'mutation { updateTask(id: $aTask, input: {project: {update: {org: {update: {name: "x"}}}}}) { title } }',
      MEMBER,
      forbidden,
    ],
    [
      'nested update up the tree: owner',
      'mutation { updateTask(id: $aTask, input: {project: {update: {org: {update: {name: "x"}}}}}) { project { org { name } } } }',
      OWNER,
      { updateTask: { project: { org: { name: 'x' } } } },
    ],
    [
      'set: other tenant',
      'mutation { updateProject(id: $aProject, input: {labels: {set: [{name: "label-b"}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'set: own',
      'mutation { updateProject(id: $aProject, input: {labels: {set: []}}) { labels { name } } }',
      MEMBER,
      { updateProject: { labels: [] } },
    ],
    [
      'disconnect: guest',
      'mutation { updateProject(id: $aProject, input: {labels: {disconnect: [{name: "label-a"}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'disconnect: member',
      'mutation { updateProject(id: $aProject, input: {labels: {disconnect: [{name: "label-a"}]}}) { labels { name } } }',
      MEMBER,
      { updateProject: { labels: [] } },
    ],
    [
      'nested delete: member is no owner',
      'mutation { updateProject(id: $aProject, input: {tasks: {delete: [{id: $aTask}]}}) { key } }',
      MEMBER,
      forbidden,
    ],
    [
      'nested delete: owner',
      'mutation { updateProject(id: $aProject, input: {tasks: {delete: [{id: $aTask}]}}) { tasks { title } } }',
      OWNER,
      { updateProject: { tasks: [] } },
    ],
    [
      'upsert, update branch: member',
      'mutation { upsertTask(by: {id: $aTask}, create: {title: "c", project: {connect: {id: $aProject}}}, update: {title: "u"}) { title } }',
      MEMBER,
      { upsertTask: { title: 'u' } },
    ],
    [
      'upsert, update branch: guest',
      'mutation { upsertTask(by: {id: $aTask}, create: {title: "c", project: {connect: {id: $aProject}}}, update: {title: "u"}) { title } }',
      GUEST,
      forbidden,
    ],
    [
      'upsert, update branch: other tenant',
      'mutation { upsertTask(by: {id: $aTask}, create: {title: "c", project: {connect: {id: $bProject}}}, update: {title: "u"}) { title } }',
      STRANGER,
      conflict,
    ],
    [
      'upsert, create branch: guest',
      'mutation { upsertLabel(by: {name: "z"}, create: {name: "z", org: {connect: {id: $aOrg}}}, update: {}) { name } }',
      GUEST,
      forbidden,
    ],
    [
      'upsert, create branch: member',
      'mutation { upsertLabel(by: {name: "z"}, create: {name: "z", org: {connect: {id: $aOrg}}}, update: {}) { name } }',
      MEMBER,
      { upsertLabel: { name: 'z' } },
    ],
    ['delete: member is no owner', 'mutation { deleteTask(id: $aTask) { title } }', MEMBER, forbidden],
    ['delete: owner', 'mutation { deleteTask(id: $aTask) { title } }', OWNER, { deleteTask: A }],
    ['delete: owner of the other tenant', 'mutation { deleteTask(id: $aTask) { title } }', STRANGER, absent],
    [
      'delete batch: owner, own tenant only',
      'mutation { deleteTasks(where: {}) { count } }',
      OWNER,
      { deleteTasks: { count: 1 } },
    ],
    [
      'delete batch: guest',
      'mutation { deleteTasks(where: {}) { count } }',
      GUEST,
      { deleteTasks: { count: 0 } },
    ],
    ['delete of what no rule names', 'mutation { deleteOrg(id: $aOrg) { name } }', OWNER, forbidden],
    [
      'update batch: hand over to the other tenant',
      'mutation { updateTasks(where: {}, input: {project: {connect: {id: $bProject}}}) { count } }',
      MEMBER,
      absent,
    ],
  ]);
});
