import { createHash } from 'node:crypto';
import { parse, print } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { documentForms } from '../../src/operations/document-forms.ts';
import {
  type Node,
  type NodesOptions,
  type Question,
  type Sender,
  startNodes,
} from '../features/cache/support.ts';

// Documents that only may be sent are made ready at the start, or when the project is built. Whatever they are, the answers are those of a server that
// meets them when they are sent.

const SDL = `
type Account @model @user @access(read: "this.id == viewer.id") {
  id: ID!
  email: EmailAddress! @unique
  emailVerified: Boolean!
  roles: [String!]!
}
type Task @model @access(read: "this.open || this.owner == viewer.id", create: "viewer != null", update: "this.owner == viewer.id") {
  id: ID!
  title: String! @constraint(maxLength: 10)
  open: Boolean!
  owner: ID @preset(create: "viewer.id")
}
extend type Query { greet(name: String!): String! @access(call: "true") }
`;

const RESOLVERS = `export const Query = { greet: (_: unknown, { name }: { name: string }) => 'Hello ' + name };`;

const OPERATIONS = {
  'tasks.graphql':
    'query Tasks { tasks(orderBy: [{ title: ASC }]) { title ...Own } }\n\n\nfragment Own on Task { owner }',
  'several.graphql': `query One($id: ID!) { task(id: $id) { title } }
    query Two($title: String = "A", $limit: Int) { tasks(where: { title: { eq: $title } }, limit: $limit) { title } }
    mutation Add($title: String!) { createTask(input: { title: $title, open: false }) { title owner } }
    mutation AddBoth($title: String!) { a: createTask(input: { title: $title, open: false }) { title } b: createTask(input: { title: $title, open: true }) { title } }`,
  'nameless.graphql': '{ tasks { title } }',
  'greet.graphql': 'query Greet($name: String!) { greet(name: $name) tasks { title } }',
  'wheres.graphql':
    'query Where($where: TaskWhere) { tasksConnection(where: $where, orderBy: [{ title: ASC }]) { totalCount nodes { title } } }',
  'built.json': JSON.stringify({ fromBuild: 'query Built { tasksAggregate { count } }' }),
};

const ACCOUNT: Sender = { id: '0197c0de-0000-7000-8000-000000000001' };
const TASK = '0197c0de-0000-7000-8000-0000000000aa';

let trusted: Node;
let open: Node;
let restored: Node;
beforeAll(async () => {
  const { nodes } = await startNodes(SDL, {
    resolvers: RESOLVERS,
    operations: OPERATIONS,
    settings: ['trusted', 'open', 'trusted'].map((access) => ({
      PLINTH_DOCUMENTS: access,
      PLINTH_SECRET: 'tests-only-0Jf8sQ2mZx0Vb7Lp4Tn6Yw1R',
    })),
    mode: 'production',
    compiledFrom: 2,
  });
  [trusted, open, restored] = nodes as [Node, Node, Node];
  await open.db.execute(
    `INSERT INTO "Task" (id, title, open, owner) VALUES ('${TASK}', 'A', false, '0197c0de-0000-7000-8000-000000000001'), (gen_random_uuid(), 'B', true, NULL)`,
    [],
  );
});

const several = OPERATIONS['several.graphql'];

it.each<[string, Omit<Question, 'as'>]>([
  ['as it stands', { query: OPERATIONS['tasks.graphql'] }],
  ['with its name', { query: OPERATIONS['tasks.graphql'], operationName: 'Tasks' }],
  ['with a name that it does not have', { query: OPERATIONS['tasks.graphql'], operationName: 'Other' }],
  ['without a name', { query: OPERATIONS['nameless.graphql'] }],
  ['one of several', { query: several, operationName: 'One', variables: { id: TASK } }],
  [
    'one of several, with an id that is none',
    { query: several, operationName: 'One', variables: { id: 'x' } },
  ],
  ['one of several, without its variable', { query: several, operationName: 'One' }],
  ['one of several, with defaults', { query: several, operationName: 'Two' }],
  ['one of several, with null', { query: several, operationName: 'Two', variables: { title: null } }],
  [
    'one of several, with a limit that is none',
    { query: several, operationName: 'Two', variables: { limit: -1 } },
  ],
  ['several, and no name', { query: several }],
  ['a mutation', { query: several, operationName: 'Add', variables: { title: 'C' } }],
  [
    'a mutation that is refused',
    { query: several, operationName: 'Add', variables: { title: 'far too long a title' } },
  ],
  ['a mutation of several fields', { query: several, operationName: 'AddBoth', variables: { title: 'D' } }],
  ['a mutation by GET', { query: several, operationName: 'Add', variables: { title: 'E' }, method: 'GET' }],
  ['by GET', { query: OPERATIONS['tasks.graphql'], method: 'GET' }],
  ['for the resolvers', { query: OPERATIONS['greet.graphql'], variables: { name: 'you' } }],
  [
    'with a filter',
    { query: OPERATIONS['wheres.graphql'], variables: { where: { title: { in: ['A', 'B'] } } } },
  ],
  ['with a filter that is none', { query: OPERATIONS['wheres.graphql'], variables: { where: { titel: 1 } } }],
  ['of a list', { query: 'query Built { tasksAggregate { count } }' }],
])('a document is answered as one that was not prepared: %s', async (_, question) => {
  for (const as of [ACCOUNT, null, 'admin'] as const) {
    for (let turn = 0; turn < 3; turn++) {
      const other = await open.ask({ ...question, as });
      for (const node of [trusted, restored]) {
        const one = await node.ask({ ...question, as });
        expect({ status: one.status, ...shown(one.text) }).toEqual({
          status: other.status,
          ...shown(other.text),
        });
      }
    }
  }
});

/** Rows that mutations add differ by nothing that is shown; ids of requests do. */
function shown(text: string): object {
  return JSON.parse(text.replace(/"requestId":"[^"]*"/g, '"requestId":""'));
}

it('every form of it is known', async () => {
  const forms = documentForms(parse(OPERATIONS['tasks.graphql']));
  expect(forms).toHaveLength(4);
  for (const node of [trusted, restored])
    for (const query of forms) {
      const { data } = await node.ask({ query, as: ACCOUNT });
      expect(data.tasks[0]).toMatchObject({ title: 'A' });
    }
});

it.each<[string, Pick<NodesOptions, 'compiledFrom' | 'settings'>]>([
  ['at the start', { settings: [{ PLINTH_DOCUMENTS: 'trusted' }] }],
  ['before it', { settings: [{ PLINTH_DOCUMENTS: 'trusted' }], compiledFrom: 0 }],
  ['before it, where any text may be sent', { settings: [{ PLINTH_DOCUMENTS: 'open' }], compiledFrom: 0 }],
])('the first request runs the statement that was made %s', async (_, options) => {
  const { nodes } = await startNodes(SDL, { resolvers: RESOLVERS, operations: OPERATIONS, ...options });
  const [node] = nodes as [Node];
  await node.ask({ query: print(parse(OPERATIONS['tasks.graphql'])), as: ACCOUNT });
  const names = await node.db.query<{ name: string }>('SELECT name FROM pg_prepared_statements', []);
  const hash = (text: string) => `plinth_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  const [statement] = node.statements().filter((text) => text.includes('"Task"'));
  expect(statement).toBeDefined();
  expect(names.map(({ name }) => name)).toContain(hash(statement ?? ''));
});
