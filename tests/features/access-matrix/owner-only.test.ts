import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';
import { cursorOf, hasEveryCell, refused, runCells } from './matrix.ts';

/** Every row is its owner's, and nobody else can do anything with it or learn of it. */
const OWN = 'this.owner == viewer.id';
const OF_NOTE = 'this.note.owner == viewer.id';
const SDL = `
type Note @model @access(read: "${OWN}", create: "${OWN}", update: "${OWN}", delete: "${OWN}") {
  id: ID!
  owner: String! @default(expr: "viewer.id")
  slug: String! @unique
  text: String! @search
  size: Int! @default(value: 1)
  lines: [Line!]!
  tags: [Tag!]!
}
type Line @model @access(read: "${OF_NOTE}", create: "${OF_NOTE}", update: "${OF_NOTE}", delete: "${OF_NOTE}") {
  id: ID!
  code: String! @unique
  text: String!
  note: Note! @relation(onDelete: CASCADE)
}
type Tag @model @access(read: "${OWN}", create: "${OWN}", update: "${OWN}", delete: "${OWN}") {
  id: ID!
  owner: String! @default(expr: "viewer.id")
  name: String! @unique
  notes: [Note!]!
}
extend type Query {
  anyNote: Note @access(call: "true")
  allNotes: [Note!]! @access(call: "true")
}
`;

let app: TestApp;
let ids: Record<string, string> = {};
const ANN = as('ann');
const BEN = as('ben');

