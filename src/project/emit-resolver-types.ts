import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { buildSchema, parse, printSchema } from 'graphql';
import { ownScalars } from '../model/own-scalars.ts';
import type { BuiltApp } from '../pipeline.ts';

/** How `generated/resolvers.ts` is made, for GraphQL Code Generator; `codegen.ts` of a project says the same. */
export function resolverTypesConfig(app: Pick<BuiltApp, 'app'>): Record<string, unknown> {
  // What their code makes of a value is the author's to know.
  const scalars = Object.fromEntries([...ownScalars(app.app)].map((name) => [name, 'any']));
  const mappers = app.app.entities.map(({ name }) => [name, `./rows.ts#${name}Row`]);
  return {
    contextType: './context.ts#Context',
    mappers: Object.fromEntries(mappers),
    useTypeImports: true,
    enumsAsTypes: true,
    useIndexSignature: false,
    defaultScalarType: 'string',
    scalars: { JSON: 'unknown', ID: 'string', ...scalars },
    makeResolverTypeCallable: false,
    noSchemaStitching: true,
  };
}

/** Types of the author's resolvers, from the API's SDL. Pure: same API, same bytes. */
export async function emitResolverTypes(built: BuiltApp): Promise<string> {
  const schema = buildSchema(built.apiSdl);
  const output = await codegen({
    filename: 'resolvers.ts',
    schema: parse(printSchema(schema)),
    schemaAst: schema,
    documents: [],
    config: resolverTypesConfig(built),
    plugins: [{ typescript: {} }, { resolvers: {} }],
    pluginMap: { typescript, resolvers },
  });
  return `// Emitted by plinth from schema.graphql; do not edit.\n${output}`;
}

/** The context's type with the project's own Prisma client in it. */
export function emitContextTypes(): string {
  return [
    '// Emitted by plinth from schema.graphql; do not edit.',
    "import type { ResolverContext } from 'plinth';",
    "import type { PrismaClient } from './prisma/client.ts';",
    '',
    '/** What resolvers get as `ctx`. */',
    'export type Context = ResolverContext<PrismaClient>;',
    '',
  ].join('\n');
}
