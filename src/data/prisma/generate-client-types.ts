import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

export interface GenerateTypesOptions {
  /** Holds prisma/schema.prisma; types go to generated/prisma. */
  readonly projectDir: string;
  readonly prismaSchema: string;
}

/**
 * Writes Prisma's typed client for the author's resolvers. Needs no network. Answers false when the files of this very
 * schema are there already.
 * @throws Error with Prisma's own output when it fails
 */
export async function generatePrismaClientTypes(options: GenerateTypesOptions): Promise<boolean> {
  const output = join(options.projectDir, 'generated', 'prisma');
  const stamp = join(options.projectDir, 'generated', '.prisma-schema');
  const hash = createHash('sha256').update(`${prismaVersion()}\n${options.prismaSchema}`).digest('hex');
  if (existsSync(join(output, 'client.ts')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash)
    return false;
  mkdirSync(dirname(stamp), { recursive: true });
  // The generator block is ours: where files go is no business of the schema that migrations are made of.
  const draft = join(options.projectDir, 'generated', 'schema.prisma');
  const body = options.prismaSchema.replace(/^generator\s+\w+\s*\{[^}]*\}\n*/gm, '');
  writeFileSync(draft, `${generatorBlock}\n${body}`);
  try {
    await runPrismaGenerate(draft);
  } finally {
    rmSync(draft, { force: true });
  }
  writeFileSync(stamp, hash);
  return true;
}

const generatorBlock = `generator client {
  provider = "prisma-client"
  output   = "./prisma"
}
`;

function runPrismaGenerate(schema: string): Promise<void> {
  const cli = join(dirname(require.resolve('prisma/package.json')), 'build', 'index.js');
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: tmpdir(),
    NO_COLOR: '1',
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    // Never run here; naming any existing file keeps the CLI from downloading one.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, 'generate', '--schema', schema, '--no-hints'], {
      cwd: dirname(schema),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Prisma could not write the client's types:\n${output.trim()}`));
    });
  });
}

function prismaVersion(): string {
  const manifest = require('prisma/package.json') as { version: string };
  return manifest.version;
}
