import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ViewerState } from '../../../src/model/viewer.ts';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';

const SDL = `
type Account @model @user @access(read: "true", create: "viewer != null", update: "this.id == viewer.id") {
  id: ID! @id(auto: NONE)
  name: String!
  docs: [Doc!]!
}
type Doc @model @access(
  read: "this.shared || this.owner.id == viewer.id"
  create: "this.owner.id == viewer.id"
  update: "this.owner.id == viewer.id"
  delete: "this.owner.id == viewer.id && !this.locked") {
  id: ID!
  slug: String! @unique
  owner: Account!
  shared: Boolean! @default(value: false)
  locked: Boolean! @default(value: false)
  stars: Int! @default(value: 0) @access(write: "'admin' in viewer.roles")
  note: String @access(write: "!this.locked")
  folder: Folder
  tags: [Tag!]!
  version: Int! @version
}
type Folder @model @access(
  read: "this.open || this.keeper == viewer.id"
  create: "viewer != null"
  update: "this.keeper == viewer.id"
  delete: "this.keeper == viewer.id") {
  id: ID! @id(auto: NONE)
  keeper: String
  open: Boolean! @default(value: true)
  docs: [Doc!]!
}
type Tag @model @access(read: "!this.secret", create: "'admin' in viewer.roles", update: "'admin' in viewer.roles") {
  id: ID! @id(auto: NONE)
  secret: Boolean! @default(value: false)
  docs: [Doc!]!
}
type Log @model @access(create: "true") { id: ID!  text: String! }
type Post @model @access(read: "true", create: "this.author.id == viewer.id", update: "this.author.id == viewer.id") {
  id: ID!
  title: String!
  author: Account! @preset(create: "viewer.id")
  editor: String @preset(create: "viewer.id", update: "viewer.id")
  made: DateTime! @default(expr: "now")
}
`;

const ann = as('ann');
const bob = as('bob');
const admin = as('ann', 'admin');

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
  await app.data(
    `mutation { createAccounts(inputs: [{ id: "ann", name: "Ann" }, { id: "bob", name: "Bob" }]) { id } }`,
  );
});
afterAll(() => app?.close());

let ids: Record<string, string>;
beforeEach(async () => {
  await app.db.execute('TRUNCATE "Doc", "Folder", "Tag", "Log", "Post" CASCADE');
  const docs = await app.data<{ createDocs: { id: string; slug: string }[] }>(`mutation {
    createTags(inputs: [{ id: "plain" }, { id: "hush", secret: true }]) { id }
    createFolders(inputs: [{ id: "annf", keeper: "ann" }, { id: "bobf", keeper: "bob" }, { id: "hidden", keeper: "bob", open: false }]) { id }
    createDocs(inputs: [
      { slug: "anns", owner: { connect: { id: "ann" } }, folder: { connect: { id: "annf" } } },
      { slug: "annslocked", owner: { connect: { id: "ann" } }, locked: true },
      { slug: "bobs", owner: { connect: { id: "bob" } }, tags: { connect: [{ id: "plain" }, { id: "hush" }] } },
      { slug: "bobsfree", owner: { connect: { id: "bob" } }, shared: true },
      { slug: "bobsshared", owner: { connect: { id: "bob" } }, shared: true, folder: { connect: { id: "annf" } } }
    ]) { id slug }
  }`);
  ids = Object.fromEntries(docs.createDocs.map(({ id, slug }) => [slug, id]));
});

async function stored(): Promise<unknown> {
  return app.data(`{
    docs(orderBy: [{ slug: ASC }]) { slug shared locked stars note version owner { id } folder { id } tags(orderBy: [{ id: ASC }]) { id } }
    folders(orderBy: [{ id: ASC }]) { id keeper open } tags(orderBy: [{ id: ASC }]) { id secret } accounts(orderBy: [{ id: ASC }]) { id name }
    logs { text } posts { title }
  }`);
}

interface Case {
  readonly name: string;
  readonly viewer: ViewerState;
  readonly do: string;
  readonly fails?: string;
  readonly answers?: unknown;
  /** No statement may have been sent. */
  readonly withoutSql?: boolean;
}