beforeAll(async () => {
  app = await createTestApp(SDL, {
    resolvers: {
      Query: {
        anyNote: () => ({ id: ids.annNote }),
        allNotes: () => [{ id: ids.annNote }, { id: ids.benNote }],
      },
    },
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.execute('TRUNCATE "Note", "Line", "Tag" CASCADE');
  ids = {};
  for (const who of ['ann', 'ben']) {
    const made = await app.data<{
      createNote: { id: string; lines: { id: string }[]; tags: { id: string }[] };
    }>(
      `mutation { createNote(input: {owner: "${who}", slug: "${who}-note", text: "words of ${who}", size: ${who === 'ann' ? 1 : 10},
        lines: {create: [{code: "${who}-line", text: "l"}]}, tags: {create: [{owner: "${who}", name: "${who}-tag"}]}})
        { id lines { id } tags { id } } }`,
    );
    const { id, lines, tags } = made.createNote;
    Object.assign(ids, { [`${who}Note`]: id, [`${who}Line`]: lines[0]?.id, [`${who}Tag`]: tags[0]?.id });
  }
  for (const [index, who] of ['ann', 'ben'].entries())
    ids[`${who}Cursor`] = await cursorOf(app, 'notesConnection(orderBy: [{slug: ASC}])', index);
});

const world = {
  app: () => app,
  ids: () => ids,
  snapshot: `{ notes(orderBy: [{slug: ASC}]) { id owner slug text size lines(orderBy: [{code: ASC}]) { id code text } tags(orderBy: [{name: ASC}]) { id name owner } }
    lines(orderBy: [{code: ASC}]) { id code note { id } } tags(orderBy: [{name: ASC}]) { id } }`,
};
const absent = refused('NOT_FOUND');
const forbidden = refused('FORBIDDEN');
const conflict = refused('CONFLICT');
const signIn = refused('UNAUTHENTICATED');
const ANNS = { slug: 'ann-note' };

describe('reading', () => {
  runCells(world, [
    ['list, allowed: own rows', '{ notes { slug } }', ANN, { notes: [ANNS] }],
    ['list, refused: nothing for a stranger', '{ notes { slug } }', as('cat'), { notes: [] }],
    ['by id, allowed: own', '{ note(id: $annNote) { slug } }', ANN, { note: ANNS }],
    ['by id, refused: foreign is null', '{ note(id: $benNote) { slug } }', ANN, { note: null }],
    ['unique lookup, allowed: own', '{ noteBySlug(slug: "ann-note") { slug } }', ANN, { noteBySlug: ANNS }],
    [
      'unique lookup, refused: foreign is null',
      '{ noteBySlug(slug: "ben-note") { slug } }',
      ANN,
      { noteBySlug: null },
    ],
    [
      'node, allowed: own',
      '{ node(id: $annNote) { __typename ... on Note { slug } } }',
      ANN,
      { node: { __typename: 'Note', slug: 'ann-note' } },
    ],
    ['node, refused: foreign is null', '{ node(id: $benNote) { id } }', ANN, { node: null }],
    ['node, refused: foreign ones are null', '{ nodes(ids: [$benNote]) { id } }', ANN, { nodes: [null] }],
    ['relation, allowed: own', '{ lines { note { slug } } }', ANN, { lines: [{ note: ANNS }] }],
    [
      'relation, allowed: list of own',
      '{ notes { lines { code } linesAggregate { count } linesConnection { totalCount } } }',
      ANN,
      {
        notes: [
          { lines: [{ code: 'ann-line' }], linesAggregate: { count: 1 }, linesConnection: { totalCount: 1 } },
        ],
      },
    ],
    [
      'relation filter, allowed: own',
      '{ notes(where: {lines: {some: {code: {eq: "ann-line"}}}}) { slug } }',
      ANN,
      { notes: [ANNS] },
    ],
    [
      'relation filter, refused: foreign rows match nothing',
      '{ tags(where: {notes: {some: {slug: {eq: "ben-note"}}}}) { name } }',
      ANN,
      { tags: [] },
    ],
    [
      'order, allowed: by the count of own rows',
      '{ notes(orderBy: [{lines: {count: DESC}}]) { slug } }',
      ANN,
      { notes: [ANNS] },
    ],
    [
      'order, allowed: through a relation',
      '{ lines(orderBy: [{note: {text: ASC}}]) { code } }',
      ANN,
      { lines: [{ code: 'ann-line' }] },
    ],
    ['search, allowed: own', '{ notes(search: "words") { slug } }', ANN, { notes: [ANNS] }],
    ['search, refused: foreign words find nothing', '{ notes(search: "ben") { slug } }', ANN, { notes: [] }],
    [
      'aggregate, allowed: own',
      '{ notesAggregate { count sum { size } max { size } countDistinct { slug } } }',
      ANN,
      { notesAggregate: { count: 1, sum: { size: 1 }, max: { size: 1 }, countDistinct: { slug: 1 } } },
    ],
    [
      'group, allowed: own',
      '{ notesGroups(by: [{field: slug}]) { key { slug } aggregate { count } } }',
      ANN,
      { notesGroups: [{ key: ANNS, aggregate: { count: 1 } }] },
    ],
    [
      'list, allowed: connection of own rows',
      '{ notesConnection(first: 5) { totalCount nodes { slug } pageInfo { hasNextPage } } }',
      ANN,
      { notesConnection: { totalCount: 1, nodes: [ANNS], pageInfo: { hasNextPage: false } } },
    ],
    ['custom result, allowed: own', '{ anyNote { slug } }', ANN, { anyNote: ANNS }],
    ['custom result, refused: foreign is null', '{ anyNote { slug } }', BEN, { anyNote: null }],
    [
      'custom result, refused: foreign are left out of a list',
      '{ allNotes { slug } }',
      ANN,
      { allNotes: [ANNS] },
    ],
    ['custom result, refused: signed out', '{ anyNote { slug } }', SIGNED_OUT, { anyNote: null }],
  ]);
  runCells(world, [
    ['list, refused: signed out', '{ notes { slug } }', SIGNED_OUT, signIn],
    ['aggregate, refused: signed out', '{ notesAggregate { count } }', SIGNED_OUT, signIn],
  ]);
});

describe('writing', () => {
  runCells(world, [
    [
      'create, allowed: own',
      'mutation { createNote(input: {slug: "n", text: "t"}) { owner } }',
      ANN,
      { createNote: { owner: 'ann' } },
    ],
    [
      'create, refused: for another',
      'mutation { createNote(input: {slug: "n", text: "t", owner: "ben"}) { owner } }',
      ANN,
      forbidden,
    ],
    [
      'create, refused: signed out',
      'mutation { createNote(input: {slug: "n", text: "t", owner: "ben"}) { owner } }',
      SIGNED_OUT,
      signIn,
    ],
    [
      'batch, refused: one foreign row spoils all new ones',
      'mutation { createNotes(inputs: [{slug: "n", text: "t"}, {slug: "m", text: "t", owner: "ben"}]) { slug } }',
      ANN,
      forbidden,
    ],
    [
      'nested connect, refused: below a foreign row',
      'mutation { createLine(input: {code: "c", text: "t", note: {connect: {id: $benNote}}}) { id } }',
      ANN,
      absent,
    ],
    [
      'nested connect, allowed: below an own row',
      'mutation { createLine(input: {code: "c", text: "t", note: {connect: {id: $annNote}}}) { code } }',
      ANN,
      { createLine: { code: 'c' } },
    ],
    [
      'nested create, allowed: own',
      'mutation { updateNote(id: $annNote, input: {lines: {create: [{code: "c", text: "t"}]}}) { slug } }',
      ANN,
      { updateNote: ANNS },
    ],
    [
      'nested create, refused: owner of the inner row is another',
      'mutation { updateNote(id: $annNote, input: {tags: {create: [{owner: "ben", name: "c"}]}}) { slug } }',
      ANN,
      forbidden,
    ],
    [
      'nested create, refused: below a foreign row',
      'mutation { updateNote(id: $benNote, input: {lines: {create: [{code: "c", text: "t"}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested connect, allowed: own',
      'mutation { createNote(input: {slug: "n", text: "t", tags: {connect: [{id: $annTag}]}}) { tags { name } } }',
      ANN,
      { createNote: { tags: [{ name: 'ann-tag' }] } },
    ],
    [
      'nested connect, refused: foreign by id',
      'mutation { updateNote(id: $annNote, input: {tags: {connect: [{id: $benTag}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested connect, refused: foreign by unique',
      'mutation { updateNote(id: $annNote, input: {tags: {connect: [{name: "ben-tag"}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested connect, refused: what is not there is the same',
      'mutation { updateNote(id: $annNote, input: {tags: {connect: [{name: "no-tag"}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested connect, refused: takes a foreign row away from its owner',
      'mutation { updateNote(id: $annNote, input: {lines: {connect: [{id: $benLine}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested connectOrCreate, allowed: found, own',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "ann-tag"}, create: {name: "ann-tag"}}]}}) { tags { name } } }',
      ANN,
      { updateNote: { tags: [{ name: 'ann-tag' }] } },
    ],
    [
      'nested connectOrCreate, refused: found, foreign',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "ben-tag"}, create: {name: "ben-tag"}}]}}) { slug } }',
      ANN,
      conflict,
    ],
    [
      'nested connectOrCreate, allowed: created, own',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "z"}, create: {name: "z"}}]}}) { tags(where: {name: {eq: "z"}}) { owner } } }',
      ANN,
      { updateNote: { tags: [{ owner: 'ann' }] } },
    ],
    [
      'nested connectOrCreate, refused: created for another',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "z"}, create: {name: "z", owner: "ben"}}]}}) { slug } }',
      ANN,
      forbidden,
    ],
    [
      'update, allowed: own',
      'mutation { updateNote(id: $annNote, input: {text: "x"}) { text } }',
      ANN,
      { updateNote: { text: 'x' } },
    ],
    [
      'update, refused: foreign',
      'mutation { updateNote(id: $benNote, input: {text: "x"}) { text } }',
      ANN,
      absent,
    ],
    [
      'update, refused: hand over',
      'mutation { updateNote(id: $annNote, input: {owner: "ben"}) { text } }',
      ANN,
      forbidden,
    ],
    [
      'update, refused: move below a foreign row',
      'mutation { updateLine(id: $annLine, input: {note: {connect: {id: $benNote}}}) { code } }',
      ANN,
      absent,
    ],
    [
      'batch, allowed: only own are updated',
      'mutation { updateNotes(where: {}, input: {text: "x"}) { count nodes { slug } } }',
      ANN,
      { updateNotes: { count: 1, nodes: [ANNS] } },
    ],
    [
      'batch, refused: hand over',
      'mutation { updateNotes(where: {}, input: {owner: "ben"}) { count } }',
      ANN,
      forbidden,
    ],
    [
      'nested update, allowed: own',
      'mutation { updateNote(id: $annNote, input: {lines: {update: [{by: {id: $annLine}, input: {text: "x"}}]}}) { lines { text } } }',
      ANN,
      { updateNote: { lines: [{ text: 'x' }] } },
    ],
    [
      'nested update, refused: through the wrong parent',
      'mutation { updateNote(id: $annNote, input: {lines: {update: [{by: {id: $benLine}, input: {text: "x"}}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested update, allowed: to-one',
      'mutation { updateLine(id: $annLine, input: {note: {update: {text: "x"}}}) { note { text } } }',
      ANN,
      { updateLine: { note: { text: 'x' } } },
    ],
    [
      'nested update, refused: hand over a to-one',
      'mutation { updateLine(id: $annLine, input: {note: {update: {owner: "ben"}}}) { code } }',
      ANN,
      forbidden,
    ],
    [
      'nested set, allowed: own',
      'mutation { updateNote(id: $annNote, input: {tags: {set: []}}) { tags { name } } }',
      ANN,
      { updateNote: { tags: [] } },
    ],
    [
      'nested set, refused: foreign',
      'mutation { updateNote(id: $annNote, input: {tags: {set: [{id: $benTag}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested disconnect, allowed: own',
      'mutation { updateNote(id: $annNote, input: {tags: {disconnect: [{id: $annTag}]}}) { tags { name } } }',
      ANN,
      { updateNote: { tags: [] } },
    ],
    [
      'nested disconnect, refused: foreign',
      'mutation { updateNote(id: $annNote, input: {tags: {disconnect: [{id: $benTag}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested delete, allowed: own',
      'mutation { updateNote(id: $annNote, input: {lines: {delete: [{id: $annLine}]}}) { lines { code } } }',
      ANN,
      { updateNote: { lines: [] } },
    ],
    [
      'nested delete, refused: foreign',
      'mutation { updateNote(id: $annNote, input: {lines: {delete: [{id: $benLine}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'upsert that updates, allowed: own',
      'mutation { upsertNote(by: {slug: "ann-note"}, create: {slug: "ann-note", text: "c"}, update: {text: "u"}) { text } }',
      ANN,
      { upsertNote: { text: 'u' } },
    ],
    [
      'upsert that updates, refused: foreign',
      'mutation { upsertNote(by: {slug: "ben-note"}, create: {slug: "ben-note", text: "c"}, update: {text: "u"}) { text } }',
      ANN,
      conflict,
    ],
    [
      'upsert that updates, refused: hand over',
      'mutation { upsertNote(by: {slug: "ann-note"}, create: {slug: "ann-note", text: "c"}, update: {owner: "ben"}) { text } }',
      ANN,
      forbidden,
    ],
    [
      'upsert that creates, allowed: own',
      'mutation { upsertNote(by: {slug: "z"}, create: {slug: "z", text: "c"}, update: {text: "u"}) { text } }',
      ANN,
      { upsertNote: { text: 'c' } },
    ],
    [
      'upsert that creates, refused: for another',
      'mutation { upsertNote(by: {slug: "z"}, create: {slug: "z", text: "c", owner: "ben"}, update: {text: "u"}) { text } }',
      ANN,
      forbidden,
    ],
    ['delete, allowed: own', 'mutation { deleteNote(id: $annNote) { slug } }', ANN, { deleteNote: ANNS }],
    ['delete, refused: foreign', 'mutation { deleteNote(id: $benNote) { slug } }', ANN, absent],
    [
      'batch, allowed: only own are deleted',
      'mutation { deleteNotes(where: {}) { count } }',
      ANN,
      { deleteNotes: { count: 1 } },
    ],
    [
      'create, refused: a unique that a foreign row has',
      'mutation { createNote(input: {slug: "ben-note", text: "t"}) { slug } }',
      ANN,
      conflict,
    ],
  ]);
});

