import type { Dice } from '../../properties/paths/dice.ts';

/** What rules may say of a row: what the viewer is, what the row is, what either leads to. */
const ROWS = {
  Person: [
    'true',
    'viewer != null',
    'this.id == viewer.id || this.rank > 1',
    "this.team == viewer.team || 'hr' in viewer.roles",
    'this.email == viewer.email || this.team.open',
    'this.rank < viewer.claims.level',
    'this.docs.exists(d, d.points > 2) || this == viewer',
    "viewer.email != 'bob@x.org'",
  ],
  Team: [
    'true',
    'this.open',
    'viewer in this.people',
    'this.name in viewer.claims.teams',
    'this.people.exists(p, p.id == viewer.id) || viewer.emailVerified',
    "viewer.name == 'Ann' || this.open",
    'this == viewer.team',
  ],
  Doc: [
    'true',
    "this.owner.id == viewer.id || this.level != 'HIGH'",
    "can(this.team, 'read')",
    'this.points <= viewer.claims.level',
    "this.owner == viewer || 'hr' in viewer.roles",
    'this.team == viewer.team',
    'this.owner.email == viewer.email || this.points == 1',
    'viewer.rank > this.points',
    "this.tags.exists(t, t.label == viewer.claims.deep.tag) || this.level == 'LOW'",
  ],
} as const;

const FIELDS = {
  Person: [
    'true',
    'false',
    'viewer != null',
    'this.id == viewer.id',
    "'hr' in viewer.roles",
    'this.team.open',
    "viewer.claims.deep.tag == 'gold'",
    'this.rank <= viewer.claims.level',
    'viewer.emailVerified',
    "this.docs.exists(d, d.level == 'HIGH')",
    'this.until > now',
  ],
  Doc: [
    'true',
    'viewer != null',
    'this.owner.id == viewer.id',
    "'hr' in viewer.roles",
    "can(this.owner, 'read')",
    'this.points > 1 || viewer.rank > 1',
    "viewer.email.endsWith('@x.org')",
    'this.tags.size() > viewer.claims.level',
  ],
  Team: ['true', 'viewer != null', 'this.open', 'viewer in this.people', 'viewer.claims.level > 1'],
} as const;

const CALLS = ['true', 'true', 'viewer != null', "'hr' in viewer.roles", 'viewer.team.open'] as const;

const HINT = '@cacheControl(maxAge: 600)';

/** A schema in which rules are anywhere, and hints almost everywhere. */
export function randomSchema(dice: Dice): string {
  // Where a rule of rows tells all viewers apart, another that was forgotten does not show.
  const row = (entity: keyof typeof ROWS): string =>
    `@access(read: "${dice.chance(0.5) ? 'true' : dice.pick(ROWS[entity])}", create: "true", update: "true", delete: "true")`;
  const ruled = (entity: keyof typeof FIELDS, open = 0.6): string =>
    dice.chance(open) ? '' : `@access(read: "${dice.pick(FIELDS[entity])}")`;
  const call = (): string => `@access(call: "${dice.pick(CALLS)}")`;
  return `
enum Level { LOW MID HIGH }
type Person @model @user ${row('Person')} ${HINT} {
  id: ID! @id(auto: NONE)
  name: String!
  email: String! @unique ${ruled('Person', 0.2)}
  badge: String @unique ${ruled('Person', 0.2)}
  roles: [String!]!
  rank: Int ${ruled('Person')}
  until: DateTime!
  bonus: Int @access(read: "${dice.pick(['this.until > now', 'this.id == viewer.id', 'true'])}")
  teamId: ID ${ruled('Person')}
  team: Team ${ruled('Person')}
  docs: [Doc!]! ${ruled('Person')}
  label: String! @computed ${HINT}
  greeting(word: String): String @computed ${ruled('Person')} ${HINT}
  unhinted: String @computed
}
type Team @model ${row('Team')} ${HINT} {
  id: ID! @id(auto: NONE)
  name: String! @unique ${ruled('Team', 0.2)}
  open: Boolean!
  people: [Person!]! ${ruled('Team')}
  docs: [Doc!]! @cacheControl(inheritMaxAge: true)
}
type Doc @model @unique(fields: ["team", "slot"]) ${row('Doc')} ${HINT} {
  id: ID! @id(auto: NONE)
  title: String! @search
  text: String @search ${ruled('Doc')}
  level: Level ${ruled('Doc')}
  points: Int ${ruled('Doc')}
  double: Int @computed(sql: "points * 2")
  slot: Int! ${ruled('Doc', 0.2)}
  owner: Person ${ruled('Doc')}
  team: Team ${ruled('Doc')}
  tags: [Tag!]! ${ruled('Doc')}
  line: String! @computed ${HINT}
}
type Tag @model @access(read: "true", create: "true", update: "true", delete: "true") ${HINT} {
  id: ID! @id(auto: NONE)
  label: String!
  docs: [Doc!]!
}
type Mark @model @access(read: "true", create: "true", update: "true") ${HINT} {
  id: ID! @id(auto: NONE)
  label: String
}
union Found = Person | Doc | Tag
interface Note { text: String! }
type Long implements Note { text: String! doc: Doc rest: [Found!]! ${HINT} }
type Short implements Note { text: String! }
type Card { hits: [Found!]! ${HINT} first: Node ${HINT} note: Note ${HINT} doc: Doc size: Int! tagged: [Tag!]! }
extend type Query {
  found(kinds: [String!]): [Found!]! ${call()} ${HINT}
  things: [Node!]! ${call()} ${HINT}
  card: Card! ${call()} ${HINT}
  notes(first: Int = 2): [Note!]! ${call()} ${HINT}
  who: String! ${call()} @cacheControl(maxAge: 600, scope: PRIVATE)
  mine: [Doc!]! ${call()} @cacheControl(maxAge: 600, scope: PRIVATE)
  asked: String! ${call()} @cacheControl(maxAge: 600, scope: PRIVATE)
  counted: Int! @access(call: "true") ${HINT}
  tagged(ids: [ID!]!): [Tag!]! @access(call: "true")
}
extend type Mutation {
  stamp(text: String!): Int! @access(call: "true")
}
`;
}

