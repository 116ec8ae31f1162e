import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../../src/pipeline.ts';
import { attachGuards, OPEN } from '../../../src/query/guards/index.ts';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';

const SDL = `
  type Note @model @access(
    read: "viewer != null"
    create: "viewer != null"
    update: "'editor' in viewer.roles && this.owner == viewer.id"
  ) {
    id: ID!
    owner: String! @preset(create: "viewer.id")
    text: String!
    secret: String @access(read: "'auditor' in viewer.roles")
    lines: [Line!]! @access(read: "'auditor' in viewer.roles")
  }
  type Line @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID!
    note: Note
    text: String!
  }
  extend type Query {
    hello: String! @access(call: "true")
    secrets: String! @access(call: "'auditor' in viewer.roles")
  }
  extend type Mutation {
    shout(text: String!): String! @access(call: "viewer != null")
  }
`;

let app: TestApp;
let ran: string[] = [];
const ANN = as('ann');
const AUDITOR = as('aud', 'auditor');

beforeAll(async () => {
  app = await createTestApp(SDL, {
    resolvers: {
      Query: {
        hello: () => 'hello',
        secrets: () => {
          ran.push('secrets');
          return 'secrets';
        },
      },
      Mutation: {
        shout: (_: unknown, { text }: { text: string }) => {
          ran.push('shout');
          if (text === 'fail') throw new Error('broken');
          return text.toUpperCase();
        },
      },
    },
  });
  await app.data(
    'mutation { createNote(input: {text: "t", lines: {create: [{text: "l"}]}}) { id } }',
    {},
    ANN,
  );
  await app.data('mutation { updateNotes(where: {}, input: {secret: "s"}) { count } }');
});
afterAll(() => app.close());

describe('a rule that needs no row', () => {
  it.each([
    ['notes { id }', SIGNED_OUT, 'UNAUTHENTICATED', 'Sign in to read Note.'],
    ['note(id: "x") { id }', SIGNED_OUT, 'UNAUTHENTICATED', 'Sign in to read Note.'],
    ['notesConnection { totalCount }', SIGNED_OUT, 'UNAUTHENTICATED', 'Sign in to read Note.'],
    ['notesAggregate { count }', SIGNED_OUT, 'UNAUTHENTICATED', 'Sign in to read Note.'],
    [
      'notesGroups(by: [{field: text}]) { key { text } }',
      SIGNED_OUT,
      'UNAUTHENTICATED',
      'Sign in to read Note.',
    ],
    ['secrets', SIGNED_OUT, 'UNAUTHENTICATED', 'Sign in to call secrets.'],
    ['secrets', ANN, 'FORBIDDEN', 'You may not call secrets.'],
  ] as const)('refuses %s before any SQL', async (field, viewer, code, message) => {
    app.statements();
    ran = [];
    const answer = await app.graphql(`{ ${field} }`, {}, viewer);
    expect(answer.codes).toEqual([code]);
    expect(answer.errors[0]?.message).toBe(message);
    expect(app.statements()).toEqual([]);
    expect(ran).toEqual([]);
  });

  it.each([
    ['createNote(input: {text: "x"}) { id }', SIGNED_OUT, 'UNAUTHENTICATED', 'Sign in to create notes.'],
    ['updateNotes(where: {}, input: {text: "x"}) { count }', ANN, 'FORBIDDEN', 'You may not update notes.'],
    ['deleteNotes(where: {}) { count }', ANN, 'FORBIDDEN', 'You may not delete notes.'],
    [
      'upsertNote(by: {id: "x"}, create: {text: "x"}, update: {text: "x"}) { id }',
      SIGNED_OUT,
      'UNAUTHENTICATED',
      'Sign in to create notes.',
    ],
    ['shout(text: "x")', SIGNED_OUT, 'UNAUTHENTICATED', 'Sign in to call shout.'],
  ] as const)('refuses mutation %s before any SQL', async (field, viewer, code, message) => {
    app.statements();
    ran = [];
    const answer = await app.graphql(`mutation { ${field} }`, {}, viewer);
    expect(answer).toMatchObject({ data: null, codes: [code] });
    expect(answer.errors[0]?.message).toBe(message);
    expect(app.statements()).toEqual([]);
    expect(ran).toEqual([]);
  });

  it('refuses one field and answers its neighbours', async () => {
    const answer = await app.graphql(
      '{ hello notes: notesAggregate { count } lines { text } }',
      {},
      SIGNED_OUT,
    );
    expect(answer.codes).toEqual(['UNAUTHENTICATED']);
    expect(answer.data).toBeNull();
    const nullable = await app.graphql('{ hello note(id: "x") { id } lines { text } }', {}, SIGNED_OUT);
    expect(nullable.codes).toEqual(['UNAUTHENTICATED']);
    expect(nullable.data).toEqual({ hello: 'hello', note: null, lines: [{ text: 'l' }] });
  });

  it('answers null for a ruled field, under every name that it has, and no error', async () => {
    const query =
      '{ notes { text secret lines { text } linesConnection { totalCount } linesAggregate { count } } }';
    const closed = await app.data(query, {}, ANN);
    expect(closed).toEqual({
      notes: [{ text: 't', secret: null, lines: null, linesConnection: null, linesAggregate: null }],
    });
    const open = await app.data(query, {}, AUDITOR);
    expect(open).toEqual({
      notes: [
        {
          text: 't',
          secret: 's',
          lines: [{ text: 'l' }],
          linesConnection: { totalCount: 1 },
          linesAggregate: { count: 1 },
        },
      ],
    });
  });

  it('lets the admin key through everywhere', async () => {
    expect(await app.data('{ secrets notes { secret } }')).toEqual({
      secrets: 'secrets',
      notes: [{ secret: 's' }],
    });
  });
});

