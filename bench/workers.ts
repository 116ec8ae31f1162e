// What a second worker gives: the same server with WORKERS=1 and WORKERS=2 (or --workers 1,2,4), in turns on one database.
//   node --import tsx bench/workers.ts --sql FILE [--operations Q1,Q3] [--rounds 5] [--connections 32] [--contestant plinth-resolvers]
// With --share 0.2 each worker runs for a fifth of the time and is stopped for the rest: so few cores show what workers add up to
// where each has a core of its own, as long as all shares together leave the database one.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.ts';
import { loaderFor, loadFor } from './load.ts';
import { OPERATIONS, type OperationName, requestsOf } from './operations.ts';
import { prepare } from './prepare.ts';
import { ask, childrenOf, cpuSeconds, type Running, startContestant } from './processes.ts';

const { values: options } = parseArgs({
  options: {
    sql: { type: 'string' },
    workers: { type: 'string', default: '1,2' },
    // All requests of an operation are the same, and what is asked once for several costs each of them little.
    contestant: { type: 'string', default: 'plinth-each' },
    operations: { type: 'string', default: 'Q0,Q1,Q3,Q8' },
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    share: { type: 'string', default: '1' },
    port: { type: 'string', default: '4740' },
    build: { type: 'boolean', default: false },
    loader: { type: 'string' },
  },
});

interface Figures {
  readonly perSecond: number;
  readonly serverMs: number;
  readonly databaseMs: number;
}

const loader = loaderFor(options.loader);
const operations = OPERATIONS.filter((name) => options.operations.split(',').includes(name));
const prepared = await prepare({ rules: 'viewer', sql: options.sql, rebuild: options.build });
const plinth = contestants(prepared.places).find(({ name }) => name === options.contestant);
if (!plinth) throw new Error(`There is no contestant ${options.contestant}`);
const servers = new Map<string, Running>();
try {
  for (const workers of options.workers.split(',')) {
    const port = Number(options.port) + servers.size;
    const env = { ...plinth.env, WORKERS: workers };
    const where = { port, databaseUrl: prepared.server.url, pool: 10, profile: undefined };
    servers.set(workers, await startContestant({ ...plinth, env }, where));
  }
  console.log('| operation | WORKERS | requests/s | server ms | PostgreSQL ms |\n|---|---:|---:|---:|---:|');
  for (const operation of operations) await compare(operation);
} finally {
  for (const server of servers.values()) await server.stop();
  await prepared.server.stop();
}

async function compare(operation: OperationName): Promise<void> {
  const figures = new Map<string, Figures[]>();
  for (const [workers, server] of servers)
    await measure(server, operation).then(() => figures.set(workers, []));
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [workers, server] of servers) figures.get(workers)?.push(await measure(server, operation));
  for (const [workers, list] of figures) {
    const middle = (of: (one: Figures) => number): number =>
      [...list.map(of)].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
    const [perSecond, serverMs, databaseMs] = [
      middle((one) => one.perSecond).toFixed(0),
      middle((one) => one.serverMs).toFixed(3),
      middle((one) => one.databaseMs).toFixed(3),
    ];
    console.log(`| ${operation} | ${workers} | ${perSecond} | ${serverMs} | ${databaseMs} |`);
  }
}

/** Lets every process run for a part of each period, one after the other. Answers what ends that. */
function restrict(pids: readonly number[], share: number): () => Promise<void> {
  if (share >= 1) return async () => undefined;
  const PERIOD_MS = 240;
  let isOver = false;
  const turns = pids.map(async (pid, index) => {
    process.kill(pid, 'SIGSTOP');
    await sleep((index * PERIOD_MS) / pids.length);
    while (!isOver) {
      const began = performance.now();
      process.kill(pid, 'SIGCONT');
      await sleep(PERIOD_MS * share);
      process.kill(pid, 'SIGSTOP');
      // A timer that came late has taken from the rest.
      await sleep((performance.now() - began) * (1 / share - 1));
    }
    process.kill(pid, 'SIGCONT');
  });
  return async () => {
    isOver = true;
    await Promise.all(turns);
  };
}

async function measure(server: Running, operation: OperationName): Promise<Figures> {
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
  const workers = server.contestant.env.WORKERS === '1' ? [pid] : childrenOf(pid);
  const release = restrict(workers, Number(options.share));
  const loading = loadFor(server, bodies, {
    connections: Number(options.connections),
    seconds: Number(options.seconds),
    loader,
  });
  const load = await loading.finally(release);
  const after = cpu();
  return {
    perSecond: load.requests / load.seconds,
    serverMs: ((after.server - before.server) * 1_000) / load.requests,
    databaseMs: ((after.database - before.database) * 1_000) / load.requests,
  };
}
