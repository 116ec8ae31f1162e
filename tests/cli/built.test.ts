import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
// Beneath our own node_modules, where the build finds its dependencies as an installed package would.
const built = join(root, 'node_modules', '.cache', `plinth-built-${process.pid}`);
const project = mkdtempSync(join(tmpdir(), 'plinth-built-'));

const plinth = async (...args: string[]): Promise<string> => {
  const { stdout } = await run(process.execPath, [join(built, 'dist', 'main.js'), ...args]);
  return stdout.trim();
};

beforeAll(async () => {
  mkdirSync(built, { recursive: true });
  await run(process.execPath, [join(root, 'scripts/build.mjs'), join(built, 'dist')]);
  for (const name of ['package.json', 'templates'])
    cpSync(join(root, name), join(built, name), { recursive: true });
});

afterAll(() => {
  for (const directory of [built, project]) rmSync(directory, { recursive: true, force: true });
});

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
    const text = readFileSync(join(built, 'dist', 'client', 'index.js'), 'utf8');
    expect(text).toContain('createClient');
    expect(text).not.toMatch(/\bimport\b\s*[({"'*]|\bfrom\s*["']/);
  });
});
