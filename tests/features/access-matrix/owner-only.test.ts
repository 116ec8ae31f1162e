import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';
import { refused, runCells } from './matrix.ts';

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
    ['a list has the own rows', '{ notes { slug } }', ANN, { notes: [ANNS] }],
    ['a list has nothing for a stranger', '{ notes { slug } }', as('cat'), { notes: [] }],
    ['by id: own', '{ note(id: $annNote) { slug } }', ANN, { note: ANNS }],
    ['by id: foreign is null', '{ note(id: $benNote) { slug } }', ANN, { note: null }],
    ['unique: own', '{ noteBySlug(slug: "ann-note") { slug } }', ANN, { noteBySlug: ANNS }],
    ['unique: foreign is null', '{ noteBySlug(slug: "ben-note") { slug } }', ANN, { noteBySlug: null }],
    [
      'node: own',
      '{ node(id: $annNote) { __typename ... on Note { slug } } }',
      ANN,
      { node: { __typename: 'Note', slug: 'ann-note' } },
    ],
    ['node: foreign is null', '{ node(id: $benNote) { id } }', ANN, { node: null }],
    ['nodes: foreign is null', '{ nodes(ids: [$benNote]) { id } }', ANN, { nodes: [null] }],
    ['relation: own', '{ lines { note { slug } } }', ANN, { lines: [{ note: ANNS }] }],
    [
      'relation list: own',
      '{ notes { lines { code } linesAggregate { count } linesConnection { totalCount } } }',
      ANN,
      {
        notes: [
          { lines: [{ code: 'ann-line' }], linesAggregate: { count: 1 }, linesConnection: { totalCount: 1 } },
        ],
      },
    ],
    [
      'relation filter: own',
      '{ notes(where: {lines: {some: {code: {eq: "ann-line"}}}}) { slug } }',
      ANN,
      { notes: [ANNS] },
    ],
    [
      'relation filter: foreign rows match nothing',
      '{ tags(where: {notes: {some: {slug: {eq: "ben-note"}}}}) { name } }',
      ANN,
      { tags: [] },
    ],
    [
      'order by count of a relation sees own rows',
      '{ notes(orderBy: [{lines: {count: DESC}}]) { slug } }',
      ANN,
      { notes: [ANNS] },
    ],
    [
      'order through a relation',
      '{ lines(orderBy: [{note: {text: ASC}}]) { code } }',
      ANN,
      { lines: [{ code: 'ann-line' }] },
    ],
    ['search: own', '{ notes(search: "words") { slug } }', ANN, { notes: [ANNS] }],
    ['search: foreign words find nothing', '{ notes(search: "ben") { slug } }', ANN, { notes: [] }],
    [
      'aggregate: own',
      '{ notesAggregate { count sum { size } max { size } countDistinct { slug } } }',
      ANN,
      { notesAggregate: { count: 1, sum: { size: 1 }, max: { size: 1 }, countDistinct: { slug: 1 } } },
    ],
    [
      'groups: own',
      '{ notesGroups(by: [{field: slug}]) { key { slug } aggregate { count } } }',
      ANN,
      { notesGroups: [{ key: ANNS, aggregate: { count: 1 } }] },
    ],
    [
      'connection: own',
      '{ notesConnection(first: 5) { totalCount nodes { slug } pageInfo { hasNextPage } } }',
      ANN,
      { notesConnection: { totalCount: 1, nodes: [ANNS], pageInfo: { hasNextPage: false } } },
    ],
    ['custom resolver: own', '{ anyNote { slug } }', ANN, { anyNote: ANNS }],
    ['custom resolver: foreign is null', '{ anyNote { slug } }', BEN, { anyNote: null }],
    ['custom list: foreign left out', '{ allNotes { slug } }', ANN, { allNotes: [ANNS] }],
    ['signed out there is nothing', '{ anyNote { slug } }', SIGNED_OUT, { anyNote: null }],
  ]);
  runCells(world, [
    ['list, signed out', '{ notes { slug } }', SIGNED_OUT, signIn],
    ['aggregate, signed out', '{ notesAggregate { count } }', SIGNED_OUT, signIn],
  ]);
});

