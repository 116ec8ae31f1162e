import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';
import { cursorOf, hasEveryCell, refused, runCells } from './matrix.ts';

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
  for (const [index, org] of ['a', 'b'].entries())
    ids[`${org}Cursor`] = await cursorOf(app, 'tasksConnection(orderBy: [{title: ASC}])', index);
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
    ['list, allowed: guest', '{ tasks { title } }', GUEST, { tasks: [A] }],
    ['list, refused: other tenant', '{ tasks { title } }', STRANGER, { tasks: [{ title: 'task of b' }] }],
    ['list, refused: of no tenant', '{ tasks { title } }', as('nobody'), { tasks: [] }],
    ['list, refused: signed out', '{ tasks { title } }', SIGNED_OUT, signIn],
    ['by id, allowed: own tenant', '{ task(id: $aTask) { title } }', GUEST, { task: A }],
    ['by id, refused: other tenant', '{ task(id: $aTask) { title } }', STRANGER, { task: null }],
    [
      'unique lookup, allowed: own tenant',
      '{ projectByOrgIdAndKey(orgId: $aOrg, key: "P") { key } }',
      GUEST,
      { projectByOrgIdAndKey: { key: 'P' } },
    ],
    [
      'unique lookup, refused: other tenant',
      '{ projectByOrgIdAndKey(orgId: $bOrg, key: "P") { key } }',
      GUEST,
      { projectByOrgIdAndKey: null },
    ],
    [
      'node, refused: other tenant',
      '{ nodes(ids: [$aTask, $bTask]) { __typename } }',
      GUEST,
      { nodes: [{ __typename: 'Task' }, null] },
    ],
    [
      'relation, allowed: up',
      '{ task(id: $aTask) { project { org { name } } } }',
      GUEST,
      { task: { project: { org: { name: 'a' } } } },
    ],
    [
      'relation filter, refused: other tenant',
      '{ labels(where: {projects: {some: {org: {is: {name: {eq: "b"}}}}}}) { name } }',
      GUEST,
      { labels: [] },
    ],
    [
      'order, allowed: through relations',
      '{ tasks(orderBy: [{project: {org: {name: DESC}}}]) { title } }',
      GUEST,
      { tasks: [A] },
    ],
    ['search, allowed: own tenant', '{ tasks(search: "task") { title } }', GUEST, { tasks: [A] }],
    [
      'aggregate, allowed: own tenant',
      '{ tasksAggregate { count sum { hours } } }',
      GUEST,
      { tasksAggregate: { count: 1, sum: { hours: 1 } } },
    ],
    [
      'group, allowed: own tenant',
      '{ tasksGroups(by: [{field: title}]) { key { title } aggregate { count } } }',
      GUEST,
      { tasksGroups: [{ key: A, aggregate: { count: 1 } }] },
    ],
    [
      'list, allowed: connection of the own tenant',
      '{ tasksConnection { totalCount nodes { title } } }',
      GUEST,
      { tasksConnection: { totalCount: 1, nodes: [A] } },
    ],
    [
      'custom result, allowed: own tenant, and what is stored',
      'mutation { touch(id: $aTask) { title } }',
      GUEST,
      { touch: A },
    ],
    [
      'custom result, refused: other tenant',
      'mutation { touch(id: $aTask) { title } }',
      STRANGER,
      { touch: null },
    ],
    ['custom result, refused: signed out', 'mutation { touch(id: $aTask) { title } }', SIGNED_OUT, signIn],
  ]);
});