/** Code that is given rows tells all that it is given; only code with `scope: PRIVATE` looks at the viewer. */
export const RESOLVERS = `
const all = (row) => JSON.stringify(Object.entries(row).filter(([name]) => /^[a-z]/i.test(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
const row = (__typename, id) => ({ __typename, id });
const HITS = [row('Person', 'ann'), row('Doc', 'd1'), row('Person', 'bob'), row('Doc', 'd2'), row('Tag', 'g1'), row('Doc', 'd3')];
const NOTES = [{ __typename: 'Long', text: 'long', doc: row('Doc', 'd2'), rest: HITS.slice(0, 3) }, { __typename: 'Short', text: 'short' }];
export const Query = {
  found: (_p, { kinds }) => HITS.filter((hit) => !kinds || kinds.includes(hit.__typename)),
  things: () => HITS.slice(1),
  card: async (_p, _a, ctx) => ({
    hits: HITS, first: HITS[1], note: NOTES[0], doc: HITS[3], size: await ctx.db.doc.count(), tagged: [row('Tag', 'g2')],
  }),
  notes: (_p, { first }) => NOTES.slice(0, first ?? 9),
  who: (_p, _a, ctx) => JSON.stringify([ctx.isAdmin, ctx.viewer]),
  mine: async (_p, _a, ctx) => ctx.db.doc.findMany({ where: await ctx.readable('Doc'), orderBy: { id: 'asc' } }),
  asked: async (_p, _a, ctx) => JSON.stringify((await ctx.api('{ docs { id text } people { id email } }')).data),
  counted: (_p, _a, ctx) => ctx.db.person.count({ where: { rank: { gt: 1 } } }),
  tagged: (_p, { ids }) => ids.map((id) => row('Tag', id)),
};
export const Mutation = {
  stamp: async (_p, { text }, ctx) => (await ctx.db.doc.updateMany({ data: { text } })).count,
};
export const Person = {
  label: (person) => all(person),
  greeting: (person, { word }) => [word, person.name, person.email, person.teamId].join(' '),
  unhinted: (person, _a, ctx) => [person.name, ctx.viewer?.id].join(' '),
};
export const Doc = { line: (doc) => all(doc) };
`;

