import { afterAll, describe, expect, it } from 'vitest';
import type { Queryable } from '../../src/data/index.ts';
import type { KnownViewer } from '../../src/model/viewer.ts';
import { completeViewer } from '../../src/project/complete-viewer.ts';
import { type Reads, startReads } from '../query/reads/start-reads.ts';

const ID = '0198a000-0000-7000-8000-00000000000a';

/** How the id is declared, the ids of two accounts, and what the first one may be called besides. */
const KINDS = [
  ['a UUID', '', [ID, '0198a000-0000-7000-8000-00000000000b'], [ID.toUpperCase()]],
  ['an integer', '@id(auto: INT)', ['7', '8'], []],
  ['a text', '@id(auto: NONE)', ['auth0|7', '8'], []],
  ['a char', '@id(auto: NONE) @column(type: "char(4)")', ['de', 'fr'], ['de ']],
] as const;
const NOBODY = ['', ' ', 'nobody', '0', '007', '1e3', '99999999999999999999', `{${ID}}`, "'"];

const servers: Reads[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function start(id: string, [first, second]: readonly [string, string]) {
  const reads = await startReads(
    `type Person @model(table: "person") @user @access(read: "true") { id: ID! ${id} email: String }`,
  );
  servers.push(reads);
  await reads.run(
    `INSERT INTO person (id, email) VALUES ('${first}', 'first@x.org'), ('${second}', 'second@x.org')`,
  );
  const asked: { text: string; params: readonly unknown[]; name: string | undefined }[] = [];
  const db: Queryable = {
    ...reads.db,
    readTexts: (text, params, options) => {
      asked.push({ text, params, name: options?.name });
      return reads.db.readTexts(text, params, options);
    },
  };
  const complete = (viewer: Partial<KnownViewer> & { id: string }) =>
    completeViewer(reads.built.app, { kind: 'viewer', ...viewer }, db);
  return { reads, asked, complete };
}

describe('a viewer whose request says nothing but an id', () => {
  it.each(KINDS)('that is %s is completed by one look into an index', async (_, id, ids, others) => {
    const { reads, asked, complete } = await start(id, ids);
    for (const name of [ids[0], ...others])
      expect(await complete({ id: name })).toEqual({ kind: 'viewer', id: name, email: 'first@x.org' });
    expect(asked).toHaveLength(1 + others.length);
    for (const { text, params, name } of asked) {
      expect(name).toMatch(/^plinth_/);
      // PostgreSQL reads so few rows as they are, where it may.
      const plan = await reads.run(
        `SET enable_seqscan = off; PREPARE one AS ${text}; EXPLAIN EXECUTE one('${params[0]}')`,
      );
      expect(JSON.stringify(plan)).toMatch(/Index Cond: \(id = /);
    }
  });

  it.each(KINDS)('that is none of those for %s is left as it is', async (_, id, ids) => {
    const { complete } = await start(id, ids);
    for (const name of NOBODY) expect(await complete({ id: name })).toEqual({ kind: 'viewer', id: name });
  });
});
