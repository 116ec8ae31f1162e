import { GraphQLError } from 'graphql';
import { HeaderMap } from '../../kit/apollo-server.ts';

/**
 * What makes clients of automatic persisted queries send the text. They look at the message or the code, and want status
 * 200; caches in between must not keep the answer, since the next one is another.
 */
export function documentNotFound(status: 200 | 404): GraphQLError {
  const headers = new HeaderMap([['cache-control', 'private, no-cache, must-revalidate']]);
  return new GraphQLError('PersistedQueryNotFound', {
    extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', http: { status, headers } },
  });
}
