import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import { type DocumentNode, type FormattedExecutionResult, getOperationAST } from 'graphql';
import { LRUCache } from 'lru-cache';
import { HeaderMap } from '../../kit/apollo-server.ts';
import { asByteText, type ByteText, charsOf, toByteText } from '../../kit/byte-text.ts';
import { SplicedData } from '../../query/compile/index.ts';
import type { GraphQLContext } from '../../query/graphql-context.ts';
import type { RequestScope } from '../../query/request-scope.ts';
import type { AnswerCache } from './answer-cache.ts';
import { cacheHeaders } from './headers.ts';
import type { Asked, Judge, Judgement } from './judge-operations.ts';
import type { Turn } from './kept-answers.ts';

/** An operation as it was sent. */
interface Sent {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** A whole answer without errors. */
interface Answered {
  readonly text: ByteText;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is known of a request between its beginning and its answer. */
interface UnderWay {
  readonly judgement: Judgement;
  readonly turn: Turn;
}

type Context = GraphQLRequestContext<object>;

/** Texts longer than this are parsed anew each time: they are rare, and the memory is for strangers to fill. */
const REMEMBERED_LENGTH = 16_384;
const REMEMBERED_TEXTS = 500;
/** A document takes some hundred times as many bytes. */
const REMEMBERED_CHARACTERS = 1_000_000;

/**
 * Answers from `cache` (undefined: nothing is kept here) what may be, keeps what the hooks after this one or the resolvers
 * answer, and says to other caches what they may keep. Both executors pass here, and neither knows of it.
 */
export class CachedOperations {
  readonly plugin: ApolloServerPlugin<object>;
  readonly #judge: Judge;
  readonly #cache: AnswerCache | undefined;
  /** By scope: Apollo works with a copy of the context. */
  readonly #underWay = new WeakMap<RequestScope, UnderWay>();
  /** Documents that came by, by text: such a text is valid. */
  readonly #documents = new LRUCache<string, DocumentNode>({
    max: REMEMBERED_TEXTS,
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (_document, text) => text.length + 1,
  });

  constructor(judge: Judge, cache: AnswerCache | undefined) {
    this.#judge = judge;
    this.#cache = cache;
    const hooks = {
      responseForOperation: (context: Context) => this.#answer(context),
      willSendResponse: (context: Context) => this.#send(context),
    };
    this.plugin = {
      requestDidStart: async () => hooks,
      unexpectedErrorProcessingRequest: async ({ requestContext: { contextValue } }) => {
        const found = this.#underWay.get((contextValue as GraphQLContext).scope);
        if (found?.turn.kind === 'first') found.turn.finish(undefined);
      },
    };
  }

  /**
   * The whole answer to a text that Apollo has judged before: what is kept, or what `work` answers (undefined: Apollo is to
   * be asked after all, and goes on with the turn that this request has).
   */
  async answerAgain(
    { query, operationName, variables = {} }: Sent,
    context: object,
    work: () => Promise<Answered | undefined>,
  ): Promise<Answered | undefined> {
    const document = this.#documents.get(query);
    const operation = document && getOperationAST(document, operationName);
    const { scope } = context as GraphQLContext;
    // What Apollo has not shown here yet, it has to.
    if (!operation) return undefined;
    const judgement = this.#judge.judge({ document, operation, variables, scope });
    if (!judgement) return work();
    const turn = await this.#turn({ document, operation, variables, scope }, judgement);
    if (turn.kind === 'kept') return answered(turn.answer.text, judgement, Date.now() - turn.answer.at);
    try {
      const answer = await work();
      if (!answer) return undefined;
      const data = asByteText(charsOf(answer.text).slice(BEFORE_DATA.length, -AFTER_DATA.length));
      if (turn.kind === 'first') turn.finish(data);
      const { text, headers } = answered(data, judgement, undefined);
      return { text, headers: { ...answer.headers, ...headers } };
    } catch (error) {
      if (turn.kind === 'first') turn.finish(undefined);
      throw error;
    }
  }

  /** Takes a document that is valid for one that Apollo has shown. */
  remember(text: string, document: DocumentNode): void {
    if (text.length <= REMEMBERED_LENGTH) this.#documents.set(text, document);
  }

  /** A request has one turn, whoever asks for it. */
  async #turn(asked: Asked, judgement: Judgement): Promise<Turn> {
    const known = this.#underWay.get(asked.scope);
    if (known) return known.turn;
    const turn: Turn = this.#cache ? await this.#cache.turn(asked, judgement) : { kind: 'alone' };
    this.#underWay.set(asked.scope, { judgement, turn });
    return turn;
  }

  async #answer({ request, document, operation, contextValue }: Context) {
    if (!document || operation?.operation !== 'query') return null;
    const { scope } = contextValue as GraphQLContext;
    const asked = { document, operation, variables: request.variables ?? {}, scope };
    const { query } = request;
    if (query !== undefined) this.remember(query, document);
    const judgement = this.#judge.judge(asked);
    if (!judgement) return null;
    const turn = await this.#turn(asked, judgement);
    return turn.kind === 'kept' ? spliced(turn.answer.text) : null;
  }

  async #send({ response, operation, contextValue }: Context): Promise<void> {
    if (response.body?.kind !== 'single') return;
    const { singleResult } = response.body;
    // Whoever wrote something reads it in whatever they ask next.
    if (operation?.operation === 'mutation' && singleResult.data != null) return this.#cache?.caughtUp();
    // Also of a text that is not valid: `answerAgain` may have begun with what another one like it was made of.
    const found = this.#underWay.get((contextValue as GraphQLContext).scope);
    if (!found) return;
    finish(found.turn, singleResult);
    // Everything else goes out with the `no-store` that all answers begin with.
    if (singleResult.errors || singleResult.data == null) return;
    const age = found.turn.kind === 'kept' ? Date.now() - found.turn.answer.at : undefined;
    for (const [name, value] of cacheHeaders(found.judgement, age)) response.http.headers.set(name, value);
  }
}

const BEFORE_DATA = '{"data":';
const AFTER_DATA = '}\n';

function answered(data: ByteText, judgement: Judgement, age: number | undefined): Answered {
  return {
    text: asByteText(`${BEFORE_DATA}${data}${AFTER_DATA}`),
    headers: Object.fromEntries(cacheHeaders(judgement, age)),
  };
}

/** Hands on what the first of several requests was answered; errors and extensions are one request's own. */
function finish(turn: Turn, { data, errors, extensions }: FormattedExecutionResult): void {
  if (turn.kind !== 'first') return;
  const isWhole = data != null && !errors && !extensions;
  turn.finish(isWhole ? textOf(data) : undefined);
}

function textOf(data: unknown): ByteText {
  return data instanceof SplicedData ? data.text : toByteText(JSON.stringify(data));
}

/** Apollo takes `data` for an object; `stringifyResult` knows better. */
function spliced(text: ByteText) {
  const singleResult = { data: new SplicedData(text) } as unknown as FormattedExecutionResult;
  return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } } as const;
}
