import { expect, it } from 'vitest';
import { openPool } from '../../src/data/index.ts';
import { Recorder } from '../../src/project/record-statements.ts';
import { createDatabase } from '../support/database.ts';

it.each(['estimate', 'analyze'] as const)(
  'statements that resolvers ask at once have a plan each: %s',
  async (plan) => {
    const database = await createDatabase();
    const db = openPool({ url: database.url });
    try {
      const answers = await db.transaction(async (tx) => {
        const recorder = new Recorder(tx, { plan, runs: true });
        const rows = await Promise.all([1, 2, 3].map((n) => recorder.query('SELECT $1::int AS n', [n])));
        return { rows, plans: recorder.statements.map((one) => one.plan?.length ?? 0) };
      });
      expect(answers.rows).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
      expect(answers.plans).toHaveLength(3);
      expect(Math.min(...answers.plans)).toBeGreaterThan(0);
    } finally {
      await db.close();
      await database.drop();
    }
  },
);
