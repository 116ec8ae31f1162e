import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Db, openPool } from '../../src/data/index.ts';
import { fromByteText } from '../../src/kit/byte-text.ts';
import { createDatabase } from '../support/database.ts';

let url: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url, drop } = await createDatabase());
});
afterAll(() => drop());

async function read(db: Db, number: number, name = `n${number}`, value: unknown = '7'): Promise<string> {
  const texts = await db.readTexts(`SELECT ($1::int + ${number})::text`, [value], { name, shares: 'read' });
  const [text] = texts ?? [];
  return text ? fromByteText(text) : '';
}

async function prepared(db: Db): Promise<string[]> {
  const rows = await db.query<{ name: string }>('SELECT name FROM pg_prepared_statements', []);
  return rows.map(({ name }) => name);
}

it('a connection remembers the thousand statements that were used last, and prepares others anew', async () => {
  const db = openPool({ url, max: 1 });
  try {
    for (let number = 0; number < 1_200; number++) {
      expect(await read(db, number)).toBe(String(7 + number));
      if (number % 50 === 0) expect(await read(db, 3)).toBe('10');
    }
    const names = await prepared(db);
    expect(names).toHaveLength(1_000);
    expect(names).toContain('n3');
    expect(names).toContain('n1199');
    expect(names).not.toContain('n4');
    for (const number of [4, 5, 4, 1_199, 3]) expect(await read(db, number)).toBe(String(7 + number));
    expect(await prepared(db)).toHaveLength(1_000);
  } finally {
    await db.close();
  }
});

it('makes room although what it makes it for fails', async () => {
  const db = openPool({ url, max: 1 });
  try {
    for (let number = 0; number < 1_000; number++) await read(db, number);
    for (let number = 1_000; number < 1_010; number++)
      await expect(read(db, number, `n${number}`, 'no number')).rejects.toMatchObject({
        kind: 'invalidText',
      });
    for (let number = 0; number < 1_020; number++) expect(await read(db, number)).toBe(String(7 + number));
    expect((await prepared(db)).length).toBeLessThanOrEqual(1_000);
  } finally {
    await db.close();
  }
});

it('makes room on connections that many share', { timeout: 60_000 }, async () => {
  const db = openPool({ url, max: 10 });
  try {
    for (let round = 0; round < 3; round++) {
      for (let start = 0; start < 1_400; start += 70) {
        const numbers = Array.from({ length: 70 }, (_, index) => start + index);
        // Statements that were short are sent together, several times each, behind each other.
        const asked = [...numbers, ...numbers, ...numbers];
        const answers = await Promise.all(asked.map((number) => read(db, number)));
        expect(answers).toEqual(asked.map((number) => String(7 + number)));
      }
    }
  } finally {
    await db.close();
  }
});
