import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLContext } from '../query/graphql-context.ts';

/**
 * In development, an answer says how many of its values a field rule has hidden: `extensions.access.hidden`, by field. It
 * stands before the cache, which keeps no answer with extensions.
 */
export const tellHidden: ApolloServerPlugin<object> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body }, contextValue }) {
        const { hidden } = (contextValue as GraphQLContext).scope;
        if (body.kind !== 'single' || hidden.size === 0) return;
        const access = { hidden: Object.fromEntries(hidden) };
        body.singleResult.extensions = { ...body.singleResult.extensions, access };
      },
    };
  },
};
