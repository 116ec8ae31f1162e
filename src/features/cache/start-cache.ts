import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLContext } from '../../query/graphql-context.ts';
import { cacheHeaders } from './headers.ts';
import { Judge, type Judgement } from './judge-operations.ts';
import type { CacheParts } from './operation-facts.ts';
import { apiOwners } from './owners.ts';

/** What caching does at request time. */
export interface CacheRuntime {
  /** In front of everything that answers. */
  readonly plugin: ApolloServerPlugin<object>;
}

/** Undefined where the author's schema has no `@cacheControl`: nothing is kept then, and nothing costs anything. */
export function startCache(parts: Omit<CacheParts, 'owners'>): CacheRuntime | undefined {
  if (parts.app.cacheHints.size === 0) return undefined;
  const judge = new Judge({ ...parts, owners: apiOwners(parts.app) });
  return { plugin: cachePlugin(judge) };
}

function cachePlugin(judge: Judge): ApolloServerPlugin<object> {
  const judgements = new WeakMap<object, Judgement>();
  const hooks: Awaited<ReturnType<NonNullable<ApolloServerPlugin<object>['requestDidStart']>>> = {
    async responseForOperation({ request, document, operation, contextValue }) {
      const { scope } = contextValue as GraphQLContext;
      const judgement =
        operation && judge.judge({ document, operation, variables: request.variables ?? {}, scope });
      if (judgement) judgements.set(contextValue, judgement);
      return null;
    },
    async willSendResponse({ response, contextValue }) {
      const judgement = judgements.get(contextValue);
      // Everything else goes out with the `no-store` that all answers begin with.
      if (!judgement || response.body.kind !== 'single' || response.body.singleResult.errors) return;
      for (const [name, value] of Object.entries(cacheHeaders(judgement)))
        response.http.headers.set(name, value);
    },
  };
  return { requestDidStart: async () => hooks };
}
