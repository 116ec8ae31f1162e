import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from './contestants.ts';
import { benchNode } from './prepare.ts';

/** A contestant that is serving. */
export interface Running {
  readonly contestant: Contestant;
  readonly url: string;
  readonly pid: number;
  readonly startMs: number;
  /** MB, before any load. */
  readonly idleMb: number;
  stop(): Promise<void>;
}

/** Starts a contestant and waits for its first answer. @throws Error with its output when it does not come up */
export async function startContestant(
  contestant: Contestant,
  options: {
    readonly port: number;
    readonly databaseUrl: string;
    readonly pool: number;
    readonly profile: string | undefined;
  },
): Promise<Running> {
  const { port, databaseUrl, pool, profile } = options;
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}/${contestant.name}`];
  const began = performance.now();
  const child = spawn(benchNode(), [...flags, ...contestant.start], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      POOL: String(pool),
      PLINTH_POOL_SIZE: String(pool),
      DATABASE_URL: databaseUrl,
      ...contestant.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (output = (output + text).slice(-3000)));
  const url = `http://127.0.0.1:${port}/graphql`;
  const pid = child.pid ?? 0;
  await firstAnswer(contestant, url, child, () => output);
  const startMs = performance.now() - began;
  await sleep(500);
  return { contestant, url, pid, startMs, idleMb: memoryMb(pid), stop: () => stop(child) };
}

async function firstAnswer(
  contestant: Contestant,
  url: string,
  child: ChildProcess,
  output: () => string,
): Promise<void> {
  const body = contestant.name === 'bare' ? { operation: 'Q0' } : { query: '{ __typename }' };
  for (let waited = 0; waited < 60_000; waited += 20) {
    if (child.exitCode !== null) break;
    try {
      await ask(url, contestant, body);
      return;
    } catch {
      await sleep(20);
    }
  }
  child.kill('SIGKILL');
  throw new Error(`${contestant.name} did not come up:\n${output()}`);
}

/** `data` of one answer. @throws Error for errors in it */
export async function ask(
  url: string,
  { name, headers }: Contestant,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer = JSON.parse(text) as { data?: Record<string, unknown>; errors?: unknown[] };
  if (answer.errors || !answer.data) throw new Error(`${name}: ${text.slice(0, 400)}`);
  return answer.data;
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 20_000).unref();
  });
}

const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());

/** Processes that a process has started and that have not ended. */
export function childrenOf(pid: number): readonly number[] {
  return [...readAll()].flatMap(([child, { parent }]) => (parent === pid ? [child] : []));
}

/** A process and all beneath it that have not ended. */
export function treeOf(root: number): readonly number[] {
  const parents = readAll();
  return [...parents.keys()].filter((pid) => isBeneath(pid, root, parents));
}

/** Seconds of CPU that a process and everything beneath it have used. */
export function cpuSeconds(root: number): number {
  const parents = readAll();
  let total = parents.get(root)?.ended ?? 0;
  for (const [pid, { own }] of parents) if (isBeneath(pid, root, parents)) total += own;
  return total;
}

function readAll(): Map<number, { parent: number; own: number; ended: number }> {
  const parents = new Map<number, { parent: number; own: number; ended: number }>();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) read(Number(name), parents);
  }
  return parents;
}

function read(pid: number, into: Map<number, { parent: number; own: number; ended: number }>): void {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (index: number) => fields[index] ?? 0;
    into.set(pid, { parent: at(1), own: (at(11) + at(12)) / TICKS, ended: (at(13) + at(14)) / TICKS });
  } catch {
    // It has ended meanwhile.
  }
}

function isBeneath(pid: number, root: number, parents: ReadonlyMap<number, { parent: number }>): boolean {
  for (let one: number | undefined = pid; one !== undefined && one > 1; one = parents.get(one)?.parent)
    if (one === root) return true;
  return false;
}

export function memoryMb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024;
}
