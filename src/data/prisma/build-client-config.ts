import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { GetPrismaClientConfig } from '@prisma/client/runtime/client';
import { describeParameters, type ParameterGraph } from './describe-parameters.ts';
import { compileWasm } from './prisma-engine-modules.ts';
import { type DmmfModel, readDmmf } from './read-dmmf.ts';

interface Derived {
  readonly runtimeDataModel: GetPrismaClientConfig['runtimeDataModel'];
  readonly parameterizationSchema: ParameterGraph;
}

/**
 * Answers what a generated Prisma client would hand to Prisma's runtime, derived from the schema's text alone.
 * @param cacheDirectory keeps the derived part, which costs seconds for a schema of a hundred models
 */
export async function buildClientConfig(
  prismaSchema: string,
  cacheDirectory?: string,
): Promise<GetPrismaClientConfig> {
  const clientVersion = readClientVersion();
  return {
    ...derive(prismaSchema, clientVersion, cacheDirectory),
    previewFeatures: [],
    clientVersion,
    engineVersion: clientVersion,
    activeProvider: 'postgresql',
    inlineSchema: prismaSchema,
    compilerWasm: {
      getRuntime: () => import('@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs'),
      getQueryCompilerWasmModule: async () => {
        const { wasm } = await import(
          '@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs'
        );
        return compileWasm(Buffer.from(wasm, 'base64'));
      },
      importName: './query_compiler_fast_bg.js',
    },
  };
}

function derive(prismaSchema: string, version: string, cacheDirectory: string | undefined): Derived {
  const key = createHash('sha256').update(`${version}\n${prismaSchema}`).digest('hex');
  const file =
    cacheDirectory === undefined ? undefined : join(cacheDirectory, `prisma-client-${key.slice(0, 32)}.json`);
  const cached = file === undefined ? undefined : readJson(file);
  if (cached) return cached;
  const dmmf = readDmmf(prismaSchema);
  const models = Object.fromEntries(dmmf.datamodel.models.map((model) => [model.name, describeModel(model)]));
  const derived = {
    runtimeDataModel: { models, enums: {}, types: {} } as unknown as Derived['runtimeDataModel'],
    parameterizationSchema: describeParameters(dmmf),
  };
  if (file !== undefined && cacheDirectory !== undefined) {
    mkdirSync(cacheDirectory, { recursive: true });
    // Renamed into place, so that a process that starts meanwhile never reads half a file.
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(derived));
    renameSync(`${file}.${process.pid}`, file);
  }
  return derived;
}

/** The runtime needs names and kinds only; everything else is in the schema text that the compiler gets. */
function describeModel(model: DmmfModel): object {
  const fields = model.fields.map((field) => ({
    name: field.name,
    kind: field.kind,
    type: field.type,
    ...(field.relationName === undefined ? {} : { relationName: field.relationName }),
    ...(field.dbName ? { dbName: field.dbName } : {}),
  }));
  return { dbName: model.dbName, schema: model.schema, fields };
}

function readJson(file: string): Derived | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Derived;
  } catch {
    return undefined;
  }
}

function readClientVersion(): string {
  const manifest = createRequire(import.meta.url)('@prisma/client/package.json') as { version: string };
  return manifest.version;
}
