import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type Contestant, contestants } from './contestants.ts';
import { loaderFor, loadFor } from './load.ts';
import {
  type AskOne,
  canonical,
  OPERATIONS,
  type OperationName,
  type Request,
  requestsOf,
} from './operations.ts';
import { prepare, WORK } from './prepare.ts';
import { ask, cpuSeconds, memoryMb, type Running, startContestant } from './processes.ts';
import { type Cell, report } from './report.ts';
import type { Rules } from './schema-for-bench.ts';

const { values: options } = parseArgs({
  options: {
    sql: { type: 'string' },
    contestants: { type: 'string' },
    operations: { type: 'string', default: OPERATIONS.join(',') },
    connections: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    pool: { type: 'string', default: '10' },
    rules: { type: 'string', default: 'viewer' },
    port: { type: 'string', default: '4710' },
    build: { type: 'boolean', default: false },
    verify: { type: 'boolean', default: false },
    profile: { type: 'string' },
    loader: { type: 'string' },
    viewers: { type: 'string', default: '1' },
  },
});

interface Entrant extends Running {
  readonly requests: ReadonlyMap<OperationName, readonly Request[]>;
}

const loader = loaderFor(options.loader);
const operations = OPERATIONS.filter((name) => options.operations.split(',').includes(name));
const prepared = await prepare({ rules: options.rules as Rules, sql: options.sql, rebuild: options.build });
const entrants: Entrant[] = [];
try {
  for (const contestant of chosen()) await enter(contestant);
  await verify();
  if (!options.verify) await measure();
} finally {
  for (const entrant of entrants) await entrant.stop();
  await prepared.server.stop();
}

function chosen(): readonly Contestant[] {
  const all = contestants(prepared.places);
  return options.contestants === undefined
    ? all
    : all.filter(({ name }) => options.contestants?.split(',').includes(name));
}

/** One that does not start is reported and left out, so that the others can be measured where it cannot be installed. */
async function enter(contestant: Contestant): Promise<void> {
  try {
    const running = await startContestant(contestant, {
      port: Number(options.port) + entrants.length,
      databaseUrl: prepared.server.url,
      pool: Number(options.pool),
      profile: options.profile,
    });
    const askOne: AskOne = (body) => ask(running.url, contestant, body);
    const requests = new Map<OperationName, readonly Request[]>();
    for (const operation of operations)
      requests.set(operation, await requestsOf(contestant, operation, askOne, prepared.data));
    entrants.push({ ...running, requests });
    console.error(
      `${contestant.name}: first answer after ${Math.round(running.startMs)} ms, ${Math.round(running.idleMb)} MB`,
    );
  } catch (error) {
    console.error(`${contestant.name} is left out: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

/** Equal answers, or no times. @throws Error that names the first difference */
async function verify(): Promise<void> {
  for (const operation of operations) {
    let expected: { text: string; by: string } | undefined;
    for (const { contestant, url, requests } of entrants) {
      const list = requests.get(operation) ?? [];
      const answers: unknown[] = [];
      for (const index of [0, 1, 100, 511]) {
        const request = list[index];
        if (request)
          answers.push(canonical(request.pick(await ask(url, contestant, request.body)), '', operation));
      }
      const text = JSON.stringify(answers);
      if (answers.length === 0) throw new Error(`${contestant.name} has no ${operation}`);
      expected ??= { text, by: contestant.name };
      if (text !== expected.text) throw new Error(difference(operation, contestant.name, text, expected));
    }
    console.error(`${operation}: equal answers, ${expected?.text.length ?? 0} characters`);
  }
}

function difference(
  operation: string,
  name: string,
  text: string,
  expected: { text: string; by: string },
): string {
  let at = 0;
  while (text[at] === expected.text[at]) at++;
  const around = (whole: string) => whole.slice(Math.max(0, at - 60), at + 80);
  return `${operation}: ${name} answers …${around(text)}…\n${expected.by} answers …${around(expected.text)}…`;
}

/** Contestants take turns within each operation, so that whatever else the machine does meets all of them alike. */
async function measure(): Promise<void> {
  const cells: Cell[] = [];
  const warmup = Number(options.warmup);
  for (const connections of options.connections.split(',').map(Number)) {
    for (const operation of operations) {
      if (warmup > 0) for (const entrant of entrants) await load(entrant, operation, connections, warmup);
      for (let round = 0; round < Number(options.rounds); round++) {
        for (const entrant of entrants) cells.push(await cell(entrant, operation, connections));
      }
      if (operation === 'Q8') await forgetInvoices();
      console.error(`${operation} at ${connections} connections done`);
    }
  }
  const facts = entrants.map(({ contestant, startMs, idleMb, pid }) => ({
    name: contestant.name,
    title: contestant.title,
    startMs,
    idleMb,
    loadedMb: memoryMb(pid),
  }));
  writeFileSync(join(WORK, 'result.json'), JSON.stringify({ options, loader, facts, cells }, null, 1));
  console.log(`Load by ${loader}.`);
  console.log(report(cells, facts));
}

async function cell(entrant: Entrant, operation: OperationName, connections: number): Promise<Cell> {
  const before = { server: cpuSeconds(entrant.pid), database: cpuSeconds(prepared.server.pid) };
  const result = await load(entrant, operation, connections, Number(options.seconds));
  return {
    contestant: entrant.contestant.name,
    operation,
    connections,
    perSecond: result.requests / result.seconds,
    p50: result.p50,
    p99: result.p99,
    serverMs: ((cpuSeconds(entrant.pid) - before.server) * 1000) / result.requests,
    databaseMs: ((cpuSeconds(prepared.server.pid) - before.database) * 1000) / result.requests,
  };
}

function load(entrant: Entrant, operation: OperationName, connections: number, seconds: number) {
  const bodies = (entrant.requests.get(operation) ?? []).map(({ body }) => body);
  const viewers = Number(options.viewers);
  return loadFor(entrant, bodies, { connections, seconds, loader, viewers }).catch((error: unknown) => {
    throw new Error(`${operation}: ${(error as Error).message}`);
  });
}

async function forgetInvoices(): Promise<void> {
  const client = new pg.Client({ connectionString: prepared.server.url });
  await client.connect();
  await client.query(`DELETE FROM invoice WHERE billing_city = 'Bench'`);
  await client.query('VACUUM invoice');
  await client.end();
}
