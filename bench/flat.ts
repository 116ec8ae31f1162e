// Whether a request costs the same on a database that is many times as large: both are served at once and take turns.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPool } from '../src/data/index.ts';
import { type Contestant, contestants } from './contestants.ts';
import { loaderFor, loadFor } from './load.ts';
import { canonical, OPERATIONS, type OperationName, requestsOf, TITLES } from './operations.ts';
import { type Prepared, prepare } from './prepare.ts';
import { ask, cpuSeconds, type Running, startContestant } from './processes.ts';
import type { Rules } from './schema-for-bench.ts';

const { values: options } = parseArgs({
  options: {
    sql: { type: 'string' },
    factor: { type: 'string', default: '100' },
    // All requests of an operation are the same, and what is asked once for several costs each of them little.
    contestant: { type: 'string', default: 'plinth-each' },
    operations: { type: 'string', default: 'Q1,Q2,Q3,Q4,Q5,Q6,Q8,Q9' },
    connections: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '11' },
    rules: { type: 'string', default: 'viewer' },
    port: { type: 'string', default: '4720' },
    build: { type: 'boolean', default: false },
    loader: { type: 'string' },
  },
});

/** One size of the database, and a server for it. */
interface Size {
  readonly factor: number;
  readonly prepared: Prepared;
  readonly running: Running;
}

/** Requests that statements are counted over. */
const COUNTED = 20;

/** What one request took. */
interface Cost {
  readonly serverMs: number;
  readonly databaseMs: number;
}

const loader = loaderFor(options.loader);
const operations = OPERATIONS.filter((name) => options.operations.split(',').includes(name));
const small = await open(1, options.build);
const large = await open(Number(options.factor), false);
try {
  const [few, many] = [await countStatements(small), await countStatements(large)];
  console.log('| operation | | statements | | server ms | | | PostgreSQL ms | | |');
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const operation of operations)
    await compare(operation, [few.get(operation) ?? Number.NaN, many.get(operation) ?? Number.NaN]);
} finally {
  for (const { running, prepared } of [small, large]) {
    await running.stop();
    await prepared.server.stop();
  }
}

/** Statements of one request of each operation, as PostgreSQL's own log has them, from a server of its own. */
async function countStatements({ prepared, running, factor }: Size): Promise<Map<OperationName, number>> {
  const db = openPool({ url: prepared.server.url, max: 1 });
  const log = join(prepared.places.project, '.plinth', 'postgres.log');
  const counts = new Map<OperationName, number>();
  await db.execute("ALTER ROLE CURRENT_USER SET log_statement = 'all'");
  try {
    const { contestant } = running;
    const counted = await startServer(
      contestant,
      prepared,
      Number(options.port) + 2 + (factor === 1 ? 0 : 1),
    );
    const askOne = (body: object) => ask(counted.url, contestant, body);
    for (const operation of operations) {
      const requests = await requestsOf(contestant, operation, askOne, prepared.data);
      // What a server asks once it has started is over by then.
      await setTimeout(operation === operations[0] ? 2_000 : 0);
      const askSome = async () => {
        for (let i = 0; i < COUNTED; i++) await askOne(requests[i % requests.length]?.body ?? {});
      };
      // The first ones are judged by Apollo, which may take other ways, and open connections, which are set up.
      await askSome();
      const before = readFileSync(log).length;
      await askSome();
      const written = readFileSync(log).subarray(before).toString('utf8');
      counts.set(operation, (written.match(/ LOG: {2}(?:statement:|execute )/g)?.length ?? 0) / COUNTED);
    }
    await counted.stop();
  } finally {
    await db.execute('ALTER ROLE CURRENT_USER RESET log_statement');
    await db.close();
  }
  return counts;
}

function startServer(contestant: Contestant, { server }: Prepared, port: number): Promise<Running> {
  return startContestant(contestant, { port, databaseUrl: server.url, pool: 10, profile: undefined });
}

async function open(factor: number, rebuild: boolean): Promise<Size> {
  const prepared = await prepare({ rules: options.rules as Rules, sql: options.sql, rebuild, factor });
  const contestant = contestants(prepared.places).find(({ name }) => name === options.contestant);
  if (!contestant) throw new Error(`There is no contestant ${options.contestant}`);
  const port = Number(options.port) + (factor === 1 ? 0 : 1);
  return { factor, prepared, running: await startServer(contestant, prepared, port) };
}

/** The middle of several rounds, in which the two sizes take turns. */
async function compare(operation: OperationName, statements: readonly number[]): Promise<void> {
  const bodies = new Map<Size, readonly object[]>();
  const answers: string[] = [];
  for (const size of [small, large]) {
    const { url, contestant } = size.running;
    const requests = await requestsOf(
      contestant,
      operation,
      (body) => ask(url, contestant, body),
      size.prepared.data,
    );
    bodies.set(
      size,
      requests.map(({ body }) => body),
    );
    const [first] = requests;
    if (first)
      answers.push(
        JSON.stringify(canonical(first.pick(await ask(url, contestant, first.body)), '', operation)),
      );
  }
  if (operation !== 'Q6' && operation !== 'Q2' && answers[0] !== answers[1])
    throw new Error(`${operation} answers something else`);
  const costs = new Map<Size, Cost[]>([
    [small, []],
    [large, []],
  ]);
  for (const size of [small, large]) await measure(size, bodies.get(size) ?? []);
  for (let round = 0; round < Number(options.rounds); round++)
    for (const size of round % 2 === 0 ? [small, large] : [large, small])
      costs.get(size)?.push(await measure(size, bodies.get(size) ?? []));
  const counted = statements.map((count) => count.toFixed(1)).join(' | ');
  console.log(line(operation, counted, costs.get(small) ?? [], costs.get(large) ?? []));
}

async function measure({ running, prepared }: Size, bodies: readonly object[]): Promise<Cost> {
  const cpu = () => ({ server: cpuSeconds(running.pid), database: cpuSeconds(prepared.server.pid) });
  const before = cpu();
  const { requests } = await loadFor(running, bodies, {
    connections: Number(options.connections),
    seconds: Number(options.seconds),
    loader,
  });
  const after = cpu();
  return {
    serverMs: ((after.server - before.server) * 1000) / requests,
    databaseMs: ((after.database - before.database) * 1000) / requests,
  };
}

function line(
  operation: OperationName,
  counted: string,
  few: readonly Cost[],
  many: readonly Cost[],
): string {
  const pair = (of: (cost: Cost) => number): string => {
    const [a, b] = [middle(few.map(of)), middle(many.map(of))];
    return `${a.toFixed(3)} | ${b.toFixed(3)} | ${(b / a).toFixed(2)}`;
  };
  return `| ${operation} | ${TITLES[operation]} | ${counted} | ${pair((cost) => cost.serverMs)} | ${pair((cost) => cost.databaseMs)} |`;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
