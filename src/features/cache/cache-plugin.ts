import { type ApolloServerPlugin, type GraphQLRequestContext, HeaderMap } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import { SplicedData } from '../../query/compile/index.ts';
import type { GraphQLContext } from '../../query/graphql-context.ts';
import type { AnswerCache } from './answer-cache.ts';
import { cacheHeaders } from './headers.ts';
import type { Judge, Judgement } from './judge-operations.ts';
import type { Turn } from './kept-answers.ts';

/** What is known of a request between its beginning and its answer. */
interface UnderWay {
  readonly judgement: Judgement;
  readonly turn: Turn;
}

type Context = GraphQLRequestContext<object>;

/**
 * Answers from `cache` (undefined: nothing is kept here) what may be, keeps what the hooks after this one or the resolvers
 * answer, and says to other caches what they may keep. Both executors pass here, and neither knows of it.
 */
export function cachePlugin(judge: Judge, cache: AnswerCache | undefined): ApolloServerPlugin<object> {
  const underWay = new WeakMap<object, UnderWay>();
  const hooks = {
    async responseForOperation({ request, document, operation, contextValue }: Context) {
      if (!document || operation?.operation !== 'query') return null;
      const { scope } = contextValue as GraphQLContext;
      const asked = { document, operation, variables: request.variables ?? {}, scope };
      const judgement = judge.judge(asked);
      if (!judgement) return null;
      const turn: Turn = cache ? await cache.turn(asked, judgement) : { kind: 'alone' };
      underWay.set(contextValue, { judgement, turn });
      return turn.kind === 'kept' ? spliced(turn.answer.text) : null;
    },
    async willSendResponse({ response, operation, contextValue }: Context) {
      if (response.body?.kind !== 'single') return;
      const { singleResult } = response.body;
      // Whoever wrote something reads it in whatever they ask next.
      if (operation?.operation === 'mutation' && singleResult.data != null) return cache?.caughtUp();
      const found = underWay.get(contextValue);
      if (!found) return;
      finish(found.turn, singleResult);
      // Everything else goes out with the `no-store` that all answers begin with.
      if (singleResult.errors || singleResult.data == null) return;
      const age = found.turn.kind === 'kept' ? Date.now() - found.turn.answer.at : undefined;
      for (const [name, value] of cacheHeaders(found.judgement, age)) response.http.headers.set(name, value);
    },
  };
  return {
    requestDidStart: async () => hooks,
    async unexpectedErrorProcessingRequest({ requestContext }) {
      const found = underWay.get(requestContext.contextValue);
      if (found?.turn.kind === 'first') found.turn.finish(undefined);
    },
  };
}

/** Hands on what the first of several requests was answered; errors and extensions are one request's own. */
function finish(turn: Turn, { data, errors, extensions }: FormattedExecutionResult): void {
  if (turn.kind !== 'first') return;
  const isWhole = data != null && !errors && !extensions;
  turn.finish(isWhole ? textOf(data) : undefined);
}

function textOf(data: unknown): string {
  return data instanceof SplicedData ? data.text : JSON.stringify(data);
}

/** Apollo takes `data` for an object; `stringifyResult` knows better. */
function spliced(text: string) {
  const singleResult = { data: new SplicedData(text) } as unknown as FormattedExecutionResult;
  return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } } as const;
}
