import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { benchNode } from './prepare.ts';
import type { Running } from './processes.ts';

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** Asks a contestant these bodies in turn for some seconds, from a process of its own. @throws Error when any fails */
export function loadFor(
  { url, contestant }: Pick<Running, 'url' | 'contestant'>,
  requests: readonly object[],
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const bodies = requests.map((body) => JSON.stringify(body));
  const job = { url, headers: contestant.headers, bodies, connections, seconds };
  return new Promise((resolve, reject) => {
    const child = spawn(benchNode(), [join(import.meta.dirname, 'load.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.on('error', reject);
    child.on('exit', () => {
      const result = text === '' ? undefined : (JSON.parse(text) as LoadResult);
      if (!result || result.failed > 0 || result.requests === 0)
        reject(new Error(`${contestant.name} failed under load: ${text}`));
      else resolve(result);
    });
    child.stdin.end(JSON.stringify(job));
  });
}