describe('writing', () => {
  runCells(world, [
    [
      'create, allowed: member',
      'mutation { createTask(input: {title: "t", project: {connect: {id: $aProject}}}) { title } }',
      MEMBER,
      { createTask: { title: 't' } },
    ],
    [
      'create, refused: guest',
      'mutation { createTask(input: {title: "t", project: {connect: {id: $aProject}}}) { title } }',
      GUEST,
      forbidden,
    ],
    [
      'create, refused: other tenant',
      'mutation { createTask(input: {title: "t", project: {connect: {id: $bProject}}}) { title } }',
      MEMBER,
      absent,
    ],
    [
      'nested connect, refused: by composite unique of the other tenant',
      'mutation { createTask(input: {title: "t", project: {connect: {orgId_key: {orgId: $bOrg, key: "P"}}}}) { title } }',
      MEMBER,
      absent,
    ],
    [
      'create, allowed: by role of the account',
      'mutation { createOrg(input: {name: "c"}) { name } }',
      as('x', 'founder'),
      { createOrg: { name: 'c' } },
    ],
    [
      'create, refused: without the role',
      'mutation { createOrg(input: {name: "c"}) { name } }',
      OWNER,
      forbidden,
    ],
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
      'nested create, allowed: member',
      'mutation { updateProject(id: $aProject, input: {tasks: {create: [{title: "t"}]}}) { tasksAggregate { count } } }',
      MEMBER,
      { updateProject: { tasksAggregate: { count: 2 } } },
    ],
    [
      'nested create, refused: guest',
      'mutation { updateProject(id: $aProject, input: {tasks: {create: [{title: "t"}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested create, refused: of a membership',
      'mutation { updateProject(id: $aProject, input: {org: {update: {members: {create: [{person: "x", role: OWNER}]}}}}) { key } }',
      MEMBER,
      forbidden,
    ],
    [
      'nested connect, refused: many-to-many of the other tenant',
      'mutation { updateProject(id: $aProject, input: {labels: {connect: [{name: "label-b"}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'nested connect, allowed: many-to-many',
      'mutation { updateProject(id: $aProject, input: {labels: {connect: [{name: "label-a"}]}}) { labels { name } } }',
      MEMBER,
      { updateProject: { labels: [{ name: 'label-a' }] } },
    ],
    [
      'nested connect, refused: many-to-many, guest',
      'mutation { createProject(input: {key: "Q", org: {connect: {id: $aOrg}}, labels: {connect: [{name: "label-a"}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested connectOrCreate, refused: found in the other tenant',
      'mutation { updateProject(id: $aProject, input: {labels: {connectOrCreate: [{by: {name: "label-b"}, create: {name: "label-b", org: {connect: {id: $aOrg}}}}]}}) { key } }',
      MEMBER,
      conflict,
    ],
    [
      'nested connectOrCreate, allowed: made',
      'mutation { updateProject(id: $aProject, input: {labels: {connectOrCreate: [{by: {name: "z"}, create: {name: "z", org: {connect: {id: $aOrg}}}}]}}) { labels(where: {name: {eq: "z"}}) { name } } }',
      MEMBER,
      { updateProject: { labels: [{ name: 'z' }] } },
    ],
    [
      'update, allowed: member',
      'mutation { updateTask(id: $aTask, input: {title: "x"}) { title } }',
      MEMBER,
      { updateTask: { title: 'x' } },
    ],
    [
      'update, refused: guest',
      'mutation { updateTask(id: $aTask, input: {title: "x"}) { title } }',
      GUEST,
      forbidden,
    ],
    [
      'update, refused: other tenant',
      'mutation { updateTask(id: $aTask, input: {title: "x"}) { title } }',
      STRANGER,
      absent,
    ],
    [
      'update, refused: move to the other tenant',
      'mutation { updateTask(id: $aTask, input: {project: {connect: {id: $bProject}}}) { title } }',
      MEMBER,
      absent,
    ],
    [
      'update, refused: take from the other tenant',
      'mutation { updateProject(id: $aProject, input: {tasks: {connect: [{id: $bTask}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'nested update, refused: guest',
      'mutation { updateProject(id: $aProject, input: {tasks: {update: [{by: {id: $aTask}, input: {title: "x"}}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested update, allowed: member',
      'mutation { updateProject(id: $aProject, input: {tasks: {update: [{by: {id: $aTask}, input: {title: "x"}}]}}) { tasks { title } } }',
      MEMBER,
      { updateProject: { tasks: [{ title: 'x' }] } },
    ],
    [
      'nested update, refused: up the tree, member is no owner',
      'mutation { updateTask(id: $aTask, input: {project: {update: {org: {update: {name: "x"}}}}}) { title } }',
      MEMBER,
      forbidden,
    ],
    [
      'nested update, allowed: up the tree, owner',
      'mutation { updateTask(id: $aTask, input: {project: {update: {org: {update: {name: "x"}}}}}) { project { org { name } } } }',
      OWNER,
      { updateTask: { project: { org: { name: 'x' } } } },
    ],
    [
      'nested set, refused: other tenant',
      'mutation { updateProject(id: $aProject, input: {labels: {set: [{name: "label-b"}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'nested set, allowed: own',
      'mutation { updateProject(id: $aProject, input: {labels: {set: []}}) { labels { name } } }',
      MEMBER,
      { updateProject: { labels: [] } },
    ],
    [
      'nested disconnect, refused: guest',
      'mutation { updateProject(id: $aProject, input: {labels: {disconnect: [{name: "label-a"}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested disconnect, allowed: member',
      'mutation { updateProject(id: $aProject, input: {labels: {disconnect: [{name: "label-a"}]}}) { labels { name } } }',
      MEMBER,
      { updateProject: { labels: [] } },
    ],
    [
      'nested delete, refused: member is no owner',
      'mutation { updateProject(id: $aProject, input: {tasks: {delete: [{id: $aTask}]}}) { key } }',
      MEMBER,
      forbidden,
    ],
    [
      'nested delete, allowed: owner',
      'mutation { updateProject(id: $aProject, input: {tasks: {delete: [{id: $aTask}]}}) { tasks { title } } }',
      OWNER,
      { updateProject: { tasks: [] } },
    ],
    [
      'upsert that updates, allowed: member',
      'mutation { upsertTask(by: {id: $aTask}, create: {title: "c", project: {connect: {id: $aProject}}}, update: {title: "u"}) { title } }',
      MEMBER,
      { upsertTask: { title: 'u' } },
    ],
    [
      'upsert that updates, refused: guest',
      'mutation { upsertTask(by: {id: $aTask}, create: {title: "c", project: {connect: {id: $aProject}}}, update: {title: "u"}) { title } }',
      GUEST,
      forbidden,
    ],
    [
      'upsert that updates, refused: other tenant',
      'mutation { upsertTask(by: {id: $aTask}, create: {title: "c", project: {connect: {id: $bProject}}}, update: {title: "u"}) { title } }',
      STRANGER,
      conflict,
    ],
    [
      'upsert that creates, refused: guest',
      'mutation { upsertLabel(by: {name: "z"}, create: {name: "z", org: {connect: {id: $aOrg}}}, update: {}) { name } }',
      GUEST,
      forbidden,
    ],
    [
      'upsert that creates, allowed: member',
      'mutation { upsertLabel(by: {name: "z"}, create: {name: "z", org: {connect: {id: $aOrg}}}, update: {}) { name } }',
      MEMBER,
      { upsertLabel: { name: 'z' } },
    ],
    [
      'delete, refused: member is no owner',
      'mutation { deleteTask(id: $aTask) { title } }',
      MEMBER,
      forbidden,
    ],
    ['delete, allowed: owner', 'mutation { deleteTask(id: $aTask) { title } }', OWNER, { deleteTask: A }],
    [
      'delete, refused: owner of the other tenant',
      'mutation { deleteTask(id: $aTask) { title } }',
      STRANGER,
      absent,
    ],
    [
      'batch, allowed: owner deletes in the own tenant only',
      'mutation { deleteTasks(where: {}) { count } }',
      OWNER,
      { deleteTasks: { count: 1 } },
    ],
    [
      'batch, refused: guest deletes nothing',
      'mutation { deleteTasks(where: {}) { count } }',
      GUEST,
      { deleteTasks: { count: 0 } },
    ],
    ['delete, refused: what no rule names', 'mutation { deleteOrg(id: $aOrg) { name } }', OWNER, forbidden],
    [
      'batch, refused: hand over to the other tenant',
      'mutation { updateTasks(where: {}, input: {project: {connect: {id: $bProject}}}) { count } }',
      MEMBER,
      absent,
    ],
  ]);
});

