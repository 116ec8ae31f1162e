import { createRequire } from 'node:module';
import type * as ApolloServerPackage from '@apollo/server';
import type * as ApolloErrors from '@apollo/server/errors';
import type * as ApolloDisabledPlugins from '@apollo/server/plugin/disabled';

// Its CommonJS build: two hundred files, with those that they take, which Node loads sooner than as many modules. In all of Plinth,
// so that a class of it is there once.
const require = createRequire(import.meta.url);

export const { ApolloServer, HeaderMap } = require('@apollo/server') as typeof ApolloServerPackage;

export const { unwrapResolverError } = require('@apollo/server/errors') as typeof ApolloErrors;

export const {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} = require('@apollo/server/plugin/disabled') as typeof ApolloDisabledPlugins;
