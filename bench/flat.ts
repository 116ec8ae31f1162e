// Whether a request costs the same on a database that is many times as large: both are served at once and take turns.
import { parseArgs } from 'node:util';
import { contestants } from './contestants.ts';
import { loadFor } from './load.ts';
import { canonical, OPERATIONS, type OperationName, requestsOf, TITLES } from './operations.ts';
import { type Prepared, prepare } from './prepare.ts';
import { ask, cpuSeconds, type Running, startContestant } from './processes.ts';
import type { Rules } from './schema-for-bench.ts';

const { values: options } = parseArgs({
  options: {
    sql: { type: 'string' },
    factor: { type: 'string', default: '100' },
    operations: { type: 'string', default: 'Q1,Q2,Q3,Q4,Q5,Q6,Q8,Q9' },
    connections: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    rules: { type: 'string', default: 'viewer' },
    port: { type: 'string', default: '4720' },
    build: { type: 'boolean', default: false },
  },
});

/** One size of the database, and a server for it. */
interface Size {
  readonly factor: number;
  readonly prepared: Prepared;
  readonly running: Running;
}

/** What one request took. */
interface Cost {
  readonly serverMs: number;
  readonly databaseMs: number;
}

const operations = OPERATIONS.filter((name) => options.operations.split(',').includes(name));
const small = await open(1, options.build);
const large = await open(Number(options.factor), false);
try {
  console.log(`| operation | | server ms | | | PostgreSQL ms | | |\n|---|---|---|---|---|---|---|---|`);
  for (const operation of operations) await compare(operation);
} finally {
  for (const { running, prepared } of [small, large]) {
    await running.stop();
    await prepared.server.stop();
  }
}

async function open(factor: number, rebuild: boolean): Promise<Size> {
  const prepared = await prepare({ rules: options.rules as Rules, sql: options.sql, rebuild, factor });
  const plinth = contestants(prepared.places).find(({ name }) => name === 'plinth');
  if (!plinth) throw new Error('There is no contestant plinth');
  const port = Number(options.port) + (factor === 1 ? 0 : 1);
  const running = await startContestant(plinth, {
    port,
    databaseUrl: prepared.server.url,
    pool: 10,
    profile: undefined,
  });
  return { factor, prepared, running };
}

/** The middle of several rounds, in which the two sizes take turns. */
async function compare(operation: OperationName): Promise<void> {
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
  console.log(line(operation, costs.get(small) ?? [], costs.get(large) ?? []));
}

async function measure({ running, prepared }: Size, bodies: readonly object[]): Promise<Cost> {
  const cpu = () => ({ server: cpuSeconds(running.pid), database: cpuSeconds(prepared.server.pid) });
  const before = cpu();
  const { requests } = await loadFor(running, bodies, Number(options.connections), Number(options.seconds));
  const after = cpu();
  return {
    serverMs: ((after.server - before.server) * 1000) / requests,
    databaseMs: ((after.database - before.database) * 1000) / requests,
  };
}

function line(operation: OperationName, few: readonly Cost[], many: readonly Cost[]): string {
  const pair = (of: (cost: Cost) => number): string => {
    const [a, b] = [middle(few.map(of)), middle(many.map(of))];
    return `${a.toFixed(3)} | ${b.toFixed(3)} | ${(b / a).toFixed(2)}`;
  };
  return `| ${operation} | ${TITLES[operation]} | ${pair((cost) => cost.serverMs)} | ${pair((cost) => cost.databaseMs)} |`;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
