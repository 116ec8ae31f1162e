import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, inject, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const main = inject('plinthMain');
const project = mkdtempSync(join(tmpdir(), 'plinth-built-'));

const plinth = async (...args: string[]): Promise<string> => {
  const { stdout } = await run(process.execPath, [main, ...args]);
  return stdout.trim();
};

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the built package', () => {
  it('finds the files that come with it, wherever the build has put the code', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await plinth('--version')).toBe(version);
    await plinth('init', project);
    expect(existsSync(join(project, 'schema.graphql'))).toBe(true);
  });

  it('runs commands that work through every stage', async () => {
    await plinth('migrate', 'new', 'first', '--project', project);
    expect(existsSync(join(project, 'prisma', 'migrations'))).toBe(true);
    expect(await plinth('check', '--json', '--project', project)).toBe('[]');
  });

  it('has a client that a browser can load: one file without imports', () => {
    const text = readFileSync(join(dirname(main), 'client/index.js'), 'utf8');
    expect(text).toContain('createClient');
    expect(text).not.toMatch(/\bimport\b\s*[({"'*]|\bfrom\s*["']/);
  });
});
