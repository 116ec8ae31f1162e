import { describe, expect, it } from 'vitest';
import { compile } from './support/compile.ts';

/** A schema with one rule in it; `|` in the rule marks where the mistake is said to be, and is taken out. */
function problemsOf(marked: string, schema: (rule: string) => string = onTask) {
  const rule = marked.replace('¦', '');
  const text = schema(rule);
  const { problems } = compile(text);
  const start = text.indexOf(rule);
  const offset = start + Math.max(0, marked.indexOf('¦'));
  const before = text.slice(0, offset).split('\n');
  return { problems, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const MODELS = `
enum Role { MEMBER ADMIN OWNER }
type User @model @user @access(read: "true") {
  id: ID!  name: String!  email: String  org: Org  tasks: [Task!]!  seats: [Seat!]!
}
type Org @model @access(read: "true") {
  id: ID!  name: String!  open: Boolean!  seats: [Seat!]!  tasks: [Task!]!  users: [User!]!
}
type Seat @model @access(read: "true") { id: ID!  org: Org!  user: User!  role: Role!  at: DateTime! }
`;
const FIELDS = `id: ID!  title: String!  done: Boolean!  count: Int!  price: Decimal  rate: Float  due: DateTime  day: Date
  data: JSON  labels: [String!]!  roles: [Role!]!  role: Role  author: User!  org: Org  token: UUID  number: BigInt`;
const onTask = (rule: string): string => `${MODELS}type Task @model @access(read: "${rule}") { ${FIELDS} }`;
const onCall = (rule: string): string =>
  `${MODELS}type Task @model @access(read: "true") { ${FIELDS} }\nextend type Query { ask: String @access(call: "${rule}") }`;
const onCheck = (rule: string): string =>
  `${MODELS}type Task @model @check(expr: "${rule}") @access(read: "true") { ${FIELDS} }`;
const onDefault =
  (field: string) =>
  (rule: string): string =>
    `${MODELS}type Task @model @access(read: "true") { ${FIELDS} extra: ${field} @default(expr: "${rule}") }`;

const MISTAKES: readonly (readonly [rule: string, code: string, says: string])[] = [
  // Grammar
  ["this.title ¦= 'x'", 'RULE_SYNTAX', 'Write "==" to compare'],
  ['this.done ¦and true', 'RULE_SYNTAX', 'Write "&&"'],
  ['this.done ¦or true', 'RULE_SYNTAX', 'Write "||"'],
  ['this.done ¦& true', 'RULE_SYNTAX', 'Write "&&"'],
  ['this.title ¦is null', 'RULE_SYNTAX', 'this.x == null'],
  ['this.done &&¦', 'RULE_SYNTAX', 'ends too early'],
  ['(this.done¦', 'RULE_SYNTAX', 'ends too early'],
  ["this.title == ¦'x", 'RULE_SYNTAX', 'string'],
  ['this.done ¦# true', 'RULE_SYNTAX', 'Unexpected character'],
  ['this.author.tasks.exists(¦m.x, true)', 'RULE_SYNTAX', 'plain name'],
  // Names
  ['¦title == null', 'RULE_UNKNOWN_NAME', 'Write "this.title"'],
  ['¦veiwer != null', 'RULE_UNKNOWN_NAME', 'Did you mean "viewer"?'],
  ['this.¦titel == null', 'RULE_UNKNOWN_FIELD', 'Task has no field "titel". Did you mean "title"?'],
  ['this.author.org.¦nme == null', 'RULE_UNKNOWN_FIELD', 'Did you mean "name"?'],
  ['viewer.¦rolls == null', 'RULE_UNKNOWN_FIELD', 'Did you mean "roles"?'],
  ['viewer.¦colour == null', 'RULE_UNKNOWN_FIELD', 'The viewer has no field "colour"'],
  ['this.org.seats.exists(m, ¦n.id == null)', 'RULE_UNKNOWN_NAME', '"n" is not known'],
  ['this.org.seats.exists(m, m.¦rol == null)', 'RULE_UNKNOWN_FIELD', 'Did you mean "role"?'],
  ['this.org.seats.exists(¦this, true)', 'RULE_UNKNOWN_NAME', 'Choose another name'],
  // Types
  ['¦this.title', 'RULE_TYPE', 'not a condition'],
  ['¦this.author', 'RULE_TYPE', 'Write "this.author != null"'],
  ['¦this.org.seats', 'RULE_TYPE', '.size() > 0'],
  ['this.org.seats.¦role == null', 'RULE_TYPE', 'Write this.org.seats.exists(m, m.role'],
  ['this.title.¦length == 3', 'RULE_TYPE', 'has no field "length"'],
  ['this.title == ¦5', 'RULE_LITERAL', 'Write a string in quotes'],
  ["this.count == ¦'5'", 'RULE_LITERAL', 'Write a whole number'],
  ["this.done == ¦'yes'", 'RULE_LITERAL', 'true or false'],
  ["this.due > ¦'2024-01-01'", 'RULE_LITERAL', 'timestamp('],
  ["this.day > ¦'January'", 'RULE_LITERAL', "'2030-01-31'"],
  ["this.token == ¦'abc'", 'RULE_LITERAL', 'UUID'],
  ["this.author.id == ¦'abc'", 'RULE_LITERAL', 'the id of User'],
  ["this.role == ¦'ADMN'", 'RULE_LITERAL', 'Did you mean "ADMIN"?'],
  ["this.role in ['OWNER', ¦'BOSS']", 'RULE_LITERAL', "Its values are 'MEMBER', 'ADMIN', 'OWNER'"],
  ["¦'BOSS' in this.roles", 'RULE_LITERAL', 'enum Role'],
  ['¦this.title == this.count', 'RULE_TYPE', 'they cannot be compared'],
  ['¦this.price == this.rate', 'RULE_TYPE', 'they cannot be compared'],
  ['¦this.author == this.org', 'RULE_TYPE', 'never a row of Org'],
  ['¦this.author == viewer.id', 'RULE_TYPE', 'Write "this.author.id"'],
  ['¦this.author < viewer', 'RULE_TYPE', 'Rows have no order'],
  ['¦this.done < true', 'RULE_TYPE', 'has no order'],
  ['¦this.title < null', 'RULE_TYPE', 'null has no order'],
  ['¦this.org.seats == null', 'RULE_TYPE', 'size() == 0'],
  ['¦this.data == this.data', 'RULE_TYPE', 'cannot be compared'],
  ["¦this.labels == 'a'", 'RULE_TYPE', 'in this.labels'],
  ["'a' in ¦this.title", 'RULE_TYPE', 'contains('],
  ['¦viewer.id in this.org.seats', 'RULE_TYPE', 'exists(m'],
  ['¦this.title + 1 == 2', 'RULE_TYPE', 'not joined'],
  ['¦this.price / 2 > 1', 'RULE_UNSUPPORTED', 'Decimals are not divided'],
  ['¦this.rate % 2.0 > 1.0', 'RULE_UNSUPPORTED', 'not on Float'],
  ['¦viewer.claims.level + 1 > 2', 'RULE_TYPE', 'unknown type'],
  ['¦now - this.due < 5', 'RULE_TYPE', 'duration'],
  // Functions
  ["this.title.matches(¦'(?=a)')", 'RULE_LITERAL', 'look-around'],
  ['this.title.matches(¦this.title)', 'RULE_TYPE', 'must be a string in the rule'],
  ["¦this.count.startsWith('a')", 'RULE_TYPE', 'works on strings'],
  ['¦can(this.author)', 'RULE_TYPE', "can(this.relation, 'read')"],
  ["can(this.author, ¦'raed')", 'RULE_LITERAL', 'Did you mean "read"?'],
  ["can(¦this.org.seats, 'read')", 'RULE_TYPE', 'exists(m, can(m'],
  ["can(¦this.title, 'read')", 'RULE_TYPE', 'asks about one row'],
  ['timestamp(¦this.title) < now', 'RULE_LITERAL', 'instant with its time zone'],
  ["this.due < now - duration(¦'7d')", 'RULE_LITERAL', '"168h"'],
  ["this.due < now - duration(¦'soon')", 'RULE_LITERAL', '24h'],
  ['¦size(this.count) > 1', 'RULE_TYPE', 'has no size'],
  ["¦lower(this.title) == 'a'", 'RULE_UNSUPPORTED', 'There is no function "lower"'],
  ["¦this.title.startWith('a')", 'RULE_UNSUPPORTED', 'Did you mean "startsWith"?'],
  ['¦this.labels[0] == null', 'RULE_UNSUPPORTED', 'Indexing'],
  ['¦this.labels.exists(l, true)', 'RULE_TYPE', 'value in this.labels'],
  ['this.title == (¦this.done ? this.title : this.title)', 'RULE_UNSUPPORTED', 'must be conditions'],
  ['¦{} == null', 'RULE_UNSUPPORTED', 'A map'],
];

describe('a mistake in a rule', () => {
  it.each(MISTAKES)('%s is %s', (rule, code, says) => {
    const { problems, line, column } = problemsOf(rule);
    expect(problems[0]).toMatchObject({ code, severity: 'error' });
    expect(problems[0]?.message).toContain(says);
    expect(problems[0]?.place).toMatchObject({ file: 'schema.graphql', line, column });
    expect(problems).toHaveLength(1);
  });
});

describe('where there is no row, or only the row', () => {
  it.each<readonly [string, (rule: string) => string, string]>([
    ['¦this.done', onCall, 'There is no row here'],
    ['viewer.id == ¦this.author.id', onDefault('ID'), 'There is no row yet'],
    ['this.done && ¦viewer != null', onCheck, 'not the viewer'],
    ['this.due < ¦now', onCheck, 'not the time'],
    ["this.author.¦name == 'a'", onCheck, 'not other rows'],
    ['this.author.¦tasks.size() > 1', onCheck, 'not other rows'],
    ['viewer.¦name', onDefault('String'), 'looked up'],
  ])('%s', (rule, schema, says) => {
    const { problems, line, column } = problemsOf(rule, schema);
    expect(problems[0]).toMatchObject({ code: 'RULE_NOT_HERE', place: { line, column } });
    expect(problems[0]?.message).toContain(says);
  });

  it('a check may use the key of a relation, which is its own column', () => {
    expect(problemsOf('this.author.id != this.token', onCheck).problems).toHaveLength(1);
    expect(problemsOf('this.org == null || this.done', onCheck).problems).toEqual([]);
  });

  it.each<readonly [string, string, boolean]>([
    ['DateTime', 'now', true],
    ['DateTime', "now + duration('24h')", true],
    ['Date', 'now', true],
    ['ID', 'viewer.id', true],
    ['String', 'viewer.email', true],
    ['[String!]!', 'viewer.roles', true],
    ['[Role!]!', "['ADMIN']", true],
    ['Role', "'ADMIN'", true],
    ['Int', '5', true],
    ['Int', 'viewer.claims.level', true],
    ['Int', '1.5', false],
    ['Int', "'5'", false],
    ['Int', 'now', false],
    ['Role', "'BOSS'", false],
    ['Boolean', 'viewer != null', false],
    ['String', 'viewer.roles', false],
    ['[String!]!', 'viewer.email', false],
  ])('a default of %s may be %s: %s', (type, expr, good) => {
    expect(problemsOf(expr, onDefault(type)).problems.map((problem) => problem.message)).toHaveLength(
      good ? 0 : 1,
    );
  });
});

describe('all mistakes', () => {
  it('of one rule and of all rules are found in one run', () => {
    const { problems } = problemsOf("this.titel == null || this.count == 'x' || viewer.rolls == null");
    expect(problems.map((problem) => problem.code)).toEqual([
      'RULE_UNKNOWN_FIELD',
      'RULE_LITERAL',
      'RULE_UNKNOWN_FIELD',
    ]);
    const text =
      'type A @model @access(read: "this.x", create: "nope", update: "true") { id: ID!  b: Int @access(read: "this.y") }';
    const found = compile(text).problems.map(({ place }) => place.column - 1);
    expect(found).toEqual(['x"', 'nope', 'y"'].map((part) => text.indexOf(part)));
  });

  it('stand at their line and column behind escapes and inside block strings', () => {
    const { problems } = compile(
      'type A @model @access(read: "this.a == \\"x\\" && this.zz", create: """\n      this.a == \'x\'\n        && this.yy\n  """) {\n  id: ID!\n  a: String\n}',
    );
    expect(problems.map(({ place }) => [place.line, place.column])).toEqual([
      [1, 54],
      [3, 17],
    ]);
  });
});

describe('can()', () => {
  it('that comes back to itself is an error that shows the circle', () => {
    const { problems } = compile(`
type A @model @access(read: "can(this.b, 'read')") { id: ID!  b: B! }
type B @model @access(read: "true && can(this.c, 'read')") { id: ID!  c: C!  as: [A!]! }
type C @model @access(read: "this.bs.exists(b, can(b, 'read'))") { id: ID!  bs: [B!]! }`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'RULE_RECURSION', place: { line: 4, column: 48 } });
    expect(problems[0]?.message).toContain('read of B → read of C → read of B');
  });
});

describe('warnings', () => {
  const seats = (rule: string): string => `
type Org @model @access(read: "true") { id: ID!  seats: [Seat!]! }
type Seat @model @access(read: "true", create: "${rule}") { id: ID!  org: Org!  owner: Boolean!  who: ID! }`;

  it('a create rule that sees the new row through its siblings', () => {
    const { problems } = compile(seats('this.org.seats.exists(s, s.owner && s.who == viewer.id)'));
    expect(problems).toMatchObject([{ code: 'RULE_SEES_NEW_ROW', severity: 'warning' }]);
    expect(problems[0]?.message).toContain('m.id != this.id');
  });

  it('a create rule by which two new rows allow each other', () => {
    const rule = 'this.org.seats.exists(s, s.id != this.id && s.owner && s.who == viewer.id)';
    expect(compile(seats(rule)).problems).toMatchObject([{ code: 'RULE_SEES_TWINS', severity: 'warning' }]);
    const wider = seats(rule)
      .replace('who: ID!', 'who: ID!  row: Int!')
      .replace('type Seat @model', 'type Seat @model @unique(fields: ["org", "who", "row"])');
    expect(compile(wider).problems).toMatchObject([{ code: 'RULE_SEES_TWINS' }]);
  });

  it('is silent when the rule leaves the new row out and a unique its twins, and for other operations', () => {
    const rule = 'this.org.seats.exists(s, s.id != this.id && s.owner && s.who == viewer.id)';
    const unique = seats(rule).replace(
      'type Seat @model',
      'type Seat @model @unique(fields: ["org", "who"])',
    );
    expect(compile(unique).problems).toEqual([]);
    const update = seats('true').replace('create: "true"', 'update: "this.org.seats.exists(s, s.owner)"');
    expect(compile(update).problems).toEqual([]);
  });

  it('a rule that is never true, unless it says false', () => {
    expect(compile(seats('null == 5 && this.owner')).problems[0]?.severity).toBe('error');
    expect(compile(seats("this.owner && 'a' == 'b'")).problems).toMatchObject([{ code: 'RULE_NEVER_TRUE' }]);
    expect(compile(seats('false')).problems).toEqual([]);
  });
});
