import { describe, expect, test } from 'vitest';
import type { RelationField, RelationStorage } from '../../src/model/app-model.ts';
import { codes, entity, field, read } from './read.ts';

const key = (over: Partial<Extract<RelationStorage, { kind: 'key' }>>): RelationStorage => ({
  kind: 'key',
  key: 'teamId',
  column: 'teamId',
  columnType: undefined,
  declared: false,
  unique: false,
  onDelete: 'SET_NULL',
  ...over,
});

interface Row {
  readonly name: string;
  /** Bodies of the models A and Team, ids left out. */
  readonly a: string;
  readonly team?: string;
  readonly path: string;
  readonly expected: Partial<RelationField>;
}

const rows: readonly Row[] = [
  {
    name: 'a to-one that nothing answers is seen from one side',
    a: 'team: Team',
    path: 'A.team',
    expected: { required: false, many: false, inverse: undefined, storage: key({}) },
  },
  {
    name: 'a required to-one protects its target',
    a: 'team: Team!',
    path: 'A.team',
    expected: { required: true, storage: key({ onDelete: 'RESTRICT' }) },
  },
  {
    name: 'onDelete is the author’s choice',
    a: 'team: Team! @relation(onDelete: CASCADE)',
    path: 'A.team',
    expected: { storage: key({ onDelete: 'CASCADE' }) },
  },
  {
    name: 'a list and a to-one are one-to-many',
    a: 'team: Team',
    team: 'as: [A!]!',
    path: 'Team.as',
    expected: { many: true, required: true, inverse: 'team', storage: { kind: 'inverse' } },
  },
  {
    name: 'the to-one of one-to-many knows its list',
    a: 'team: Team',
    team: 'as: [A!]!',
    path: 'A.team',
    expected: { inverse: 'as', storage: key({}) },
  },
  {
    name: 'a declared key is the relation’s key',
    a: 'team: Team! teamId: ID!',
    path: 'A.team',
    expected: { storage: key({ declared: true, onDelete: 'RESTRICT' }) },
  },
  {
    name: 'a key can have a name and a column of its own',
    a: 'team: Team @relation(fields: ["squad"]) squad: ID @column(name: "squad_id")',
    path: 'A.team',
    expected: { storage: key({ key: 'squad', column: 'squad_id', declared: true }) },
  },
  {
    name: 'the column of an undeclared key is named on the relation',
    a: 'team: Team @column(name: "team_id")',
    path: 'A.team',
    expected: { storage: key({ column: 'team_id' }) },
  },
  {
    name: '@unique makes it one-to-one, held by this side',
    a: 'team: Team! @unique',
    team: 'a: A',
    path: 'A.team',
    expected: { inverse: 'a', storage: key({ unique: true, onDelete: 'RESTRICT' }) },
  },
  {
    name: 'the far side of one-to-one is never required',
    a: 'team: Team! @unique',
    team: 'a: A',
    path: 'Team.a',
    expected: { inverse: 'team', required: false, many: false, storage: { kind: 'inverse' } },
  },
  {
    name: '@unique on a declared key makes it one-to-one, too',
    a: 'team: Team! teamId: ID! @unique',
    team: 'a: A',
    path: 'A.team',
    expected: { storage: key({ unique: true, declared: true, onDelete: 'RESTRICT' }) },
  },
  {
    name: 'lists on both sides are many-to-many, A first in the alphabet',
    a: 'teams: [Team!]!',
    team: 'as: [A!]!',
    path: 'A.teams',
    expected: { inverse: 'as', storage: { kind: 'join', table: '_AToTeam', own: 'A', other: 'B' } },
  },
  {
    name: 'the later model of many-to-many is B',
    a: 'teams: [Team!]!',
    team: 'as: [A!]!',
    path: 'Team.as',
    expected: { storage: { kind: 'join', table: '_AToTeam', own: 'B', other: 'A' } },
  },
  {
    name: 'a name names the join table',
    a: 'teams: [Team!]! @relation(name: "plays")',
    team: 'as: [A!]! @relation(name: "plays")',
    path: 'A.teams',
    expected: { relationName: 'plays', storage: { kind: 'join', table: '_plays', own: 'A', other: 'B' } },
  },
  {
    name: 'names tell two relations between the same models apart',
    a: 'home: Team! @relation(name: "home") team: Team @relation(name: "away")',
    team: 'away: [A!]! @relation(name: "away") home: [A!]! @relation(name: "home")',
    path: 'A.team',
    expected: { inverse: 'away', relationName: 'away' },
  },
  {
    name: 'two to-one fields that nothing answers are two relations without names',
    a: 'home: Team! team: Team',
    path: 'A.team',
    expected: { inverse: undefined, relationName: undefined },
  },
  {
    name: 'a name that nobody shares is harmless on a to-one',
    a: 'home: Team! @relation(name: "home") team: Team @relation(name: "away")',
    team: 'hosts: [A!]! @relation(name: "home")',
    path: 'A.team',
    expected: { inverse: undefined },
  },
];

