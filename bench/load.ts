import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchNode, WORK } from './prepare.ts';
import type { Running } from './processes.ts';
import { readWrk, wrkScript } from './wrk.ts';

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

export const LOADERS = ['wrk', 'autocannon'] as const;

/**
 * What makes the load. It shares the cores with what it measures, so the cheaper one is taken where it is there: a request costs
 * wrk some 0.03 ms of CPU, and autocannon four times that.
 */
export type Loader = (typeof LOADERS)[number];

/** @throws Error where the one that is asked for is unknown or not installed */
export function loaderFor(asked: string | undefined): Loader {
  const hasWrk = spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined;
  if (asked === undefined) return hasWrk ? 'wrk' : 'autocannon';
  const loader = LOADERS.find((name) => name === asked);
  if (!loader) throw new Error(`--loader ${asked}: must be one of ${LOADERS.join(', ')}`);
  if (loader === 'wrk' && !hasWrk)
    throw new Error('--loader wrk: wrk is not on the PATH (Debian and Homebrew have it as wrk)');
  return loader;
}

/** Asks a contestant these bodies in turn for some seconds, as one viewer or as several in turn, from a process of its own. @throws Error when any fails */
export async function loadFor(
  server: Pick<Running, 'url' | 'contestant'>,
  requests: readonly object[],
  options: { connections: number; seconds: number; loader: Loader; viewers?: number },
): Promise<LoadResult> {
  const { connections, seconds, loader, viewers = 1 } = options;
  const { contestant, url } = server;
  const viewer = viewers > 1 ? contestant.viewer : undefined;
  const senders = Array.from({ length: viewer ? viewers : 1 }, (_, number) => viewer?.(number) ?? {});
  const job: Job = {
    url,
    headers: { 'content-type': 'application/json', ...contestant.headers },
    senders,
    bodies: requests.map((body) => JSON.stringify(body)),
    connections,
    seconds,
  };
  const run = loader === 'wrk' ? runWrk : runAutocannon;
  const result = await run(job).catch((error: unknown) => {
    throw new Error(`${contestant.name} failed under load: ${(error as Error).message}`);
  });
  if (result.failed > 0 || result.requests === 0)
    throw new Error(`${contestant.name} failed under load: ${JSON.stringify(result)}`);
  return result;
}

interface Job {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of each viewer, at least one. */
  readonly senders: readonly Readonly<Record<string, string>>[];
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

function runWrk({ url, headers, senders, bodies, connections, seconds }: Job): Promise<LoadResult> {
  if (!Number.isInteger(seconds))
    return Promise.reject(
      new Error(`wrk counts in whole seconds, not in ${seconds}; take --loader autocannon`),
    );
  mkdirSync(WORK, { recursive: true });
  const script = join(WORK, 'load.lua');
  writeFileSync(script, wrkScript(headers, senders, bodies));
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', script, url];
  return new Promise((resolve, reject) => {
    execFile('wrk', args, (error, output, complaints) => {
      const result = error ? undefined : readWrk(output);
      if (result) resolve(result);
      else reject(new Error(`${error?.message ?? ''}${output}${complaints}`));
    });
  });
}

function runAutocannon(job: Job): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(benchNode(), [join(import.meta.dirname, 'autocannon.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (text === '') reject(new Error(`autocannon ended with ${code} and told nothing`));
      else resolve(JSON.parse(text) as LoadResult);
    });
    child.stdin.end(JSON.stringify(job));
  });
}
