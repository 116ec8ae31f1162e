// How long the built server takes to its first answer on a database that exists, the CPU that this costs, and the memory it
// then has: the middle of several starts. CPU says more than time on a machine that does other things as well.
//   node --import tsx bench/start.ts [--rounds 7] [--sql FILE] [--contestants a,b] [--build] [--profile DIR]
import { parseArgs } from 'node:util';
import { contestants } from './contestants.ts';
import { prepare } from './prepare.ts';
import { cpuSeconds, startContestant } from './processes.ts';
import type { Rules } from './schema-for-bench.ts';

const { values: options } = parseArgs({
  options: {
    sql: { type: 'string' },
    contestants: { type: 'string', default: 'plinth' },
    rounds: { type: 'string', default: '7' },
    rules: { type: 'string', default: 'viewer' },
    port: { type: 'string', default: '4730' },
    build: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});

const { sql, profile, port, build: rebuild } = options;
const prepared = await prepare({ rules: options.rules as Rules, sql, rebuild });
try {
  for (const name of options.contestants.split(',')) await measure(name);
} finally {
  await prepared.server.stop();
}

async function measure(name: string): Promise<void> {
  const contestant = contestants(prepared.places).find((one) => one.name === name);
  if (!contestant) throw new Error(`There is no contestant ${name}`);
  const starts: { ms: number; cpu: number; mb: number }[] = [];
  for (let round = 0; round <= Number(options.rounds); round++) {
    const where = { port: Number(port), databaseUrl: prepared.server.url, pool: 10, profile };
    const { pid, startMs, idleMb, stop } = await startContestant(contestant, where);
    // The first one fills the disk's and the compiler's caches.
    if (round > 0) starts.push({ ms: startMs, cpu: cpuSeconds(pid) * 1_000, mb: idleMb });
    await stop();
  }
  const middle = (of: (start: (typeof starts)[number]) => number): string =>
    ([...starts.map(of)].sort((a, b) => a - b)[Math.floor(starts.length / 2)] ?? Number.NaN).toFixed(0);
  const least = Math.min(...starts.map(({ ms }) => ms)).toFixed(0);
  console.log(
    `${name}: first answer after ${middle(({ ms }) => ms)} ms (least ${least}), ${middle(({ cpu }) => cpu)} ms of CPU, ${middle(({ mb }) => mb)} MB`,
  );
}
