import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// A shell between npm and the server would take the signal for itself and leave the server running without a parent.

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-signal-'));
  writeFileSync(join(directory, 'schema.graphql'), 'type Item @model @access(read: "true") { id: ID! }');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function serving(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const url = /serves (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`Not served: ${said}`);
}

test.each([
  ['to npm alone', false],
  ['to npm and everybody below it, as a terminal does', true],
])(
  'SIGTERM %s',
  async (_to, group) => {
    const args = [
      'run',
      '--silent',
      'plinth',
      '--',
      'dev',
      '--project',
      directory,
      '--port',
      '0',
      '--no-watch',
    ];
    const { DATABASE_URL: _unused, ...env } = process.env;
    const child = spawn('npm', args, { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    const url = await serving(child);
    child.stdout?.resume();
    process.kill(group ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow();
    expect(existsSync(join(directory, '.plinth/postgres/postmaster.pid'))).toBe(false);
  },
  60_000,
);
