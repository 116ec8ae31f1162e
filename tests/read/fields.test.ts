import { describe, expect, test } from 'vitest';
import { entity, field, read } from './read.ts';

const inTask = (body: string, more = '') => read(`${more} type Task @@ { id: ID! ${body} }`);

describe('where a field shows', () => {
  test.each([
    ['name: String', true, true, true],
    ['name: String @readOnly', true, false, false],
    ['name: String @createOnly', true, true, false],
    ['name: String @writeOnly', false, true, true],
    ['name: String @createOnly @writeOnly', false, true, false],
    ['name: String @hidden', false, false, false],
    ['name: String @preset(create: "viewer.id")', true, false, false],
    ['name: String @preset(create: "viewer.id") @hidden', false, false, false],
    ['name: DateTime! @createdAt', true, false, false],
    ['name: DateTime! @updatedAt', true, false, false],
    ['name: Int! @version', true, false, false],
    ['name: Int @computed(sql: "1")', true, false, false],
    ['name: Int @computed', true, false, false],
    ['name(by: Int): Int', true, false, false],
  ] as const)('%s', (body, output, create, update) => {
    const { exposure } = entity(inTask(body), 'Task').fieldByName.get('name') ?? {};
    expect(exposure).toEqual({ output, create, update });
  });

  test.each([
    ['', 'UUID7', false],
    ['@id', 'UUID7', false],
    ['@id(auto: INT)', 'INT', false],
    ['@id(auto: NONE)', 'NONE', true],
  ] as const)('id %s', (directive, idKind, create) => {
    const app = read(`type Task @@ { id: ID! ${directive} }`);
    expect(entity(app, 'Task').idKind).toBe(idKind);
    expect(field(app, 'Task.id', 'scalar').exposure).toEqual({ output: true, create, update: false });
  });
});

describe('default values are JSON as the API would take them', () => {
  test.each([
    ['String! @default(value: "a\\nb")', 'a\nb'],
    ['Int! @default(value: -3)', -3],
    ['Float! @default(value: 3)', 3],
    ['Boolean! @default(value: false)', false],
    ['BigInt! @default(value: 9007199254740993)', '9007199254740993'],
    ['Decimal! @default(value: "10.50")', '10.50'],
    ['Color! @default(value: RED)', 'RED'],
    ['[String!]! @default(value: ["a", "b"])', ['a', 'b']],
    ['[Color!] @default(value: [RED])', ['RED']],
    ['JSON @default(value: {a: [1, null, {b: "x"}]})', { a: [1, null, { b: 'x' }] }],
    ['DateTime! @default(value: "2026-01-01T00:00:00Z")', '2026-01-01T00:00:00Z'],
    ['Date! @default(value: "2026-01-31")', '2026-01-31'],
    ['Time! @default(value: "12:30")', '12:30'],
    ['TimeZone! @default(value: "Europe/Berlin")', 'Europe/Berlin'],
  ])('%s', (type, value) => {
    const app = inTask(`name: ${type}`, 'enum Color { RED BLUE }');
    expect(field(app, 'Task.name', 'scalar').default).toEqual({ kind: 'value', value });
  });

  test('an expression stays a rule with its place', () => {
    const app = read('type Task @@ {\n  id: ID!\n  at: DateTime! @default(expr: "now")\n}');
    expect(field(app, 'Task.at', 'scalar').default).toEqual({
      kind: 'expr',
      expr: { text: 'now', place: { file: 'schema.graphql', line: 3, column: 33 } },
    });
  });
});

