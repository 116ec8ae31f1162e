import { afterAll, expect, it } from 'vitest';
import { listen, openPool } from '../../src/data/index.ts';
import { createDatabase } from '../support/database.ts';

const database = await createDatabase();
const db = openPool({ url: database.url, max: 2 });
afterAll(async () => {
  await db.close();
  await database.drop();
});

const open = (faults: unknown[] = []) =>
  listen({
    db,
    channel: 'told',
    onMessage: () => undefined,
    onHearing: () => undefined,
    onFault: (error) => faults.push(error),
  });

// A process that has nothing else to do ended in the middle, without a word: `plinth explain` of what does not fit the API.
it('is closed at once, and that is no fault', async () => {
  const faults: unknown[] = [];
  await open(faults).close();
  expect(faults).toEqual([]);
});

it('is closed at every moment of its beginning', async () => {
  for (let turns = 0; turns < 40; turns++) {
    const listener = open();
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    await listener.close();
  }
});
