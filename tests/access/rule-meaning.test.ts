import { describe, expect, it } from 'vitest';
import { bindValue, bindViewer } from '../../src/access/bind-viewer.ts';
import { decidedWithoutRow } from '../../src/access/decide.ts';
import { evaluate } from '../../src/access/evaluate.ts';
import { lower } from '../../src/access/lower.ts';
import { prismaWhere } from '../../src/access/prisma-where.ts';
import type { Expr } from '../../src/model/expr.ts';
import type { ViewerState } from '../../src/model/viewer.ts';
import { compileGood, entity } from './support/compile.ts';
import { graphOf, type Rows, type StoredRow } from './support/random-rows.ts';

const NOW = new Date('2024-03-01T12:00:00.000Z');
const ANN: ViewerState = {
  kind: 'viewer',
  id: '018f0000-0000-7000-8000-000000000001',
  roles: ['admin'],
  email: 'ann@example.org',
  emailVerified: true,
  claims: { level: 3, teams: ['a', 7], nested: { flag: true }, org: 'not a uuid' },
};
const NOBODY: ViewerState = { kind: 'signedOut' };

const schema = (rule: string, more = ''): string => `
enum Role { MEMBER OWNER }
type User @model @user @access(read: "true") {
  id: ID!  name: String!  posts: [Post!]!  org: Org
}
type Org @model @access(read: "this.open") {
  id: ID!  open: Boolean!  users: [User!]!  posts: [Post!]!
}
type Post @model @access(read: "${rule}") {
  id: ID!  title: String  open: Boolean!  author: User!  org: Org  number: Int  role: Role  at: DateTime ${more}
}`;

function bound(rule: string, viewer: ViewerState = ANN): Expr {
  const { app, rules } = compileGood(schema(rule));
  const compiled = rules.row(entity(app, 'Post'), 'read');
  if (!compiled) throw new Error('There is no rule');
  return bindViewer(compiled.expr, { viewer, now: NOW });
}

describe('without a row', () => {
  it.each<[string, ViewerState, boolean | undefined]>([
    ['true', NOBODY, true],
    ['false', ANN, false],
    ['viewer != null', NOBODY, false],
    ['viewer != null', ANN, true],
    ['viewer == null', NOBODY, true],
    ['this.author.id == viewer.id', NOBODY, false],
    ['!(this.author.id == viewer.id)', NOBODY, false],
    ['this.author.id != viewer.id', NOBODY, false],
    ['this.author == viewer', ANN, undefined],
    ['this.open || this.author == viewer', NOBODY, undefined],
    ['this.open && this.author == viewer', NOBODY, false],
    ["'admin' in viewer.roles", NOBODY, false],
    ["'admin' in viewer.roles", ANN, true],
    ["!('admin' in viewer.roles)", NOBODY, false],
    ["['boss', 'admin'].exists(r, r in viewer.roles)", ANN, true],
    ["viewer.email.endsWith('@example.org') && viewer.emailVerified", ANN, true],
    ["viewer.email.endsWith('@example.org')", { kind: 'viewer', id: 'x' }, false],
    ['viewer.claims.level >= 3', ANN, true],
    ['viewer.claims.level >= 4', ANN, false],
    ["viewer.claims.level == '3'", ANN, false],
    ["viewer.claims.level != '3'", ANN, false],
    ['viewer.claims.nested.flag', ANN, true],
    ['viewer.claims.nested.missing', ANN, false],
    ['viewer.claims.missing == null', ANN, true],
    ["'a' in viewer.claims.teams", ANN, true],
    // One element is no text, so whether the list has another one is not known.
    ["!('z' in viewer.claims.teams)", ANN, false],
    ['this.org.id == viewer.claims.org', ANN, false],
    ['this.org.id != viewer.claims.org', ANN, false],
    ["now > timestamp('2024-01-01T00:00:00Z')", ANN, true],
    ["now + duration('1h') < timestamp('2024-03-01T13:00:00+00:00')", ANN, false],
    ['viewer.org.open', NOBODY, false],
    ['viewer.org == null', NOBODY, true],
    ['viewer.posts.exists(p, p.open)', NOBODY, false],
    ['viewer.posts.exists(p, p.open)', ANN, undefined],
    ['viewer.posts.size() == 0', NOBODY, true],
    ['viewer != null', { kind: 'admin' }, false],
  ])('%s', (rule, viewer, expected) => {
    expect(decidedWithoutRow(bound(rule, viewer))).toBe(expected);
  });
});

