import type { Types } from '@graphql-codegen/plugin-helpers';
import { buildApp } from './src/pipeline.ts';
import { resolverTypesConfig } from './src/project/emit-resolver-types.ts';
import { findProject, readSources } from './src/project/find-project.ts';

// The types of resolvers/*.ts, as `plinth generate` writes them too; here for those who run GraphQL Code Generator.
const built = buildApp(readSources(findProject(import.meta.dirname)));

const config: Types.Config = {
  schema: built.apiSdl,
  generates: {
    'generated/resolvers.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: resolverTypesConfig(built),
    },
  },
};

export default config;
