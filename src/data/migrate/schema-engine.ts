import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { messageOf } from '../../kit/message-of.ts';
import { compileWasm, instantiateWasm } from '../prisma/prisma-engine-modules.ts';
import { MigrationError } from './migration-errors.ts';

type Target = { tag: 'empty' } | { tag: 'schemaDatamodel'; files: { path: string; content: string }[] };

interface SchemaEngine {
  diff(params: {
    from: Target;
    to: Target;
    script: boolean;
    exitCode: null;
    filters: { externalTables: string[]; externalEnums: string[] };
  }): Promise<{ stdout: string | null }>;
}

interface EngineModule {
  __wbg_set_wasm(exports: unknown): void;
  SchemaEngine: {
    new: (options: object, log: (line: string) => void, adapter: object) => Promise<SchemaEngine>;
  };
}

let loading: Promise<SchemaEngine> | undefined;

/**
 * The SQL that turns a database of one Prisma schema into one of the other. Needs no database. Empty when they are equal.
 * @param from undefined stands for an empty database
 * @throws MigrationError with Prisma's explanation when a schema is not valid
 */
export async function diffSchemas(from: string | undefined, to: string | undefined): Promise<string> {
  loading ??= loadEngine();
  const engine = await loading;
  try {
    const filters = { externalTables: [], externalEnums: [] };
    const { stdout } = await engine.diff({
      from: target(from),
      to: target(to),
      script: true,
      exitCode: null,
      filters,
    });
    return tidy(stdout ?? '');
  } catch (error) {
    const why = messageOf(error);
    throw new MigrationError(`Prisma's schema engine could not compare the schemas: ${why}`, {
      cause: error,
    });
  }
}

function target(schema: string | undefined): Target {
  if (schema === undefined) return { tag: 'empty' };
  return { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] };
}

/**
 * Transactions are the runner's business, so the engine's own must go: its COMMIT would keep half a migration. The
 * schema `public` exists, and asking for it again takes a right that a deployment's account may lack.
 */
function tidy(script: string): string {
  if (/^-- This is an empty migration\.\s*$/.test(script)) return '';
  return script
    .replace(/^(BEGIN|COMMIT);\n/gm, '')
    .replace(/^-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n+/m, '')
    .trim();
}

/** The package's own entry imports the .wasm file as a module, which Node cannot without a flag. */
async function loadEngine(): Promise<SchemaEngine> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const glue = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as EngineModule;
  const module = compileWasm(readFileSync(entry.replace(/\.js$/, '.wasm')));
  const exports = instantiateWasm(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  const adapter = bindMigrationAwareSqlAdapterFactory(offlineAdapter());
  return glue.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
}

/** The engine asks which PostgreSQL it talks to before it does anything; comparing schemas needs nothing more. */
function offlineAdapter(): SqlMigrationAwareDriverAdapterFactory {
  const names = { provider: 'postgres', adapterName: 'plinth-offline' } as const;
  const database: SqlDriverAdapter = {
    ...names,
    queryRaw: async () => ({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [5, 7, 0],
      rows: [[true, 'PostgreSQL 16.0', 160_000]],
    }),
    executeRaw: async () => 0,
    executeScript: async () => undefined,
    startTransaction: () => Promise.reject(new Error('There is no database behind this adapter')),
    dispose: async () => undefined,
  };
  return { ...names, connect: async () => database, connectToShadowDb: async () => database };
}
