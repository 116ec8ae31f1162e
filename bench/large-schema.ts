// How long a schema of 100 models with 1,000 fields takes to build and to boot, and what of it dominates.
//   node --import tsx bench/large-schema.ts
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRules } from '../src/access/compile-rules.ts';
import { emitApi } from '../src/emit/api/emit-api.ts';
import { emitPrismaSchema } from '../src/emit/prisma/emit-prisma.ts';
import { emitSqlObjects } from '../src/emit/sql/emit-sql-objects.ts';
import { readSchema } from '../src/read/index.ts';

const MODELS = 100;

/** Eight values, one to-one and one list each: ten fields a model besides the id. */
function makeSchema(): string {
  return Array.from({ length: MODELS }, (_, index) => {
    const next = (index + 1) % MODELS;
    const before = (index + MODELS - 1) % MODELS;
    return `type Model${index} @model @access(read: "this.owner == viewer.id", create: "viewer != null", update: "this.owner == viewer.id", delete: "false") {
  id: ID!
  owner: String!
  title: String! @constraint(minLength: 1, maxLength: 100)
  code: String! @unique
  size: Int
  price: Decimal
  open: Boolean! @default(value: true)
  tags: [String!]!
  createdAt: DateTime! @createdAt
  next: Model${next}
  from: [Model${before}!]!
}`;
  }).join('\n');
}

function timed<T>(name: string, work: () => T): T {
  const started = performance.now();
  const result = work();
  console.log(`${name.padEnd(28)} ${(performance.now() - started).toFixed(0).padStart(6)} ms`);
  return result;
}

function build(text: string): void {
  const { app, problems } = timed('read', () => readSchema([{ file: 'schema.graphql', text }]));
  if (!app) throw new Error(problems.map(({ message }) => message).join('\n'));
  const { rules } = timed('compile rules', () => compileRules(app));
  timed('emit the API', () => emitApi(app, rules));
  timed('emit Prisma', () => emitPrismaSchema(app));
  timed('emit SQL objects', () => emitSqlObjects(app, rules));
}

async function boot(directory: string, name: string): Promise<void> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(import.meta.dirname, '../src/main.ts'),
      'dev',
      '--project',
      directory,
      '--port',
      '4790',
      '--no-watch',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const answers = () =>
    fetch('http://127.0.0.1:4790/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    }).then(
      ({ ok }) => ok,
      () => false,
    );
  while (child.exitCode === null && !(await answers()))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? '0';
  console.log(
    `${name.padEnd(28)} ${(performance.now() - started).toFixed(0).padStart(6)} ms, ${Math.round(Number(memory) / 1024)} MB`,
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

const text = makeSchema();
build(text);
const directory = mkdtempSync(join(tmpdir(), 'plinth-large-'));
writeFileSync(join(directory, 'schema.graphql'), text);
await boot(directory, 'first boot, new database');
await boot(directory, 'boot, existing database');
rmSync(directory, { recursive: true, force: true });
