import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateScript } from '../../examples/chinook/generate.ts';
import { loadChinook, readScript } from '../../examples/chinook/load.ts';
import type { Db } from '../../src/data/index.ts';
import { type StartedProject, startProject } from '../sample/start-project.ts';
import { questions } from './questions.ts';

/** Loads a script and leaves its own tables beside the project's, to compare with. */
async function startChinook(script: string): Promise<{ chinook: StartedProject; total: number }> {
  let total = 0;
  const seed = async (db: Db): Promise<void> => {
    ({ total } = await loadChinook(db.pool, script, { keepSource: true }));
  };
  // Analysts ask for more at once than an app should.
  const chinook = await startProject('examples/chinook', seed, { cost: 100_000_000 });
  return { chinook, total };
}

/** The answer of plain SQL, as JSON. */
async function askSource({ db }: StartedProject, sql: string): Promise<unknown> {
  return db.transaction(async (tx) => {
    await tx.query('SET LOCAL search_path TO chinook_source');
    const [row] = await tx.query<{ rows: string }>(
      `SELECT coalesce(jsonb_agg(q), '[]')::text AS rows FROM (${sql}) q`,
    );
    return JSON.parse(row?.rows ?? '[]');
  });
}

describe('a made-up shop answers as plain SQL does', async () => {
  const { chinook } = await startChinook(generateScript());

  it.each(questions)('$claim', async ({ ask, sql }) => {
    const expected = await askSource(chinook, sql);
    expect(expected).not.toEqual([]);
    expect(await ask((document, variables) => chinook.ask(null, document, variables))).toEqual(expected);
  });

  it('nobody but the administrator writes', async () => {
    const create = 'mutation { createGenre(input: { name: "Polka" }) { id } }';
    expect((await chinook.send(null, create)).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await chinook.send({ id: '1' }, create)).errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('new rows get ids behind the loaded ones', async () => {
    const { genres, createGenre } = {
      ...(await chinook.ask('admin', '{ genres(orderBy: [{ id: DESC }], limit: 1) { id } }')),
      ...(await chinook.ask('admin', 'mutation { createGenre(input: { name: "Polka" }) { id } }')),
    };
    expect(Number(createGenre.id)).toBe(Number(genres[0].id) + 1);
  });
});

const candidates = [
  process.env.CHINOOK_SQL,
  join(import.meta.dirname, '../../examples/chinook/chinook.sql.gz'),
];
const file = candidates.find((path) => path !== undefined && existsSync(path));

// The title says why where it is skipped.
describe.skipIf(file === undefined)(
  'the Chinook database answers as plain SQL does (skipped without its script: set CHINOOK_SQL)',
  async () => {
    if (file === undefined) return;
    const { chinook, total } = await startChinook(readScript(file));

    it('all 15,607 rows are there', () => expect(total).toBe(15_607));

    it.each(questions)('$claim', async ({ ask, sql }) => {
      const expected = await askSource(chinook, sql);
      expect(expected).not.toEqual([]);
      expect(await ask((document, variables) => chinook.ask(null, document, variables))).toEqual(expected);
    });
  },
);
