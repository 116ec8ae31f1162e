import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesOf } from '../../src/data/embedded/process-identity.ts';
import {
  DatabaseInUseError,
  DatabaseVersionError,
  type EmbeddedServer,
  startEmbedded,
} from '../../src/data/index.ts';
import { runSql } from '../support/database.ts';

let root: string;
let directory: string;
const running: { server?: EmbeddedServer; child?: ChildProcess }[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-embedded-'));
  chmodSync(root, 0o755);
  directory = join(root, 'project', '.plinth');
});

afterEach(async () => {
  for (const { server, child } of running.splice(0)) {
    await server?.stop();
    child?.kill('SIGKILL');
  }
  // What a test killed leaves its server to the watchdog, which needs a moment to end it.
  const data = join(directory, 'postgres');
  await expect.poll(() => processesOf(data), { timeout: 15_000 }).toEqual([]);
  rmSync(root, { recursive: true, force: true });
});

async function open(): Promise<EmbeddedServer> {
  const server = await startEmbedded({ directory, durable: false });
  running.push({ server });
  return server;
}

interface Answer {
  readonly url: string;
  readonly pid: number;
  readonly name?: string;
  readonly message?: string;
}

/** Opens the project in another Node process. */
async function openElsewhere(): Promise<{ child: ChildProcess; answer: Answer }> {
  const script = new URL('./open-and-wait.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push({ child });
  const text = await new Promise<string>((resolve) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  return { child, answer: JSON.parse(text) as Answer };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the embedded database', { timeout: 120_000 }, () => {
  it('keeps its rows from one start to the next, sorted by code point and with checksums', async () => {
    const first = await open();
    await runSql(first.url, `CREATE TABLE t (x text); INSERT INTO t VALUES ('b'), ('A'), ('ä'), ('a')`);
    await first.stop();
    const { url } = await open();
    expect(await runSql(url, 'SELECT x FROM t ORDER BY x')).toEqual([
      { x: 'A' },
      { x: 'a' },
      { x: 'b' },
      { x: 'ä' },
    ]);
    expect(await runSql(url, 'SHOW data_checksums')).toEqual([{ data_checksums: 'on' }]);
    expect(await runSql(url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  });

  it('lets nobody in without the password', async () => {
    const { url } = await open();
    const stranger = new URL(url);
    stranger.password = 'guess';
    await expect(runSql(stranger.href, 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('is refused to a second process and to a second opening, and unharmed by the attempt', async () => {
    const { answer, child } = await openElsewhere();
    const refused = await startEmbedded({ directory }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DatabaseInUseError);
    expect(refused).toMatchObject({
      pid: child.pid,
      message: expect.stringContaining(`process ${child.pid}`),
    });
    expect(await runSql(answer.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.on('exit', resolve));
    await open();
    const second = await openElsewhere();
    expect(second.answer).toMatchObject({ name: 'DatabaseInUseError' });
  });

  it('goes to exactly one of several processes that open a new project at once', async () => {
    const answers = await Promise.all([openElsewhere(), openElsewhere(), openElsewhere()]);
    expect(answers.map(({ answer }) => answer.name ?? 'opened').sort()).toEqual([
      'DatabaseInUseError',
      'DatabaseInUseError',
      'opened',
    ]);
  });

  it('ends when its process is killed, and opens again with every committed row', async () => {
    const { child, answer } = await openElsewhere();
    await runSql(answer.url, 'CREATE TABLE t (x int); INSERT INTO t VALUES (1)');
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(answer.pid), { timeout: 10_000 }).toBe(false);
    const { url } = await open();
    expect(await runSql(url, 'SELECT x FROM t')).toEqual([{ x: 1 }]);
  });

  it('opens at once after both were killed', async () => {
    const { child, answer } = await openElsewhere();
    await runSql(answer.url, 'CREATE TABLE t (x int); INSERT INTO t VALUES (1)');
    process.kill(answer.pid, 'SIGKILL');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
    const { url } = await open();
    expect(await runSql(url, 'SELECT x FROM t')).toEqual([{ x: 1 }]);
  });

  it('is restarted at the same address when the server dies', async () => {
    const server = await open();
    const events: boolean[] = [];
    server.onExit(({ final }) => events.push(final));
    const before = server.pid;
    process.kill(before, 'SIGKILL');
    await expect
      .poll(() => runSql(server.url, 'SELECT 1 AS one').catch(() => undefined), { timeout: 15_000 })
      .toEqual([{ one: 1 }]);
    expect(server.pid).not.toBe(before);
    expect(events).toEqual([false]);
  });

  it('starts over when its creation was interrupted', async () => {
    mkdirSync(join(directory, 'postgres.new', 'base'), { recursive: true });
    writeFileSync(join(directory, 'postgres.new', 'PG_VERSION'), '18\n');
    writeFileSync(join(directory, 'postgres.secret'), 'old');
    const { url } = await open();
    expect(await runSql(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says so when its files are of another major version', async () => {
    await (await open()).stop();
    const file = join(directory, 'postgres', 'PG_VERSION');
    const version = readFileSync(file);
    writeFileSync(file, '15\n');
    const refused = await startEmbedded({ directory }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DatabaseVersionError);
    expect(String(refused)).toMatch(/PostgreSQL 15.*PostgreSQL 18/);
    writeFileSync(file, version);
    await open();
  });

  it.runIf(process.getuid?.() === 0)(
    'keeps the data outside of a project that its account cannot enter',
    async () => {
      chmodSync(root, 0o700);
      const first = await open();
      await runSql(first.url, 'CREATE TABLE kept ()');
      await first.stop();
      const home = readFileSync(join(directory, 'database-location'), 'utf8');
      try {
        expect(existsSync(join(directory, 'postgres'))).toBe(false);
        expect(await runSql((await open()).url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
      } finally {
        for (const { server } of running) await server?.stop();
        rmSync(home, { recursive: true });
      }
    },
  );
});
