import type { ApolloServerPlugin } from '@apollo/server';
import type { CacheConfig } from '../../config/index.ts';
import { type Db, listen } from '../../data/index.ts';
import { AnswerCache } from './answer-cache.ts';
import { CachedOperations } from './cached-operations.ts';
import { Changes } from './changes.ts';
import { type Asked, Judge } from './judge-operations.ts';
import { KeptAnswers } from './kept-answers.ts';
import type { CacheParts } from './operation-facts.ts';
import { apiOwners } from './owners.ts';
import { CHANGES_CHANNEL, watchedTables } from './triggers.ts';

/** What caching does at request time. */
export interface CacheRuntime {
  /** In front of everything that answers. */
  readonly plugin: ApolloServerPlugin<object>;
  /** Whether an answer may be kept, so that it must be read where changes are told. */
  concerns(asked: Omit<Asked, 'scope'>): boolean;
  /** Whether an operation may pass Apollo by, through `answerAgain`: what writes has to wait until it is heard of. */
  mayAnswerAgain(asked: Omit<Asked, 'scope'>): boolean;
  readonly answerAgain: CachedOperations['answerAgain'];
  readonly remember: CachedOperations['remember'];
  /** Resolves when what has been committed so far is known here: answers are none from before. */
  caughtUp(): Promise<void>;
  dispose(): Promise<void>;
}

export interface CacheRuntimeParts extends Omit<CacheParts, 'owners'> {
  readonly db: Db;
  readonly config: CacheConfig;
  /** Milliseconds that a request may take. */
  readonly requestMs: number;
  readonly log: { warn(facts: object, message: string): void };
}

/** Undefined where the author's schema has no `@cacheControl`: nothing is kept then, and nothing costs anything. */
export function startCache(parts: CacheRuntimeParts): CacheRuntime | undefined {
  if (parts.app.cacheHints.size === 0) return undefined;
  const judge = new Judge({ ...parts, owners: apiOwners(parts.app) });
  const isKept = parts.config.bytes > 0 && watchedTables(parts.app).length > 0;
  const cache = isKept ? startKeeping(parts) : undefined;
  const operations = new CachedOperations(judge, cache);
  return {
    plugin: operations.plugin,
    concerns: (asked) => judge.mayBeKept(asked),
    mayAnswerAgain: ({ operation }) => operation.operation === 'query',
    answerAgain: (sent, context, work) => operations.answerAgain(sent, context, work),
    remember: (text, document) => operations.remember(text, document),
    caughtUp: async () => cache?.caughtUp(),
    dispose: async () => cache?.close(),
  };
}

function startKeeping({ app, db, config, requestMs, log }: CacheRuntimeParts): AnswerCache {
  const changes = new Changes();
  const kept = new KeptAnswers({
    changes,
    maxEntries: config.entries,
    maxBytes: config.bytes,
    patienceMs: requestMs,
  });
  let told = false;
  let cache: AnswerCache | undefined;
  const listener = listen({
    db,
    channel: CHANGES_CHANNEL,
    onMessage: (table) => changes.changed(table),
    onHearing: (hears) => {
      told = told && !hears;
      if (!hears) changes.changedUnheard();
      cache?.setHearing(hears);
    },
    onFault: (err) => {
      if (!told) log.warn({ err }, 'answers are not kept until changes can be heard again');
      told = true;
    },
  });
  cache = new AnswerCache(kept, listener, watchedTables(app));
  return cache;
}