describe('the rest of the matrix', () => {
  beforeEach(async () => {
    // The administrator ties what is foreign to what is the own: it must not show all the same.
    await app.data(
      'mutation($tag: ID!, $note: ID!) { updateTag(id: $tag, input: {notes: {connect: [{id: $note}]}}) { id } }',
      { tag: ids.annTag, note: ids.benNote },
    );
  });
  runCells(world, [
    [
      'relation, refused: foreign rows of an own one',
      '{ tags { name notes { slug } notesAggregate { count } notesConnection { totalCount edges { node { slug } } } } }',
      ANN,
      {
        tags: [
          {
            name: 'ann-tag',
            notes: [ANNS],
            notesAggregate: { count: 1 },
            notesConnection: { totalCount: 1, edges: [{ node: ANNS }] },
          },
        ],
      },
    ],
    [
      'relation filter, refused: every and none see own rows only',
      '{ tags(where: {notes: {every: {slug: {eq: "ann-note"}}, none: {slug: {eq: "ben-note"}}}}) { name } }',
      ANN,
      { tags: [{ name: 'ann-tag' }] },
    ],
    [
      'order, refused: foreign rows are not counted',
      '{ tagsConnection(orderBy: [{notes: {count: ASC}}]) { nodes { notesAggregate { count } } } }',
      ANN,
      { tagsConnection: { nodes: [{ notesAggregate: { count: 1 } }] } },
    ],
    [
      'aggregate, refused: foreign rows are not added',
      '{ notesAggregate(where: {size: {gte: 1}}) { count sum { size } max { size } } }',
      ANN,
      { notesAggregate: { count: 1, sum: { size: 1 }, max: { size: 1 } } },
    ],
    [
      'group, refused: foreign rows make none',
      '{ notesGroups(by: [{field: size}], having: {sum: {size: {gt: 5}}}) { key { size } } }',
      ANN,
      { notesGroups: [] },
    ],
    [
      'group, refused: signed out',
      '{ notesGroups(by: [{field: size}]) { key { size } } }',
      SIGNED_OUT,
      signIn,
    ],
    [
      'cursor, allowed: own',
      '{ notesConnection(orderBy: [{slug: ASC}], before: $benCursor) { nodes { slug } pageInfo { hasNextPage } } }',
      ANN,
      { notesConnection: { nodes: [ANNS], pageInfo: { hasNextPage: false } } },
    ],
    [
      'cursor, refused: behind a place among foreign rows there is nothing',
      '{ notesConnection(orderBy: [{slug: ASC}], after: $annCursor) { totalCount nodes { slug } pageInfo { hasPreviousPage hasNextPage } } }',
      ANN,
      {
        notesConnection: {
          totalCount: 1,
          nodes: [],
          pageInfo: { hasPreviousPage: true, hasNextPage: false },
        },
      },
    ],
    [
      'cursor, refused: of another order',
      '{ notesConnection(orderBy: [{size: ASC}], after: $annCursor) { totalCount } }',
      ANN,
      refused('BAD_USER_INPUT'),
    ],
    ['unique lookup, refused: signed out', '{ noteBySlug(slug: "ann-note") { slug } }', SIGNED_OUT, signIn],
    ['node, refused: signed out', '{ node(id: $annNote) { id } }', SIGNED_OUT, { node: null }],
    [
      'batch, allowed: own rows are created',
      'mutation { createNotes(inputs: [{slug: "n", text: "t"}, {slug: "m", text: "t"}]) { owner } }',
      ANN,
      { createNotes: [{ owner: 'ann' }, { owner: 'ann' }] },
    ],
    [
      'batch, refused: foreign rows are not found to be deleted',
      'mutation { deleteNotes(where: {slug: {eq: "ben-note"}}) { count } }',
      ANN,
      { deleteNotes: { count: 0 } },
    ],
    ['batch, refused: signed out', 'mutation { deleteNotes(where: {}) { count } }', SIGNED_OUT, signIn],
    [
      'nested disconnect, refused: a foreign row of an own one',
      'mutation { updateTag(id: $annTag, input: {notes: {disconnect: [{id: $benNote}]}}) { name } }',
      ANN,
      absent,
    ],
    [
      'nested set, allowed: leaves foreign rows where they are',
      'mutation { updateTag(id: $annTag, input: {notes: {set: []}}) { notes { slug } } }',
      ANN,
      { updateTag: { notes: [] } },
    ],
    [
      'nested delete, refused: a foreign row of an own one',
      'mutation { updateTag(id: $annTag, input: {notes: {delete: [{id: $benNote}]}}) { name } }',
      ANN,
      absent,
    ],
    [
      'nested update, refused: a foreign row of an own one',
      'mutation { updateTag(id: $annTag, input: {notes: {update: [{by: {id: $benNote}, input: {text: "x"}}]}}) { name } }',
      ANN,
      absent,
    ],
  ]);
});

hasEveryCell();
