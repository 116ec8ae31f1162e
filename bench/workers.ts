// What a second worker gives: the same server with WORKERS=1 and WORKERS=2 (or --workers 1,2,4), in turns on one database.
//   node --import tsx bench/workers.ts --sql FILE [--operations Q1,Q3] [--rounds 5] [--connections 32] [--contestant plinth-resolvers]
// With --share 0.1 each worker may use a tenth of a core, and with --database-share 0.3 PostgreSQL three: a machine of many cores in small.
// All shares together have to leave the load generator enough.
import { parseArgs } from 'node:util';
import { contestants } from './contestants.ts';
import { type CpuQuota, cpuQuota, shareOf } from './cpu-quota.ts';
import { loaderFor, loadFor } from './load.ts';
import { OPERATIONS, type OperationName, requestsOf } from './operations.ts';
import { prepare } from './prepare.ts';
import { ask, childrenOf, cpuSeconds, type Running, startContestant, treeOf } from './processes.ts';

const { values: options } = parseArgs({
  options: {
    sql: { type: 'string' },
    workers: { type: 'string', default: '1,2' },
    // All requests of an operation are the same, and what is asked once for several costs each of them little.
    contestant: { type: 'string', default: 'plinth-each' },
    operations: { type: 'string', default: 'Q0,Q1,Q3,Q8' },
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '2' },
    warmup: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    share: { type: 'string' },
    'database-share': { type: 'string' },
    port: { type: 'string', default: '4740' },
    build: { type: 'boolean', default: false },
    loader: { type: 'string' },
  },
});

interface Figures {
  readonly perSecond: number;
  readonly serverMs: number;
  readonly databaseMs: number;
  /** Cores that PostgreSQL kept busy. */
  readonly databaseCores: number;
}

const loader = loaderFor(options.loader);
const share = options.share === undefined ? undefined : shareOf('--share', options.share);
const databaseText = options['database-share'];
const databaseShare = databaseText === undefined ? undefined : shareOf('--database-share', databaseText);
const operations = OPERATIONS.filter((name) => options.operations.split(',').includes(name));
const prepared = await prepare({ rules: 'viewer', sql: options.sql, rebuild: options.build });
const plinth = contestants(prepared.places).find(({ name }) => name === options.contestant);
if (!plinth) throw new Error(`There is no contestant ${options.contestant}`);
const servers = new Map<string, Running>();
const quotas: CpuQuota[] = [];
try {
  for (const workers of options.workers.split(',')) {
    const port = Number(options.port) + servers.size;
    const env = { ...plinth.env, WORKERS: workers };
    const where = { port, databaseUrl: prepared.server.url, pool: 10, profile: undefined };
    servers.set(workers, await startContestant({ ...plinth, env }, where));
  }
  // With all of a core: what V8 compiles meanwhile would take a small share many seconds.
  for (const operation of operations)
    for (const server of servers.values()) await measure(server, operation, Number(options.warmup));
  restrictAll();
  console.log('| operation | WORKERS | requests/s | server ms | PostgreSQL ms | PostgreSQL cores |');
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const operation of operations) await compare(operation);
} finally {
  for (const server of servers.values()) await server.stop();
  await prepared.server.stop();
  for (const quota of quotas) quota.remove();
}

async function compare(operation: OperationName): Promise<void> {
  const figures = new Map<string, Figures[]>();
  for (const workers of servers.keys()) figures.set(workers, []);
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [workers, server] of servers)
      figures.get(workers)?.push(await measure(server, operation, Number(options.seconds)));
  for (const [workers, list] of figures) {
    const middle = (of: (one: Figures) => number): number =>
      [...list.map(of)].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
    const [perSecond, serverMs, databaseMs, databaseCores] = [
      middle((one) => one.perSecond).toFixed(0),
      middle((one) => one.serverMs).toFixed(3),
      middle((one) => one.databaseMs).toFixed(3),
      middle((one) => one.databaseCores).toFixed(2),
    ];
    console.log(
      `| ${operation} | ${workers} | ${perSecond} | ${serverMs} | ${databaseMs} | ${databaseCores} |`,
    );
  }
}

function restrictAll(): void {
  if (databaseShare !== undefined) restrict('database', treeOf(prepared.server.pid), databaseShare);
  if (share === undefined) return;
  for (const [workers, { pid }] of servers)
    for (const worker of workers === '1' ? [pid] : childrenOf(pid))
      restrict(`${workers}-${worker}`, [worker], share);
}

function restrict(name: string, pids: readonly number[], cores: number): void {
  const quota = cpuQuota(name, cores);
  quotas.push(quota);
  quota.add(pids);
}

async function measure(server: Running, operation: OperationName, seconds: number): Promise<Figures> {
  const { url, contestant, pid } = server;
  const requests = await requestsOf(
    contestant,
    operation,
    (body) => ask(url, contestant, body),
    prepared.data,
  );
  const cpu = () => ({ server: cpuSeconds(pid), database: cpuSeconds(prepared.server.pid) });
  const before = cpu();
  const bodies = requests.map(({ body }) => body);
  const load = await loadFor(server, bodies, {
    connections: Number(options.connections),
    seconds,
    loader,
  });
  const after = cpu();
  return {
    perSecond: load.requests / load.seconds,
    serverMs: ((after.server - before.server) * 1_000) / load.requests,
    databaseMs: ((after.database - before.database) * 1_000) / load.requests,
    databaseCores: (after.database - before.database) / load.seconds,
  };
}