describe('writing', () => {
  runCells(world, [
    [
      'create: own',
      'mutation { createNote(input: {slug: "n", text: "t"}) { owner } }',
      ANN,
      { createNote: { owner: 'ann' } },
    ],
    [
      'create: for another',
      'mutation { createNote(input: {slug: "n", text: "t", owner: "ben"}) { owner } }',
      ANN,
      forbidden,
    ],
    [
      'create, signed out',
      'mutation { createNote(input: {slug: "n", text: "t", owner: "ben"}) { owner } }',
      SIGNED_OUT,
      signIn,
    ],
    [
      'create batch: one foreign spoils all',
      'mutation { createNotes(inputs: [{slug: "n", text: "t"}, {slug: "m", text: "t", owner: "ben"}]) { slug } }',
      ANN,
      forbidden,
    ],
    [
      'create under a foreign row',
      'mutation { createLine(input: {code: "c", text: "t", note: {connect: {id: $benNote}}}) { id } }',
      ANN,
      absent,
    ],
    [
      'create under an own row',
      'mutation { createLine(input: {code: "c", text: "t", note: {connect: {id: $annNote}}}) { code } }',
      ANN,
      { createLine: { code: 'c' } },
    ],
    [
      'nested create: own',
      'mutation { updateNote(id: $annNote, input: {lines: {create: [{code: "c", text: "t"}]}}) { slug } }',
      ANN,
      { updateNote: ANNS },
    ],
    [
      'nested create: owner of the inner row is another',
      'mutation { updateNote(id: $annNote, input: {tags: {create: [{owner: "ben", name: "c"}]}}) { slug } }',
      ANN,
      forbidden,
    ],
    [
      'nested create below a foreign row',
      'mutation { updateNote(id: $benNote, input: {lines: {create: [{code: "c", text: "t"}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'connect: own',
      'mutation { createNote(input: {slug: "n", text: "t", tags: {connect: [{id: $annTag}]}}) { tags { name } } }',
      ANN,
      { createNote: { tags: [{ name: 'ann-tag' }] } },
    ],
    [
      'connect: foreign by id',
      'mutation { updateNote(id: $annNote, input: {tags: {connect: [{id: $benTag}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'connect: foreign by unique',
      'mutation { updateNote(id: $annNote, input: {tags: {connect: [{name: "ben-tag"}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'connect: what is not there is the same',
      'mutation { updateNote(id: $annNote, input: {tags: {connect: [{name: "no-tag"}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'connect takes a foreign row away from its owner',
      'mutation { updateNote(id: $annNote, input: {lines: {connect: [{id: $benLine}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'connectOrCreate: found, own',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "ann-tag"}, create: {name: "ann-tag"}}]}}) { tags { name } } }',
      ANN,
      { updateNote: { tags: [{ name: 'ann-tag' }] } },
    ],
    [
      'connectOrCreate: found, foreign',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "ben-tag"}, create: {name: "ben-tag"}}]}}) { slug } }',
      ANN,
      conflict,
    ],
    [
      'connectOrCreate: created, own',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "z"}, create: {name: "z"}}]}}) { tags(where: {name: {eq: "z"}}) { owner } } }',
      ANN,
      { updateNote: { tags: [{ owner: 'ann' }] } },
    ],
    [
      'connectOrCreate: created for another',
      'mutation { updateNote(id: $annNote, input: {tags: {connectOrCreate: [{by: {name: "z"}, create: {name: "z", owner: "ben"}}]}}) { slug } }',
      ANN,
      forbidden,
    ],
    [
      'update: own',
      'mutation { updateNote(id: $annNote, input: {text: "x"}) { text } }',
      ANN,
      { updateNote: { text: 'x' } },
    ],
    ['update: foreign', 'mutation { updateNote(id: $benNote, input: {text: "x"}) { text } }', ANN, absent],
    [
      'update: hand over',
      'mutation { updateNote(id: $annNote, input: {owner: "ben"}) { text } }',
      ANN,
      forbidden,
    ],
    [
      'update: move below a foreign row',
      'mutation { updateLine(id: $annLine, input: {note: {connect: {id: $benNote}}}) { code } }',
      ANN,
      absent,
    ],
    [
      'update batch: only own',
      'mutation { updateNotes(where: {}, input: {text: "x"}) { count nodes { slug } } }',
      ANN,
      { updateNotes: { count: 1, nodes: [ANNS] } },
    ],
    [
      'update batch: hand over',
      'mutation { updateNotes(where: {}, input: {owner: "ben"}) { count } }',
      ANN,
      forbidden,
    ],
    [
      'nested update: own',
      'mutation { updateNote(id: $annNote, input: {lines: {update: [{by: {id: $annLine}, input: {text: "x"}}]}}) { lines { text } } }',
      ANN,
      { updateNote: { lines: [{ text: 'x' }] } },
    ],
    [
      'nested update: through the wrong parent',
      'mutation { updateNote(id: $annNote, input: {lines: {update: [{by: {id: $benLine}, input: {text: "x"}}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested update of a to-one: own',
      'mutation { updateLine(id: $annLine, input: {note: {update: {text: "x"}}}) { note { text } } }',
      ANN,
      { updateLine: { note: { text: 'x' } } },
    ],
    [
      'nested update of a to-one: hand over',
      'mutation { updateLine(id: $annLine, input: {note: {update: {owner: "ben"}}}) { code } }',
      ANN,
      forbidden,
    ],
    [
      'set: own',
      'mutation { updateNote(id: $annNote, input: {tags: {set: []}}) { tags { name } } }',
      ANN,
      { updateNote: { tags: [] } },
    ],
    [
      'set: foreign',
      'mutation { updateNote(id: $annNote, input: {tags: {set: [{id: $benTag}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'disconnect: own',
      'mutation { updateNote(id: $annNote, input: {tags: {disconnect: [{id: $annTag}]}}) { tags { name } } }',
      ANN,
      { updateNote: { tags: [] } },
    ],
    [
      'disconnect: foreign',
      'mutation { updateNote(id: $annNote, input: {tags: {disconnect: [{id: $benTag}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'nested delete: own',
      'mutation { updateNote(id: $annNote, input: {lines: {delete: [{id: $annLine}]}}) { lines { code } } }',
      ANN,
      { updateNote: { lines: [] } },
    ],
    [
      'nested delete: foreign',
      'mutation { updateNote(id: $annNote, input: {lines: {delete: [{id: $benLine}]}}) { slug } }',
      ANN,
      absent,
    ],
    [
      'upsert, update branch: own',
      'mutation { upsertNote(by: {slug: "ann-note"}, create: {slug: "ann-note", text: "c"}, update: {text: "u"}) { text } }',
      ANN,
      { upsertNote: { text: 'u' } },
    ],
    [
      'upsert, update branch: foreign',
      'mutation { upsertNote(by: {slug: "ben-note"}, create: {slug: "ben-note", text: "c"}, update: {text: "u"}) { text } }',
      ANN,
      conflict,
    ],
    [
      'upsert, update branch: hand over',
      'mutation { upsertNote(by: {slug: "ann-note"}, create: {slug: "ann-note", text: "c"}, update: {owner: "ben"}) { text } }',
      ANN,
      forbidden,
    ],
    [
      'upsert, create branch: own',
      'mutation { upsertNote(by: {slug: "z"}, create: {slug: "z", text: "c"}, update: {text: "u"}) { text } }',
      ANN,
      { upsertNote: { text: 'c' } },
    ],
    [
      'upsert, create branch: for another',
      'mutation { upsertNote(by: {slug: "z"}, create: {slug: "z", text: "c", owner: "ben"}, update: {text: "u"}) { text } }',
      ANN,
      forbidden,
    ],
    ['delete: own', 'mutation { deleteNote(id: $annNote) { slug } }', ANN, { deleteNote: ANNS }],
    ['delete: foreign', 'mutation { deleteNote(id: $benNote) { slug } }', ANN, absent],
    [
      'delete batch: only own',
      'mutation { deleteNotes(where: {}) { count } }',
      ANN,
      { deleteNotes: { count: 1 } },
    ],
    [
      'a unique that is taken by a foreign row',
      'mutation { createNote(input: {slug: "ben-note", text: "t"}) { slug } }',
      ANN,
      conflict,
    ],
  ]);
});