function run(cases: readonly Case[]): void {
  test.for(cases)('$name', async (one) => {
    const before = await stored();
    const source = one.do.replace(/\$(\w+)/g, (_, name: string) => JSON.stringify(ids[name]));
    app.statements();
    const answer = await app.graphql(`mutation { ${source} }`, {}, one.viewer);
    if (one.withoutSql) expect(app.statements()).toEqual([]);
    if (one.fails === undefined) {
      expect(answer.errors).toEqual([]);
      if (one.answers) expect(answer.data).toEqual(one.answers);
      return;
    }
    expect(answer.codes, JSON.stringify(answer.errors)).toEqual([one.fails]);
    expect(answer.data).toBeNull();
    expect(await stored()).toEqual(before);
  });
}

const doc = (slug: string, more = '') => `{ slug: "${slug}", owner: { connect: { id: "ann" } } ${more} }`;

describe('create', () => {
  run([
    {
      name: 'allowed',
      viewer: ann,
      do: `createDoc(input: ${doc('x')}) { slug }`,
      answers: { createDoc: { slug: 'x' } },
    },
    {
      name: 'for somebody else is forbidden',
      viewer: bob,
      do: `createDoc(input: ${doc('x')}) { slug }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'signed out',
      viewer: SIGNED_OUT,
      do: `createDoc(input: ${doc('x')}) { slug }`,
      fails: 'UNAUTHENTICATED',
    },
    {
      name: 'one of several refused undoes all',
      viewer: ann,
      do: `createDocs(inputs: [${doc('x')}, { slug: "y", owner: { connect: { id: "bob" } } }]) { slug }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'an operation that no rule names is denied before any SQL',
      viewer: ann,
      do: `deleteLog(id: "x") { id }`,
      fails: 'FORBIDDEN',
      withoutSql: true,
    },
    {
      name: 'a rule that is false whatever the row is answered before any SQL',
      viewer: bob,
      do: `createTag(input: { id: "x" }) { id }`,
      fails: 'FORBIDDEN',
      withoutSql: true,
    },
    {
      name: 'and signed out as UNAUTHENTICATED',
      viewer: SIGNED_OUT,
      do: `createTag(input: { id: "x" }) { id }`,
      fails: 'UNAUTHENTICATED',
      withoutSql: true,
    },
    {
      name: 'a nested create that is hopeless as well',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { tags: { create: [{ id: "x" }] } }) { id }`,
      fails: 'FORBIDDEN',
      withoutSql: true,
    },
    {
      name: 'the writer is answered what later reads would hide',
      viewer: SIGNED_OUT,
      do: `createLog(input: { text: "t" }) { text }`,
      answers: { createLog: { text: 't' } },
    },
    {
      name: 'a field that the viewer may not write is refused if it is in the input',
      viewer: ann,
      do: `createDoc(input: ${doc('x', 'stars: 5')}) { slug }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'and its default is not',
      viewer: ann,
      do: `createDoc(input: ${doc('x')}) { stars }`,
      answers: { createDoc: { stars: 0 } },
    },
    {
      name: 'who may write the field may',
      viewer: admin,
      do: `createDoc(input: ${doc('x', 'stars: 5')}) { stars }`,
      answers: { createDoc: { stars: 5 } },
    },
    {
      name: 'a field rule judges the row as stored',
      viewer: ann,
      do: `createDoc(input: ${doc('x', 'locked: true, note: "n"')}) { slug }`,
      fails: 'FORBIDDEN',
    },
  ]);
});

