import type pg from 'pg';
import type { DatabaseState } from './database-state.ts';
import type { Migration } from './migration-files.ts';
import { hasTable } from './migration-table.ts';

/**
 * What a development database looks like at this moment. It may be ahead of its migrations by whatever was saved in
 * schema.graphql since; see docs/decisions/0002-development-database.md.
 */
export async function readDevelopmentState(client: pg.Client): Promise<DatabaseState | undefined> {
  if (!(await hasTable(client, '_plinth_dev'))) return undefined;
  const { rows } = await client.query<{ state: DatabaseState }>('SELECT state FROM _plinth_dev');
  return rows[0]?.state;
}

/** Remembers the state; to be called in the transaction that leads to it. */
export async function writeDevelopmentState(client: pg.Client, state: DatabaseState): Promise<void> {
  if (!(await hasTable(client, '_plinth_dev'))) {
    await client.query(
      'CREATE TABLE _plinth_dev (id boolean PRIMARY KEY DEFAULT true CHECK (id), state jsonb NOT NULL)',
    );
  }
  const { prismaSchema, objects } = state;
  await client.query(
    'INSERT INTO _plinth_dev (state) VALUES ($1) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
    [JSON.stringify({ prismaSchema, objects })],
  );
}

/** The state that the last applied migration with a snapshot leads to. */
export function stateAfter(
  migrations: readonly Migration[],
  applied: readonly string[],
): DatabaseState | undefined {
  return migrations.findLast((one) => one.snapshot && applied.includes(one.name))?.snapshot;
}
