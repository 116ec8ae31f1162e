import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDataLoss, planMigration } from '../../src/data/index.ts';
import { buildApp } from '../../src/pipeline.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

const task = (fields: string) =>
  `type Task @model @access(read: "true", create: "true") { id: ID! title: String! ${fields} }`;
const START = task('');
const WITH_NOW = task(
  'at: DateTime! @default(expr: "now") on: Date! @default(expr: "now") set: DateTime! @preset(create: "now")',
);

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(START);
});
afterAll(() => app?.close());

const stateOf = (sdl: string) => {
  const built = buildApp([{ file: 'schema.graphql', text: sdl }], []);
  return { prismaSchema: built.prismaSchema, objects: built.sqlObjects };
};

test('a required field with it can be added to a table that has rows, and plain SQL may leave it out', async () => {
  await app.data('mutation { createTask(input: { title: "old" }) { id } }');
  const plan = await planMigration(stateOf(START), stateOf(WITH_NOW));
  expect(await findDataLoss(app.database.url, plan)).toEqual([]);
  await app.db.execute(plan.sql);
  await app.db.execute(`INSERT INTO "Task" (id, title) VALUES (gen_random_uuid(), 'new')`);
  const rows = await app.db.query(
    'SELECT title, at IS NOT NULL AND "on" IS NOT NULL AND set IS NOT NULL AS filled FROM "Task" ORDER BY title',
  );
  expect(rows).toEqual([
    { title: 'new', filled: true },
    { title: 'old', filled: true },
  ]);
});