/** What `x-plinth-as` says; undefined for the administrator. What it leaves out is loaded from the account. */
export const VIEWERS: readonly (string | undefined)[] = [
  undefined,
  'null',
  '{"id":"ann"}',
  '{"id":"bob"}',
  '{"id":"ann","roles":[],"email":"ann@x.org","emailVerified":false,"claims":{}}',
  '{"id":"ann","roles":["hr"],"email":"ann@x.org","emailVerified":true,"claims":{"level":2,"teams":["red","blue"]}}',
  '{"id":"bob","roles":[],"email":"bob@x.org","claims":{"level":"2","deep":{"tag":"gold"}}}',
  '{"id":"bob","roles":[],"email":"ann@x.org","claims":{"level":3,"deep":{"tag":"gold"}}}',
  '{"id":"bob","roles":["hr","x"],"email":"bob@x.org","claims":{"level":1e999,"teams":"red"}}',
  '{"id":"bob","roles":["hr","x"],"email":"bob@x.org","claims":{"level":-1e999,"teams":["green"]}}',
  '{"id":"cid","roles":["x","hr"],"claims":{"level":0,"teams":[]}}',
  '{"id":"nobody","roles":[],"email":"cid@y.org","claims":{"level":null,"deep":{"tag":null},"teams":["blue",1,null]}}',
];