describe('what a field is', () => {
  test('a field with arguments is resolved by the author', () => {
    expect(field(inTask('greeting(to: String): String!'), 'Task.greeting', 'resolved').node.name.value).toBe(
      'greeting',
    );
  });

  test('a field of a type that is not stored can be computed by a resolver', () => {
    const app = inTask('info: Info @computed', 'type Info { text: String! owner: Task }');
    expect(field(app, 'Task.info', 'resolved').name).toBe('info');
    expect(app.customTypes.map((node) => 'name' in node && node.name?.value)).toEqual(['Info']);
  });

  test('SQL makes a generated column', () => {
    const app = inTask('length: Int! @computed(sql: "length(name)") name: String!');
    expect(field(app, 'Task.length', 'computed')).toMatchObject({
      column: 'length',
      required: true,
      sql: { text: 'length(name)' },
    });
  });

  test('descriptions, deprecations and former names are carried', () => {
    const app = inTask(
      '"Its name." title: String @deprecated(reason: "Use name.") @renamedFrom(name: "caption") old: Int @deprecated',
    );
    expect(field(app, 'Task.title', 'scalar')).toMatchObject({
      description: 'Its name.',
      deprecated: 'Use name.',
      renamedFrom: 'caption',
    });
    expect(field(app, 'Task.old', 'scalar').deprecated).toBe('No longer supported');
  });

  test('constraints are carried in the form that both sides check', () => {
    const app = inTask(
      'a: String! @constraint(minLength: 1, pattern: "^\\\\w+\\\\d.$", format: SLUG) b: Decimal @constraint(min: "0.5") c: BigInt @constraint(max: 3)',
    );
    expect(field(app, 'Task.a', 'scalar').constraint).toEqual({
      minLength: 1,
      pattern: '^[A-Za-z0-9_]+[0-9][^\\n\\r]$',
      format: 'SLUG',
    });
    expect(field(app, 'Task.b', 'scalar').constraint).toEqual({ min: '0.5' });
    expect(field(app, 'Task.c', 'scalar').constraint).toEqual({ max: '3' });
  });
});

describe('the schema as a whole', () => {
  test('types may be extended, also across files of one schema', () => {
    const app = read(
      'type Task @@ { id: ID! } extend type Task @index(fields: ["size"]) { size: Int } enum E { A } extend enum E { B }',
    );
    expect(entity(app, 'Task').fields.map((each) => each.name)).toEqual(['id', 'size']);
    expect(entity(app, 'Task').indexes).toHaveLength(1);
    expect(app.enumByName.get('E')?.values.map((value) => value.name)).toEqual(['A', 'B']);
  });

  test('root fields may be written with and without extend, and may use generated types', () => {
    const app = read(`type Task @@ { id: ID! }
      extend type Query { mine(where: TaskWhere): [Task!]! @access(call: "viewer != null") }
      type Mutation { finish(id: ID!): Task! @access(call: "true") @deprecated }`);
    expect(app.customFields.map(({ root, name, call }) => [root, name, call.text])).toEqual([
      ['Query', 'mine', 'viewer != null'],
      ['Mutation', 'finish', 'true'],
    ]);
  });

  test('built-in scalars may be declared to please an editor', () => {
    expect(read('scalar DateTime type Task @@ { id: ID! at: DateTime }').customTypes).toEqual([]);
  });

  test('names of tables and root fields follow from the type, unless stated', () => {
    const app = read(
      'type Person @@ { id: ID! } type Sheep @model(table: "flock", plural: "allSheep") @access(read: "true") { id: ID! }',
    );
    expect(entity(app, 'Person')).toMatchObject({ table: 'Person', singular: 'person', plural: 'people' });
    expect(entity(app, 'Sheep')).toMatchObject({ table: 'flock', singular: 'sheep', plural: 'allSheep' });
  });

  test('the @user model is known', () => {
    const app = read('type Task @@ { id: ID! } type Person @@ @user { id: ID! }');
    expect(app.user).toBe(entity(app, 'Person'));
  });

  test('the model is frozen all the way down', () => {
    const app = read('type Task @@ { id: ID! title: String! }');
    const task = entity(app, 'Task') as unknown as { name: string; fields: unknown[] };
    expect(() => {
      task.name = 'x';
    }).toThrow(TypeError);
    expect(() => task.fields.push(1)).toThrow(TypeError);
    expect(() => (app.entityByName as Map<string, unknown>).clear()).toThrow(TypeError);
  });
});
