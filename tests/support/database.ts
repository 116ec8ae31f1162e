import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { afterFile } from './after-file.ts';

export interface TestDatabase {
  readonly url: string;
  /** Removes it, connections and all. */
  drop(): Promise<void>;
}

/** Makes a fresh database, empty or a copy of `template` (nobody may be connected to that one meanwhile). */
export async function createDatabase(template?: TestDatabase): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const source = template === undefined ? 'template0' : new URL(template.url).pathname.slice(1);
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${source}`);
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${name}`;
  let dropped: Promise<void> | undefined;
  const drop = (): Promise<void> => {
    dropped ??= onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    return dropped;
  };
  // Connections that a test leaves behind end with it: the next files need them.
  afterFile(drop);
  return { url: url.href, drop };
}

/** Runs SQL on a database over a connection of its own and answers the rows of the last statement. */
export async function runSql(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result: pg.QueryResult | pg.QueryResult[] = await client.query(sql);
    return (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? [];
  } finally {
    await client.end();
  }
}

async function onServer(sql: string): Promise<void> {
  await runSql(inject('databaseUrl'), sql);
}

/** Runs SQL on a connection of its own that stays open, and what it began with it, until it is released. */
export async function runSqlUntil(url: string, sql: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  return {
    release: async () => {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}
