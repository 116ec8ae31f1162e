import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { syncDevelopment } from '../../../src/data/index.ts';
import { buildApp } from '../../../src/pipeline.ts';
import { desiredState } from '../../../src/project/desired-state.ts';
import { createDatabase, runSql } from '../../support/database.ts';

const SDL = `
type Shop @model @access(read: "true") HINT {
  id: ID!
  goods: [Good!]!
}
type Good @model @access(read: "true") {
  id: ID!
  shops: [Shop!]!
  maker: Maker
  price: Int @computed PRICE
}
type Maker @model(table: "makers") @access(read: "true") {
  id: ID!
}
type Log @model @access(read: "true") {
  id: ID!
  text: String!
}
extend type Query {
  total: Int! @access(call: "true") TOTAL
}
`;

const sdl = (hints: { HINT?: string; PRICE?: string; TOTAL?: string } = {}): string =>
  SDL.replace(/\b(HINT|PRICE|TOTAL)\b/g, (name) => hints[name as keyof typeof hints] ?? '');

const built = (hints?: Parameters<typeof sdl>[0]) => buildApp([{ file: 'schema.graphql', text: sdl(hints) }]);

const watched = (hints?: Parameters<typeof sdl>[0]): readonly string[] =>
  built(hints).sqlObjects.flatMap(({ name, table }) =>
    name.endsWith('/plinth_cache_changed') ? [table] : [],
  );

describe('triggers that tell of changes', () => {
  it('are not there where nothing is kept', () => {
    expect(watched()).toEqual([]);
    expect(watched({ HINT: '@cacheControl(maxAge: 0)' })).toEqual([]);
    expect(watched({ HINT: '@cacheControl(scope: PRIVATE)' })).toEqual([]);
  });

  it('stand on what filters can lead to from a model with a hint, join tables included', () => {
    expect(watched({ HINT: '@cacheControl(maxAge: 5)' })).toEqual([
      '',
      'Shop',
      '_GoodToShop',
      'Good',
      'makers',
    ]);
  });

  it('stand on every table of a model where answers of code are kept', () => {
    const all = ['', 'Shop', '_GoodToShop', 'Good', 'makers', 'Log'];
    expect(watched({ TOTAL: '@cacheControl(maxAge: 5)' })).toEqual(all);
    expect(watched({ PRICE: '@cacheControl(maxAge: 5)' })).toEqual(all);
  });

  it('come and go with the hint', async () => {
    const { url, drop } = await createDatabase();
    const projectDir = mkdtempSync(join(tmpdir(), 'plinth-test-'));
    onTestFinished(async () => {
      rmSync(projectDir, { recursive: true, force: true });
      await drop();
    });
    const triggers = async () =>
      (
        await runSql(
          url,
          `SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = 'plinth_cache_changed'
           UNION ALL SELECT proname FROM pg_proc WHERE proname = 'plinth_cache_changed' ORDER BY 1`,
        )
      ).map(({ name }) => name);
    const sync = async (hints?: Parameters<typeof sdl>[0]) => {
      const result = await syncDevelopment({ url, projectDir, ...desiredState(built(hints)) });
      expect(result.outcome).not.toBe('refused');
    };
    await sync({ HINT: '@cacheControl(maxAge: 5)' });
    const there = ['"Good"', '"Shop"', '"_GoodToShop"', 'makers', 'plinth_cache_changed'];
    expect(new Set(await triggers())).toEqual(new Set(there));
    await sync({ HINT: '@cacheControl(maxAge: 9)' });
    expect(new Set(await triggers())).toEqual(new Set(there));
    await sync();
    expect(await triggers()).toEqual([]);
  });
});
