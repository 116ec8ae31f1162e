import type { GraphQLFieldResolver } from 'graphql';
import type { GraphQLContext } from '../graphql-context.ts';

// The type of a parent differs from field to field and GraphQL cannot say it; each resolver narrows its own.
export type Resolver = GraphQLFieldResolver<unknown, GraphQLContext, Readonly<Record<string, unknown>>>;

/** Resolvers by field, by type. */
export type ResolverMap = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

/** A property of an object that our own resolvers made. */
export function property(name: string): Resolver {
  return (source) => (source as Readonly<Record<string, unknown>>)[name];
}
