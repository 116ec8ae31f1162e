import type { ApolloServer as Apollo, ApolloServerPlugin } from '@apollo/server';
import type { Config } from '../config/config.ts';
import {
  ApolloServer,
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '../kit/apollo-server.ts';
import { makeDocumentStore } from './document-store.ts';
import type { Log } from './log.ts';
import type { MaskError } from './mask-errors.ts';
import { asksForLegacyJson } from './negotiate-media-type.ts';
import type { ContextValue, PlinthApp } from './types.ts';

/** The header under which our request id reaches Apollo's hooks. Never taken from the client. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** Which request an error belongs to: Apollo's formatError is told the error and nothing else. */
export type RequestIds = WeakMap<object, string>;

/** Makes the Apollo Server of one app. It is started; it binds nothing. */
export async function makeApollo(
  app: PlinthApp,
  deps: {
    readonly config: Config;
    readonly log: Log;
    readonly maskError: MaskError;
    readonly requestIds: RequestIds;
  },
): Promise<Apollo<ContextValue>> {
  const { config, log, maskError, requestIds } = deps;
  const production = config.mode === 'production';
  const apollo = new ApolloServer<ContextValue>({
    schema: app.schema,
    nodeEnv: config.mode,
    logger: log,
    // Introspection is refused per request instead (see graphql-request.ts), since the admin key allows it.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    // Replaced by refuse-cross-site-requests.ts: Apollo's own would refuse plain GET queries, which the GraphQL over
    // HTTP specification wants answered.
    csrfPrevention: false,
    documentStore: makeDocumentStore(app.preparedDocument),
    parseOptions: { maxTokens: config.limits.tokens },
    validationOptions: { maxErrors: 20, hideSuggestions: production },
    formatError: (formatted, error) => maskError(formatted, error, idOf(error, requestIds)),
    plugins: [...disabledPlugins(), attachRequestId(requestIds), useLegacyStatus, ...(app.plugins ?? [])],
    ...(app.stringifyResult && { stringifyResult: app.stringifyResult }),
  });
  await apollo.start();
  return apollo;
}

/** What Apollo adds by itself: it would slow every field down, phone home, or put traces into answers. */
function disabledPlugins(): ApolloServerPlugin<ContextValue>[] {
  return [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ];
}

function attachRequestId(requestIds: RequestIds): ApolloServerPlugin<ContextValue> {
  return {
    async requestDidStart({ request }) {
      const id = request.http?.headers.get(REQUEST_ID_HEADER);
      return {
        async didEncounterErrors({ errors }) {
          if (id !== undefined) for (const error of errors) requestIds.set(error, id);
        },
      };
    },
  };
}

/** Failures of a request that is well-formed as HTTP and JSON, before it runs. */
const OPERATION_FAULTS: readonly unknown[] = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
];

/**
 * GraphQL over HTTP §6.4.1: to a client that asks for `application/json` by name, a document that does not parse,
 * validate or take its variables is answered with 200, because such a client cannot tell our 400 from a proxy's.
 */
const useLegacyStatus: ApolloServerPlugin<ContextValue> = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, response, errors }) {
        if (response.http.status !== 400 || !asksForLegacyJson(request.http?.headers.get('accept'))) return;
        const codes = errors?.map(({ extensions }) => extensions.code) ?? [];
        if (codes.every((code) => OPERATION_FAULTS.includes(code))) response.http.status = 200;
      },
    };
  },
};

function idOf(error: unknown, requestIds: RequestIds): string | undefined {
  return typeof error === 'object' && error !== null ? requestIds.get(error) : undefined;
}
