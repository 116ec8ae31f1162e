import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastState, planMigration, readMigrations } from '../../src/data/index.ts';
import { buildApp } from '../../src/pipeline.ts';
import { desiredState } from '../../src/project/desired-state.ts';
import { findProject, readSources } from '../../src/project/find-project.ts';

test('the migrations of the sample project are one line, and lead to its schema', async () => {
  const root = join(import.meta.dirname, '../..');
  const { desired } = desiredState(buildApp(readSources(findProject(root))));
  const last = lastState(readMigrations(root));
  expect((await planMigration(last, desired)).sql).toBe('');
});