describe('a Prisma where', () => {
  const id = '018f0000-0000-7000-8000-000000000001';
  it.each<[string, object | undefined]>([
    ['this.author.id == viewer.id', { authorId: { equals: id } }],
    ['this.author == viewer', { authorId: { equals: id } }],
    ['viewer.id == this.author.id', { authorId: { equals: id } }],
    ['this.org == null', { orgId: null }],
    ['has(this.org)', { orgId: { not: null } }],
    ['this.open == true', { open: { equals: true } }],
    ['!this.open', { open: { equals: false } }],
    ['this.author.org.open', { author: { is: { org: { is: { open: { equals: true } } } } } }],
    ["this.title.startsWith('100%')", { title: { startsWith: '100\\%' } }],
    ["this.role in ['OWNER']", { role: { in: ['OWNER'] } }],
    ['this.org.users.exists(u, u == viewer)', { org: { is: { users: { some: { id: { equals: id } } } } } }],
    ['viewer in this.org.users', { org: { is: { users: { some: { id: { equals: id } } } } } }],
    [
      'viewer.id in this.org.users.map(u, u.id)',
      { org: { is: { users: { some: { id: { equals: id } } } } } },
    ],
    ["now - this.at < duration('1h')", undefined],
    ["this.at > now - duration('1h')", { at: { gt: new Date('2024-03-01T11:00:00Z') } }],
    ['this.number + 1 > 2', undefined],
    ['this.author.posts.size() > 2', undefined],
    ['this.title == this.author.name', undefined],
  ])('of %s', (rule, where) => {
    const { app } = compileGood(schema(rule));
    expect(prismaWhere(app, lower(bound(rule))).where).toEqual(where);
  });
});

describe('can()', () => {
  const rows: Rows = {
    pairs: new Map(),
    byEntity: new Map<string, StoredRow[]>([
      [
        'Org',
        [
          { entity: 'Org', values: { id: 'o1', open: true } },
          { entity: 'Org', values: { id: 'o2', open: false } },
        ],
      ],
      [
        'Post',
        ['o1', 'o2', null].map((orgId) => ({
          entity: 'Post',
          values: { id: `p-${orgId}`, orgId, open: true },
        })),
      ],
    ]),
  };
  const answers = (rule: string): (boolean | null)[] => {
    const { app } = compileGood(schema(rule));
    const graph = graphOf(app, rows);
    return (rows.byEntity.get('Post') ?? []).map((row) => evaluate(bound(rule), { app, graph }, row));
  };

  it('asks the other rule of the other row, and is unknown where there is none', () => {
    expect(answers("can(this.org, 'read')")).toEqual([true, false, null]);
    expect(answers("!can(this.org, 'read')")).toEqual([false, true, null]);
  });

  it('denies what the other model denies', () => {
    expect(answers("can(this.org, 'delete')")).toEqual([false, false, null]);
  });

  it('as a conjunct makes the relation readable, and only as a conjunct', () => {
    const readable = (rule: string) => {
      const { app, rules } = compileGood(schema(rule));
      return rules.row(entity(app, 'Post'), 'read')?.readable;
    };
    expect(readable("this.open && can(this.org, 'read') && can(this.author, 'read')")).toEqual([
      'org',
      'author',
    ]);
    expect(readable("this.open || can(this.org, 'read')")).toEqual([]);
    expect(readable("can(this.org, 'update') && !can(this.org, 'read')")).toEqual([]);
  });
});

describe('values made by the server', () => {
  const value = (type: string, expr: string, viewer: ViewerState = ANN) => {
    const { app, rules } = compileGood(schema('true', `made: ${type} @default(expr: "${expr}")`));
    const rule = rules.value(entity(app, 'Post'), 'made', 'default');
    if (!rule) throw new Error('There is no value');
    return bindValue(rule.value, { viewer, now: NOW });
  };

  it.each<readonly [string, string, unknown]>([
    ['DateTime', 'now', '2024-03-01T12:00:00.000Z'],
    ['DateTime', "now + duration('24h')", '2024-03-02T12:00:00.000Z'],
    ['Date', 'now', '2024-03-01'],
    ['ID', 'viewer.id', '018f0000-0000-7000-8000-000000000001'],
    ['String', 'viewer.email', 'ann@example.org'],
    ['[String!]!', 'viewer.roles', ['admin']],
    ['Int', 'viewer.claims.level', 3],
    ['String', 'viewer.claims.level', null],
    ['[Role!]!', "['OWNER', 'MEMBER']", ['OWNER', 'MEMBER']],
    ['Decimal', '0.1', '0.1'],
    ['Float', '2', 2],
    ['Int', '2 + 3 * 4', 14],
    ['BigInt', '2 + 3', '5'],
  ])('%s from %s', (type, expr, expected) => {
    expect(value(type, expr)).toEqual(expected);
  });

  it('are null where the viewer is not known', () => {
    expect(value('ID', 'viewer.id', NOBODY)).toBeNull();
    expect(value('String', 'viewer.email', { kind: 'admin' })).toBeNull();
  });
});