describe('shield catches nothing of what resolvers throw', () => {
  it('so the root fields after a failed one do not run', async () => {
    ran = [];
    const answer = await app.graphql('mutation { a: shout(text: "fail") b: shout(text: "b") }', {}, ANN);
    expect(answer.data).toBeNull();
    expect(ran).toEqual(['shout']);
  });
});

describe('boot', () => {
  const { app: model, apiSdl } = buildApp([{ file: 'schema.graphql', text: SDL }], []);
  const extra = (sdl: string) => buildSchema(`${apiSdl}\n${sdl}`);

  it('finds nothing amiss in what is generated', () => {
    expect(attachGuards(buildSchema(apiSdl), model)).toEqual([]);
  });

  it('refuses a root field that no guard stands before', () => {
    expect(attachGuards(extra('extend type Query { back: String }'), model)).toEqual([
      'Query.back has a rule or is a root field, and no guard stands before it.',
    ]);
    const open = { type: 'Query', field: 'back', ...OPEN };
    expect(attachGuards(extra('extend type Query { back: String }'), model, [open])).toEqual([]);
  });

  it('refuses a guard that stands before nothing', () => {
    expect(() =>
      attachGuards(buildSchema(apiSdl), model, [{ type: 'Query', field: 'gone', ...OPEN }]),
    ).toThrow(/Query\.gone/);
  });

  it('refuses two guards before one field', () => {
    expect(() =>
      attachGuards(buildSchema(apiSdl), model, [{ type: 'Query', field: 'notes', ...OPEN }]),
    ).toThrow('Two guards stand before Query.notes');
  });

  it('leaves every field that has no rule alone', () => {
    const schema = buildSchema(apiSdl);
    attachGuards(schema, model);
    const type = schema.getType('Note') as import('graphql').GraphQLObjectType;
    expect(type.getFields().text?.resolve).toBeUndefined();
    expect(type.getFields().secret?.resolve).toBeDefined();
  });
});
