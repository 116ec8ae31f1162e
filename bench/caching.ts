// What a kept answer costs beside one that is worked out, and what the triggers cost a write. Figures are milliseconds of
// CPU, which neighbours on the machine disturb less than time.
//   node --import tsx bench/caching.ts [reads|writes]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config/index.ts';
import { openPool, startEmbedded, syncDevelopment } from '../src/data/index.ts';
import { buildApp } from '../src/pipeline.ts';
import { desiredState } from '../src/project/desired-state.ts';
import { findProject, readSources } from '../src/project/find-project.ts';
import { serveProject } from '../src/project/serve-project.ts';
import { makeLog } from '../src/serve/index.ts';
import { cpuSeconds } from './processes.ts';

const SDL = `
type Artist @model @access(read: "viewer != null", create: "true") @cacheControl(maxAge: 3600) {
  id: ID! @id(auto: INT)
  name: String!
  albums: [Album!]!
}
type Album @model @access(read: "viewer != null", create: "true") @cacheControl(maxAge: 3600) {
  id: ID! @id(auto: INT)
  title: String!
  artist: Artist!
  tracks: [Track!]!
}
type Track @model @access(read: "viewer != null", create: "true") @cacheControl(maxAge: 3600) {
  id: ID! @id(auto: INT)
  name: String!
  seconds: Int!
  album: Album!
}
`;
const ROWS = `
INSERT INTO "Artist" (name) SELECT 'Artist ' || n FROM generate_series(1, 200) n;
INSERT INTO "Album" (title, "artistId") SELECT 'Album ' || n, 1 + n % 200 FROM generate_series(1, 2000) n;
INSERT INTO "Track" (name, seconds, "albumId") SELECT 'Track ' || n, n % 300, 1 + n % 2000 FROM generate_series(1, 20000) n;
`;
const READS: Record<string, string> = {
  'one row': '{ album(id: "7") { id title } }',
  '20 × 10 nested': '{ albums(limit: 20) { id title artist { name } tracks { id name seconds } } }',
  'aggregate of 20,000': '{ tracksAggregate { count sum { seconds } avg { seconds } } }',
};
const WRITE = 'mutation { createArtist(input: { name: "N" }) { id } }';
const KEY = 'bench-only-3kT9wQxZ';
const CONNECTIONS = 8;

interface Load {
  readonly url: string;
  readonly query: string;
  readonly count: number;
}

const [mode] = process.argv.slice(2);
if (mode === 'load') await sendAll(JSON.parse(readFileSync(0, 'utf8')) as Load);
else await measure();

async function measure(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-'));
  writeFileSync(join(directory, 'schema.graphql'), SDL);
  const postgres = await startEmbedded({ directory: join(directory, '.plinth'), log: () => undefined });
  const db = openPool({ url: postgres.url, max: 10 });
  const project = findProject(directory);
  const built = buildApp(readSources(project));
  await syncDevelopment({ url: postgres.url, projectDir: directory, ...desiredState(built) });
  for (const sql of ROWS.trim().split('\n')) await db.execute(sql);
  await db.execute('ANALYZE');
  const [row] = await db.query<{ pid: number }>(
    `SELECT pg_read_file('postmaster.pid', 0, 20) ~ '.' AS ok, split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int4 AS pid`,
  );
  const serve = (settings: Record<string, string>) => {
    const config = readConfig(
      { PLINTH_ADMIN_KEY: KEY, LOG_LEVEL: 'silent', ...settings },
      { mode: 'development', commandLine: { port: 0 } },
    );
    const database = {
      db,
      url: postgres.url,
      embedded: false,
      pooler: undefined,
      close: async () => undefined,
    };
    return serveProject({ project, config, built, database, log: makeLog(config) });
  };
  const keeping = await serve({});
  const plain = await serve({ PLINTH_CACHE_BYTES: '0' });
  const cost = (url: string, query: string, count: number) => cpuOf({ url, query, count }, row?.pid ?? 0);
  for (const [name, query] of Object.entries(mode === 'writes' ? {} : READS)) {
    for (const { url } of [plain, keeping]) await load({ url, query, count: 2_000 });
    for (let round = 0; round < 3; round++) {
      show(`${name}, worked out`, await cost(plain.url, query, 2_000));
      show(`${name}, kept`, await cost(keeping.url, query, 10_000));
    }
  }
  if (mode !== 'reads') await load({ url: plain.url, query: WRITE, count: 300 });
  for (let round = 0; round < 3 && mode !== 'reads'; round++) {
    show('create, told and waited for', await cost(keeping.url, WRITE, 600));
    show('create, told', await cost(plain.url, WRITE, 600));
    await db.execute('ALTER TABLE "Artist" DISABLE TRIGGER plinth_cache_changed');
    show('create, no trigger', await cost(plain.url, WRITE, 600));
    await db.execute('ALTER TABLE "Artist" ENABLE TRIGGER plinth_cache_changed');
  }
  for (const server of [keeping, plain]) await server.stop();
  await db.close();
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}

interface Cost {
  readonly node: number;
  readonly postgres: number;
  readonly perSecond: number;
}

/** Milliseconds of CPU per request. */
async function cpuOf(job: Load, postgres: number): Promise<Cost> {
  const [node, database, began] = [process.cpuUsage(), cpuSeconds(postgres), performance.now()];
  await load(job);
  const { user, system } = process.cpuUsage(node);
  const seconds = (performance.now() - began) / 1_000;
  return {
    node: (user + system) / 1_000 / job.count,
    postgres: ((cpuSeconds(postgres) - database) * 1_000) / job.count,
    perSecond: job.count / seconds,
  };
}

function show(name: string, { node, postgres, perSecond }: Cost): void {
  const figures = [node, postgres, node + postgres].map((ms) => ms.toFixed(3).padStart(8));
  console.log(
    `${name.padEnd(34)} node ${figures[0]}  postgres ${figures[1]}  both ${figures[2]} ms  ${perSecond.toFixed(0).padStart(6)}/s`,
  );
}

/** Sends from a process of its own, so that its CPU is not counted. */
function load(job: Load): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), 'load'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(JSON.stringify(job));
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error('The load failed'))));
  });
}

async function sendAll({ url, query, count }: Load): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) await send(agent, url, query);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  agent.destroy();
}

function send(agent: Agent, url: string, query: string): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'x-plinth-admin-key': KEY,
    'x-plinth-as': '{"id":"7f","roles":[]}',
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/graphql`, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('end', () => (text.includes('"errors"') ? reject(new Error(text)) : resolve()));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ query }));
  });
}