describe('relations are inferred from their two sides', () => {
  test.each(rows)('$name', ({ a, team = '', path, expected }) => {
    const app = read(`type A @@ { id: ID! ${a} } type Team @@ { id: ID! ${team} }`);
    expect(field(app, path, 'relation')).toMatchObject(expected);
  });
});

describe('relations of a model to itself', () => {
  test('parent and children are one-to-many without a name', () => {
    const app = read('type Page @@ { id: ID! parent: Page children: [Page!]! }');
    expect(field(app, 'Page.children', 'relation')).toMatchObject({
      inverse: 'parent',
      storage: { kind: 'inverse' },
    });
    expect(field(app, 'Page.parent', 'relation')).toMatchObject({
      inverse: 'children',
      storage: { key: 'parentId' },
    });
  });

  test('mother and father are two relations', () => {
    const app = read('type Animal @@ { id: ID! mother: Animal father: Animal }');
    expect(field(app, 'Animal.mother', 'relation').inverse).toBeUndefined();
    expect(field(app, 'Animal.father', 'relation').inverse).toBeUndefined();
  });

  test('next and previous with one @unique are one-to-one', () => {
    const app = read('type Page @@ { id: ID! next: Page @unique previous: Page }');
    expect(field(app, 'Page.next', 'relation')).toMatchObject({
      inverse: 'previous',
      storage: { unique: true },
    });
    expect(field(app, 'Page.previous', 'relation').storage).toEqual({ kind: 'inverse' });
  });

  test('many-to-many: A belongs to the field that is first in the alphabet, whatever the order of the file', () => {
    for (const order of ['follows followers', 'followers follows']) {
      const fields = order.split(' ').map((name) => `${name}: [Person!]! @relation(name: "follows")`);
      const app = read(`type Person @@ { id: ID! ${fields.join(' ')} }`);
      const storage = { kind: 'join', table: '_follows' };
      expect(field(app, 'Person.followers', 'relation').storage).toEqual({
        ...storage,
        own: 'A',
        other: 'B',
      });
      expect(field(app, 'Person.follows', 'relation').storage).toEqual({ ...storage, own: 'B', other: 'A' });
    }
  });
});

describe('keys', () => {
  test('a unique over relations is named by its keys', () => {
    const app = read(
      'type M @@ @unique(fields: ["org", "userId"]) { id: ID! org: Org! user: Org! } type Org @@ { id: ID! }',
    );
    expect(entity(app, 'M').uniques.map((unique) => unique.fields)).toEqual([['orgId', 'userId']]);
  });

  test('an index over a relation is over its key', () => {
    const app = read(
      'type M @@ @index(fields: ["org", "at"]) { id: ID! org: Org! at: DateTime! } type Org @@ { id: ID! }',
    );
    expect(entity(app, 'M').indexes[0]?.fields).toEqual(['orgId', 'at']);
  });

  test('a declared key says whose key it is and is in inputs', () => {
    const app = read('type M @@ { id: ID! org: Org! orgId: ID! } type Org @@ { id: ID! }');
    expect(field(app, 'M.orgId', 'scalar')).toMatchObject({
      keyOf: 'org',
      exposure: { output: true, create: true, update: true },
    });
  });

  test('a key is stored as the id that it leads to', () => {
    const app = read(
      'type M @@ { id: ID! org: Org! orgId: ID! } type Org @@ { id: ID! @id(auto: NONE) @column(type: "varchar(20)") }',
    );
    expect(field(app, 'M.orgId', 'scalar').columnType).toBe('varchar(20)');
    expect(field(app, 'M.org', 'relation').storage).toMatchObject({ columnType: 'varchar(20)' });
  });

  test('a one-to-one known by @relation(fields:) alone is unique', () => {
    const app = read(
      'type P @@ { id: ID! u: U! @relation(fields: ["uId"]) uId: ID! } type U @@ { id: ID! p: P }',
    );
    expect(entity(app, 'P').uniques.map((unique) => unique.fields)).toEqual([['uId']]);
    expect(field(app, 'P.uId', 'scalar').unique).toBe(true);
  });

  test('two relations cannot be told apart by a name on one side only', () => {
    expect(
      codes('type A @@ { id: ID! x: B @relation(name: "x") } type B @@ { id: ID! list: [A!]! }'),
    ).toEqual(['LIST_WITHOUT_OTHER_SIDE']);
  });
});
