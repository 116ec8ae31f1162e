import type { ApolloServerPlugin } from '@apollo/server';
import type {
  DocumentNode,
  FormattedExecutionResult,
  GraphQLError,
  GraphQLFormattedError,
  GraphQLSchema,
} from 'graphql';
import type { Config } from '../config/config.ts';
import type { ByteText } from '../kit/byte-text.ts';
import type { ViewerState } from '../model/viewer.ts';
import type { TrustedDocuments } from '../operations/index.ts';
import type { Log } from './log.ts';

/** What the rest of Plinth may know of an HTTP request. */
export interface RequestInfo {
  readonly method: string;
  /** Path and query string, as received. */
  readonly url: string;
  /** Names in lower case. The admin key is taken out before anyone else sees the headers. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Made by us for every request; the client gets it as `x-request-id` and in masked errors. */
  readonly requestId: string;
  /** Aborted at the time limit and when the client goes away; running SQL is to be cancelled then. */
  readonly signal: AbortSignal;
  readonly remoteAddress: string;
  readonly viewer: ViewerState;
  /** The admin key vouches for the viewer: they are who `X-Plinth-As` says, whatever cookies or tokens say. */
  readonly hasAdminKey: boolean;
  /** Puts a `Set-Cookie` on the answer. */
  readonly setCookie: (cookie: string) => void;
  /** Masks and logs an error that reaches the client on a way of its own, past Apollo's `formatError`. */
  readonly toViewer: (error: GraphQLError) => GraphQLFormattedError;
}

/** A request to a path that belongs to the app and is no GraphQL: `/auth/*`. */
export interface RouteRequest {
  readonly method: string;
  /** Path and query string, as received. */
  readonly url: string;
  /** Names in lower case, without the admin key. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON body, if there was one. */
  readonly body: unknown;
  readonly remoteAddress: string;
  readonly hasAdminKey: boolean;
}

/** Who opens a connection over which many operations will come. */
export interface ConnectionInfo extends Pick<RequestInfo, 'viewer' | 'hasAdminKey'> {
  /** Names in lower case, without the admin key. */
  readonly headers: RequestInfo['headers'];
}

/** Whose a connection is, while the app watches over it. */
export interface WatchedViewer {
  /** Undefined for whoever is signed out, and for the administrator. */
  readonly id: string | undefined;
  /** The connection has ended. */
  readonly stop: () => void;
}

/** What every context has, whatever else an app puts into it. */
export type ContextValue = object;

/** An operation in its plain form: what nearly every client posts. */
export interface PlainOperation {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** A finished answer without errors. */
export interface TextAnswer {
  /** The whole body. */
  readonly text: ByteText;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One version of the API: made from one `schema.graphql`, replaced as a whole when that changes. */
export interface PlinthApp {
  readonly schema: GraphQLSchema;
  /**
   * Makes the context of one operation. Apollo clones the value shallowly, so it has to be a plain object
   * (private `#fields` of a class would not survive). Thrown `ViewerError`s reach the client.
   */
  createContext(request: RequestInfo): ContextValue | Promise<ContextValue>;
  /**
   * Answers an operation again that was prepared, or that Apollo has parsed, validated and answered before. Undefined where Apollo is to be
   * asked, with the same context: for everything that is new, and for everything that goes wrong.
   */
  answerAgain?(operation: PlainOperation, context: ContextValue): Promise<TextAnswer | undefined>;
  /** Hooks of the compiled path and of features, in order. */
  readonly plugins?: readonly ApolloServerPlugin<ContextValue>[];
  /** Turns an answer into text; the compiled path splices JSON in here. */
  readonly stringifyResult?: (result: FormattedExecutionResult) => string | Promise<string>;
  /** What may be sent by id, and with `PLINTH_DOCUMENTS=trusted` at all. Read when it is first asked for. */
  documents?(): TrustedDocuments;
  /** A document that was parsed and validated before anybody sent it, by the SHA-256 of its text. */
  preparedDocument?(hash: string): DocumentNode | undefined;
  /** Operations that GraphiQL offers, from `operations/*.graphql`. */
  readonly samples?: readonly Sample[];
  /** Answers `/auth/*` and `/dev/mail`. Thrown `ViewerError`s reach the client. */
  answerRoute?(request: RouteRequest): Promise<Response>;
  /**
   * Says whose a connection is, and calls `onEnd` when it is not theirs any more: the session has ended, or what was known
   * of the viewer has changed. Called at most a few times; never after `stop`.
   * @throws ViewerError UNAUTHENTICATED for credentials that are not valid
   */
  watchViewer?(who: ConnectionInfo, onEnd: () => void): Promise<WatchedViewer>;
  /** Called once this version answers no more requests. */
  dispose?(): Promise<void>;
}

/** An operation to try out. */
export interface Sample {
  readonly name: string;
  readonly source: string;
}

/** Whether this process may get traffic, with the reasons if not. Reasons are sent as they are. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Which replicas of the database take reads, in the order of their URLs. None is needed to be ready. */
  readonly replicas?: readonly { readonly used: boolean; readonly reason?: string }[];
}

export interface ServerOptions {
  readonly config: Config;
  readonly app: PlinthApp;
  /** Asks the database whether it answers and is migrated. Given up on after two seconds. */
  readonly checkHealth: () => Promise<Readiness>;
  readonly log: Log;
}

/** A server that is set up and not yet listening. */
export interface PlinthServer {
  /** Binds HOST and PORT and gives the address to show; rejects with a plain message when the port is taken. */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /**
   * Lets requests wait until `resume`, since what they are answered from is about to change. Resolves once those under way have
   * been answered, or after `patienceMs`.
   */
  pause(patienceMs: number): Promise<void>;
  resume(): void;
  /** Serves `next` from the following request on; requests under way finish on the version they began with. */
  replaceApp(next: PlinthApp): Promise<void>;
  /**
   * Stops: readiness turns false, no new connections or operations, requests under way are answered, idle
   * connections closed. After `graceMs` (default 10 000) what still runs is aborted. Calling twice is harmless.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
