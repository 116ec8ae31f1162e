import { formatProblem } from '../../../src/kit/problem.ts';
import type { AppModel } from '../../../src/model/app-model.ts';
import { readSchema } from '../../../src/read/index.ts';

const access = '@access(read: "true")';
/** Rules that `can` puts into others; they bind rows of their own, and one leads on to the next. */
const ORG = `@access(read: "this.open || this.owner == viewer", update: "this.staff.exists(s, s == viewer && s.age > 1)")`;
const PROJECT = `@access(read: "can(this.org, 'read') || this.published", delete: "this.tasks.all(t, t.points < 3)")`;
const USER = `@access(read: "this.org == viewer.org || !(this.age > 1)")`;

/** One of everything that a rule can look at: every storage, every kind of relation, nulls wherever they can be. */
export const RICH_SCHEMA = `
enum Role { MEMBER ADMIN OWNER }
type User @model @user ${USER} {
  id: ID!
  name: String!
  nick: String
  age: Int
  org: Org @relation(name: "staff")
  owns: [Org!]! @relation(name: "owner")
  memberships: [Membership!]!
  assigned: [Task!]!
  follows: [User!]! @relation(name: "follows")
  followers: [User!]! @relation(name: "follows")
}
type Org @model ${ORG} {
  id: ID!
  name: String!
  open: Boolean
  size: BigInt
  budget: Decimal
  labels: [String!]!
  owner: User @relation(name: "owner")
  staff: [User!]! @relation(name: "staff")
  members: [Membership!]!
  projects: [Project!]!
}
type Membership @model ${access} {
  id: ID!
  org: Org!
  user: User!
  role: Role!
  weight: Float
}
type Project @model ${PROJECT} {
  id: ID! @id(auto: INT)
  org: Org
  title: String!
  published: Boolean!
  due: Date
  tasks: [Task!]!
  tags: [Tag!]!
}
type Task @model ${access} {
  id: ID!
  project: Project
  title: String
  status: Role
  priority: Int
  points: Int!
  hours: Float
  cost: Decimal
  big: BigInt
  done: Boolean
  createdAt: DateTime!
  dueAt: DateTime
  token: UUID
  labels: [String!]!
  kinds: [Role!]!
  assignee: User
  assigneeId: ID
  letters: Int @computed(sql: "char_length(title)")
  blocker: Task @relation(name: "blocks")
  blocks: [Task!]! @relation(name: "blocks")
  detail: Detail
}
type Detail @model ${access} {
  id: ID!
  task: Task! @unique
  note: String
  start: Time
}
type Tag @model ${access} {
  id: ID! @id(auto: NONE)
  name: String!
  projects: [Project!]!
}
`;

/** Reads a schema that must have no mistakes. */
export function readGood(text: string): AppModel {
  const { app, problems } = readSchema([{ file: 'schema.graphql', text }]);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (!app || errors.length > 0) throw new Error(errors.map(formatProblem).join('\n'));
  return app;
}