describe('the rest of the matrix', () => {
  runCells(world, [
    ['node, allowed: own tenant', '{ node(id: $aTask) { ... on Task { title } } }', GUEST, { node: A }],
    [
      'relation, refused: from a row of no tenant of one',
      '{ orgs { name projects { key } members { person } } }',
      STRANGER,
      { orgs: [{ name: 'b', projects: [{ key: 'P' }], members: [{ person: 'stranger' }] }] },
    ],
    [
      'relation filter, allowed: own tenant',
      '{ labels(where: {projects: {some: {org: {is: {name: {eq: "a"}}}}}}) { name } }',
      GUEST,
      { labels: [{ name: 'label-a' }] },
    ],
    [
      'order, refused: the other tenant takes no part',
      '{ projects(orderBy: [{tasks: {count: DESC}}, {org: {name: DESC}}]) { org { name } } }',
      GUEST,
      { projects: [{ org: { name: 'a' } }] },
    ],
    ['search, refused: words of the other tenant', '{ tasks(search: "b") { title } }', GUEST, { tasks: [] }],
    ['search, refused: signed out', '{ tasks(search: "b") { title } }', SIGNED_OUT, signIn],
    [
      'aggregate, refused: of the other tenant',
      '{ tasksAggregate(where: {hours: {gt: 5}}) { count sum { hours } } }',
      GUEST,
      { tasksAggregate: { count: 0, sum: { hours: null } } },
    ],
    [
      'group, refused: of the other tenant',
      '{ tasksGroups(by: [{field: projectId}], having: {max: {hours: {gt: 5}}}) { key { projectId } } }',
      GUEST,
      { tasksGroups: [] },
    ],
    [
      'group, refused: signed out',
      '{ tasksGroups(by: [{field: title}]) { key { title } } }',
      SIGNED_OUT,
      signIn,
    ],
    [
      'cursor, allowed: up to a place in the other tenant',
      '{ tasksConnection(orderBy: [{title: ASC}], before: $bCursor) { nodes { title } } }',
      GUEST,
      { tasksConnection: { nodes: [A] } },
    ],
    [
      'cursor, refused: behind it there is nothing',
      '{ tasksConnection(orderBy: [{title: ASC}], after: $aCursor) { nodes { title } pageInfo { hasNextPage } } }',
      GUEST,
      { tasksConnection: { nodes: [], pageInfo: { hasNextPage: false } } },
    ],
    [
      'nested connectOrCreate, allowed: found',
      'mutation { updateProject(id: $aProject, input: {labels: {connectOrCreate: [{by: {name: "label-a"}, create: {name: "label-a", org: {connect: {id: $aOrg}}}}]}}) { labels { name } } }',
      MEMBER,
      { updateProject: { labels: [{ name: 'label-a' }] } },
    ],
    [
      'nested connectOrCreate, refused: guest',
      'mutation { updateProject(id: $aProject, input: {labels: {connectOrCreate: [{by: {name: "z"}, create: {name: "z", org: {connect: {id: $aOrg}}}}]}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested connectOrCreate, refused: made in the other tenant',
      'mutation { updateProject(id: $aProject, input: {labels: {connectOrCreate: [{by: {name: "z"}, create: {name: "z", org: {connect: {id: $bOrg}}}}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'nested set, refused: guest',
      'mutation { updateProject(id: $aProject, input: {labels: {set: []}}) { key } }',
      GUEST,
      forbidden,
    ],
    [
      'nested delete, refused: of the other tenant',
      'mutation { updateProject(id: $aProject, input: {tasks: {delete: [{id: $bTask}]}}) { key } }',
      OWNER,
      absent,
    ],
    [
      'nested disconnect, refused: of the other tenant',
      'mutation { updateProject(id: $aProject, input: {labels: {disconnect: [{id: $bLabel}]}}) { key } }',
      MEMBER,
      absent,
    ],
    [
      'nested update, refused: of the other tenant',
      'mutation { updateProject(id: $aProject, input: {tasks: {update: [{by: {id: $bTask}, input: {title: "x"}}]}}) { key } }',
      OWNER,
      absent,
    ],
    [
      'nested connect, refused: takes a task from the other tenant',
      'mutation { updateProject(id: $aProject, input: {tasks: {connect: [{id: $bTask}]}}) { key } }',
      OWNER,
      absent,
    ],
    [
      'upsert that creates, refused: in the other tenant',
      'mutation { upsertLabel(by: {name: "z"}, create: {name: "z", org: {connect: {id: $bOrg}}}, update: {name: "z"}) { name } }',
      MEMBER,
      absent,
    ],
    [
      'create, refused: signed out',
      'mutation { createTask(input: {title: "t", project: {connect: {id: $aProject}}}) { title } }',
      SIGNED_OUT,
      signIn,
    ],
    [
      'update, refused: signed out',
      'mutation { updateTask(id: $aTask, input: {title: "t"}) { title } }',
      SIGNED_OUT,
      signIn,
    ],
    ['delete, refused: signed out', 'mutation { deleteTask(id: $aTask) { title } }', SIGNED_OUT, signIn],
    [
      'batch, allowed: members create several',
      'mutation { createTasks(inputs: [{title: "t", project: {connect: {id: $aProject}}}, {title: "u", project: {connect: {id: $aProject}}}]) { title } }',
      MEMBER,
      { createTasks: [{ title: 't' }, { title: 'u' }] },
    ],
    [
      'batch, refused: one below the other tenant spoils all',
      'mutation { createTasks(inputs: [{title: "t", project: {connect: {id: $aProject}}}, {title: "u", project: {connect: {id: $bProject}}}]) { title } }',
      MEMBER,
      absent,
    ],
  ]);
});

hasEveryCell();