export const IDS: Readonly<Record<string, readonly string[]>> = {
  Person: ['ann', 'bob', 'cid'],
  Team: ['t1', 't2', 't3'],
  Doc: ['d1', 'd2', 'd3', 'd4', 'd5', 'd6'],
  Tag: ['g1', 'g2', 'g3'],
  Mark: ['m1', 'm2'],
};
export const NAMES = [
  'Ann',
  'Bob',
  'Cid',
  'Dan',
  'red',
  'blue',
  'green',
  'gold',
  'new',
  'ann@x.org',
  'HR',
  '',
];
export const EMAILS = ['ann@x.org', 'bob@x.org', 'cid@y.org'];
export const BADGES = ['b1', 'b2', 'b3'];
export const TIMES = ['2020-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '2099-06-01T00:00:00.000Z'];
export const LEVELS = ['LOW', 'MID', 'HIGH'];

const quoted = (value: string | number | boolean | null): string =>
  typeof value === 'string' ? `'${value}'` : String(value);

/** Statements for all rows; what they hold is chance, who they are is not. */
export function randomRows(dice: Dice): string {
  const maybe = <T>(items: readonly T[]): T | null => (dice.chance(0.2) ? null : dice.pick(items));
  const insert = (table: string, columns: string, rows: (string | number | boolean | null)[][]): string =>
    rows.length === 0
      ? ''
      : `INSERT INTO "${table}" (${columns}) VALUES ${rows.map((row) => `(${row.map(quoted).join(', ')})`).join(', ')};`;
  const { Person = [], Team = [], Doc = [], Tag = [], Mark = [] } = IDS;
  return [
    'TRUNCATE "Person", "Team", "Doc", "Tag", "Mark", "_DocToTag" CASCADE;',
    insert(
      'Team',
      'id, name, open',
      Team.map((id, n) => [id, ['red', 'blue', 'green'][n] ?? id, dice.chance(0.5)]),
    ),
    insert(
      'Person',
      'id, name, email, badge, roles, rank, until, bonus, "teamId"',
      Person.map((id, n) => [
        id,
        NAMES[n] ?? id,
        EMAILS[n] ?? id,
        BADGES[n] ?? null,
        dice.pick(['{}', '{hr}', '{x}']),
        maybe([0, 1, 2, 3]),
        dice.pick(TIMES),
        maybe([1, 2]),
        maybe(Team),
      ]),
    ),
    insert(
      'Doc',
      'id, title, text, level, points, slot, "ownerId", "teamId"',
      Doc.slice(0, 3 + dice.below(4)).map((id, n) => [
        id,
        dice.pick(NAMES),
        maybe(NAMES),
        maybe(LEVELS),
        maybe([0, 1, 2, 3, 4]),
        n + 1,
        maybe(Person),
        maybe(Team),
      ]),
    ),
    insert(
      'Tag',
      'id, label',
      Tag.map((id) => [id, dice.pick(['gold', 'red', 'new'])]),
    ),
    insert(
      'Mark',
      'id, label',
      Mark.map((id) => [id, null]),
    ),
    `INSERT INTO "_DocToTag" ("A", "B") SELECT d.id, t.id FROM "Doc" d, "Tag" t WHERE (ascii(right(d.id, 1)) * 7 + ascii(right(t.id, 1)) * 3) % 5 < ${1 + dice.below(4)};`,
  ].join('\n');
}

export interface Write {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** A mutation of any kind; some find nothing, or are refused. */
export function randomMutation(dice: Dice): Write {
  const id = (entity: string): string => dice.pick(IDS[entity] ?? []);
  const update = (entity: string, input: object): Write => ({
    query: `mutation ($id: ID!, $input: ${entity}UpdateInput!) { update${entity}(id: $id, input: $input) { id } }`,
    variables: { id: id(entity), input },
  });
  return dice.pick<() => Write>([
    () => update('Person', { rank: dice.below(4) }),
    () => update('Person', { name: dice.pick(NAMES), badge: dice.pick([null, `b${dice.below(5)}`]) }),
    () =>
      update('Person', { team: dice.chance(0.3) ? { disconnect: true } : { connect: { id: id('Team') } } }),
    () => update('Person', { roles: dice.pick([[], ['hr'], ['x']]) }),
    () => update('Person', { email: dice.pick([...EMAILS, 'new@x.org']) }),
    () => update('Person', { docs: { connect: [{ id: id('Doc') }] } }),
    () => update('Team', { open: dice.chance(0.5) }),
    () => update('Team', { people: { connect: [{ id: id('Person') }] } }),
    () => update('Doc', { points: dice.below(5), level: dice.pick([null, ...LEVELS]) }),
    () => update('Doc', { text: dice.pick(NAMES), title: dice.pick(NAMES) }),
    () => update('Doc', { owner: { connect: { id: id('Person') } } }),
    () => update('Doc', { tags: dice.pick([{ set: [] }, { connect: [{ id: id('Tag') }] }]) }),
    () => update('Tag', { label: dice.pick(['gold', 'red', 'new']) }),
    () => update('Tag', { docs: { connect: [{ id: id('Doc') }] } }),
    () => ({ query: `mutation { deleteDoc(id: "${id('Doc')}") { id } }` }),
    () => ({
      query: `mutation { createDoc(input: { id: "${id('Doc')}", title: "new", slot: ${10 + dice.below(90)}, points: ${dice.below(5)}, owner: { connect: { id: "${id('Person')}" } }, tags: { connect: [{ id: "${id('Tag')}" }] } }) { id } }`,
    }),
    () => ({ query: `mutation { updateDocs(where: {}, input: { level: ${dice.pick(LEVELS)} }) { count } }` }),
    () => ({ query: `mutation { stamp(text: "${dice.pick(NAMES)}") }` }),
    () => ({ query: `mutation { deletePerson(id: "${id('Person')}") { id } }` }),
  ])();
}

/** The same by hand, past the API. */
export function randomSql(dice: Dice): string {
  const id = (entity: string): string => quoted(dice.pick(IDS[entity] ?? []));
  return dice.pick<() => string>([
    () => 'UPDATE "Team" SET open = NOT open',
    () => `UPDATE "Person" SET rank = ${dice.below(4)} WHERE id = ${id('Person')}`,
    () => `UPDATE "Person" SET "teamId" = ${dice.pick(['NULL', id('Team')])} WHERE id = ${id('Person')}`,
    () =>
      `UPDATE "Person" SET roles = ${quoted(dice.pick(['{}', '{hr}']))}, name = name || '!' WHERE id = ${id('Person')}`,
    () =>
      `UPDATE "Doc" SET "ownerId" = ${dice.pick(['NULL', id('Person')])}, points = ${dice.below(5)} WHERE id < ${id('Doc')}`,
    () => `UPDATE "Doc" SET "teamId" = ${id('Team')} WHERE id = ${id('Doc')}`,
    () => "UPDATE \"Doc\" SET level = 'HIGH', text = coalesce(text, '') || '.'",
    () => `DELETE FROM "_DocToTag" WHERE "B" = ${id('Tag')}`,
    () => `INSERT INTO "_DocToTag" ("A", "B") SELECT id, ${id('Tag')} FROM "Doc" ON CONFLICT DO NOTHING`,
    () => `UPDATE "Tag" SET label = 'gold' WHERE id = ${id('Tag')}`,
    () => `BEGIN; UPDATE "Doc" SET points = 4; ROLLBACK`,
    () =>
      `BEGIN; UPDATE "Team" SET open = true; UPDATE "Doc" SET level = NULL WHERE id = ${id('Doc')}; COMMIT`,
    () => 'TRUNCATE "_DocToTag"',
  ])();
}