describe('update and delete', () => {
  run([
    {
      name: 'own row',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { shared: true }) { shared version }`,
      answers: { updateDoc: { shared: true, version: 2 } },
    },
    {
      name: 'an invisible row is not found',
      viewer: ann,
      do: `updateDoc(id: $bobs, input: { shared: true }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'a visible row is forbidden',
      viewer: ann,
      do: `updateDoc(id: $bobsshared, input: { shared: false }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'signed out, a visible row is UNAUTHENTICATED',
      viewer: SIGNED_OUT,
      do: `updateDoc(id: $bobsshared, input: { shared: false }) { id }`,
      fails: 'UNAUTHENTICATED',
    },
    {
      name: 'handing a row over is forbidden',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { owner: { connect: { id: "bob" } } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'taking a row is forbidden',
      viewer: ann,
      do: `updateDoc(id: $bobsshared, input: { owner: { connect: { id: "ann" } } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'a ruled field before',
      viewer: ann,
      do: `updateDoc(id: $annslocked, input: { locked: false, note: "n" }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'a ruled field after',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { locked: true, note: "n" }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'a ruled field that may be written',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { note: "n" }) { note }`,
      answers: { updateDoc: { note: 'n' } },
    },
    {
      name: 'incrementing is writing',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { increment: { stars: 1 } }) { id }`,
      fails: 'FORBIDDEN',
      withoutSql: true,
    },
    {
      name: 'delete own',
      viewer: ann,
      do: `deleteDoc(id: $anns) { slug owner { name } folder { id } }`,
      answers: { deleteDoc: { slug: 'anns', owner: { name: 'Ann' }, folder: { id: 'annf' } } },
    },
    {
      name: 'delete a row that the rule protects',
      viewer: ann,
      do: `deleteDoc(id: $annslocked) { id }`,
      fails: 'FORBIDDEN',
    },
    { name: 'delete an invisible row', viewer: ann, do: `deleteDoc(id: $bobs) { id }`, fails: 'NOT_FOUND' },
    {
      name: 'an id that no row could have',
      viewer: ann,
      do: `deleteDoc(id: "nonsense") { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'bulk update passes over what it may not touch',
      viewer: ann,
      do: `updateDocs(where: {}, input: { shared: true }) { count nodes { slug } }`,
      answers: { updateDocs: { count: 2, nodes: [{ slug: 'anns' }, { slug: 'annslocked' }] } },
    },
    {
      name: 'bulk update whose result is forbidden changes nothing',
      viewer: ann,
      do: `updateDocs(where: {}, input: { owner: { connect: { id: "bob" } } }) { count }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'bulk delete passes over',
      viewer: ann,
      do: `deleteDocs(where: {}) { count nodes { slug } }`,
      answers: { deleteDocs: { count: 1, nodes: [{ slug: 'anns' }] } },
    },
  ]);
});

describe('relations', () => {
  run([
    {
      name: 'connect needs read on the target',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { folder: { connect: { id: "hidden" } } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'and no more than read',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { folder: { connect: { id: "bobf" } } }) { folder { id } }`,
      answers: { updateDoc: { folder: { id: 'bobf' } } },
    },
    {
      name: 'from the far side it needs update on the row whose key changes',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { connect: [{ slug: "bobsfree" }] } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'what is connected already needs nothing',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { connect: [{ slug: "bobsshared" }] } }) { id }`,
      answers: { updateFolder: { id: 'annf' } },
    },
    {
      name: 'a hidden row cannot be pulled over',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { connect: [{ slug: "bobs" }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: "a row of one's own can, even out of a folder of somebody else",
      viewer: bob,
      do: `updateFolder(id: "bobf", input: { docs: { connect: [{ slug: "bobsshared" }] } }) { docs { slug } }`,
      answers: { updateFolder: { docs: [{ slug: 'bobsshared' }] } },
    },
    {
      name: 'a row that one may not update cannot be pushed out',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { disconnect: [{ slug: "bobsshared" }] } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'set cannot remove it either',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { set: [] } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'nested update asks the far row',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { update: [{ by: { slug: "bobsshared" }, input: { shared: false } }] } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'nested delete asks the far row',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { delete: [{ slug: "bobsshared" }] } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'nested create is judged as stored',
      viewer: ann,
      do: `updateFolder(id: "annf", input: { docs: { create: [{ slug: "x", owner: { connect: { id: "bob" } } }] } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'nested update of the to-one target asks its rule',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { owner: { update: { name: "Ann" } } }) { owner { name } }`,
      answers: { updateDoc: { owner: { name: 'Ann' } } },
    },
    {
      name: 'and through a parent that one may not update it is forbidden',
      viewer: bob,
      do: `updateFolder(id: "annf", input: { docs: { update: [{ by: { slug: "bobsshared" }, input: { note: "x" } }] } }) { id }`,
      fails: 'FORBIDDEN',
    },
    {
      name: 'many-to-many needs read on the far row',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { tags: { connect: [{ id: "hush" }] } }) { id }`,
      fails: 'NOT_FOUND',
    },
    {
      name: 'and update on this one only',
      viewer: ann,
      do: `updateDoc(id: $anns, input: { tags: { connect: [{ id: "plain" }] } }) { tags { id } }`,
      answers: { updateDoc: { tags: [{ id: 'plain' }] } },
    },
    {
      name: 'a row that is being created needs no update rule',
      viewer: ann,
      do: `createDoc(input: ${doc('x', 'tags: { connect: [{ id: "plain" }] }')}) { tags { id } }`,
      answers: { createDoc: { tags: [{ id: 'plain' }] } },
    },
    {
      name: 'connectOrCreate of a row that is there and hidden is a conflict',
      viewer: admin,
      do: `updateDoc(id: $anns, input: { tags: { connectOrCreate: [{ by: { id: "hush" }, create: { id: "hush" } }] } }) { id }`,
      fails: 'CONFLICT',
    },
  ]);

  test('set leaves links to rows that the viewer cannot see', async () => {
    await app.data(
      `mutation($id: ID!) { updateDoc(id: $id, input: { tags: { set: [] } }) { id } }`,
      { id: ids.bobs },
      bob,
    );
    const { docBySlug } = await app.data<{ docBySlug: unknown }>(
      '{ docBySlug(slug: "bobs") { tags { id } } }',
    );
    expect(docBySlug).toEqual({ tags: [{ id: 'hush' }] });
  });
});

describe('upsert', () => {
  const upsert = (slug: string, more = '') =>
    `upsertDoc(by: { slug: "${slug}" }, create: ${doc(slug)}, update: { shared: true ${more} }) { slug shared }`;
  run([
    {
      name: 'creates',
      viewer: ann,
      do: upsert('new'),
      answers: { upsertDoc: { slug: 'new', shared: false } },
    },
    {
      name: 'updates',
      viewer: ann,
      do: upsert('anns'),
      answers: { upsertDoc: { slug: 'anns', shared: true } },
    },
    { name: 'asks create of a new row', viewer: bob, do: upsert('new'), fails: 'FORBIDDEN' },
    { name: 'asks update of a visible row', viewer: ann, do: upsert('bobsshared'), fails: 'FORBIDDEN' },
    {
      name: 'a hidden row is a conflict like any taken unique',
      viewer: ann,
      do: upsert('bobs'),
      fails: 'CONFLICT',
    },
    {
      name: 'a field rule of update is asked only where it updates',
      viewer: ann,
      do: upsert('new', 'stars: 1'),
      answers: { upsertDoc: { slug: 'new', shared: false } },
    },
    { name: 'and then it is', viewer: ann, do: upsert('anns', 'stars: 1'), fails: 'FORBIDDEN' },
  ]);
});

describe('the server sets', () => {
  run([
    {
      name: 'presets from the viewer',
      viewer: ann,
      do: `createPost(input: { title: "t" }) { title author { name } editor }`,
      answers: { createPost: { title: 't', author: { name: 'Ann' }, editor: 'ann' } },
    },
    {
      name: 'and refuses who has none',
      viewer: SIGNED_OUT,
      do: `createPost(input: { title: "t" }) { title }`,
      fails: 'UNAUTHENTICATED',
    },
  ]);

  test('presets cannot be given, and defaults by expression can', async () => {
    const given = await app.graphql(
      'mutation { createPost(input: { title: "t", author: { connect: { id: "bob" } } }) { id } }',
      {},
      ann,
    );
    expect(given.errors).toHaveLength(1);
    const made = await app.data<{ createPost: { made: string } }>(
      'mutation { createPost(input: { title: "t", made: "2020-01-01T00:00:00.000Z" }) { made } }',
      {},
      ann,
    );
    expect(made.createPost.made).toBe('2020-01-01T00:00:00.000Z');
    const fresh = await app.data<{ createPost: { made: string } }>(
      'mutation { createPost(input: { title: "t" }) { made } }',
      {},
      ann,
    );
    expect(Math.abs(Date.parse(fresh.createPost.made) - Date.now())).toBeLessThan(60_000);
  });
});
