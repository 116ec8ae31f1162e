import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Mode } from '../config/config.ts';
import { toDatabaseError } from '../data/index.ts';
import { unwrapResolverError } from '../kit/apollo-server.ts';
import { type ErrorCode, type InputIssue, ViewerError } from '../kit/viewer-error.ts';
import { isForOperator } from '../query/explain/index.ts';
import { isErrorCode, isProtocolCode } from './errors.ts';
import type { Log } from './log.ts';

/** What `src/data` throws, as far as it matters here: a failure of the database told apart by its kind. */
interface DatabaseFailure {
  readonly kind: string;
}

interface Verdict {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly InputIssue[] | undefined;
  readonly access?: unknown;
  readonly figures?: Readonly<Record<string, number>>;
  /** Not the viewer's doing: logged with its stack, and the viewer gets the id to report. */
  readonly internal?: boolean;
}

/** Failures of the database that say something useful without saying anything of the database. */
const DATABASE_VERDICTS: Readonly<Record<string, { code: ErrorCode; message: string }>> = {
  unavailable: {
    code: 'UNAVAILABLE',
    message: 'The database does not answer right now. Try again in a moment.',
  },
  timeout: { code: 'TIMEOUT', message: 'The operation took too long and was cancelled.' },
  serialization: { code: 'CONFLICT', message: 'The data was changed by someone else meanwhile. Try again.' },
  deadlock: { code: 'CONFLICT', message: 'The data was changed by someone else meanwhile. Try again.' },
};

/**
 * What Prisma says to an author's resolver that did not expect it, where it is about the client's request and not about a
 * fault in the code. Prisma's own words quote the call and stay in the process.
 */
const PRISMA_VERDICTS: Readonly<Record<string, { code: ErrorCode; message: string }>> = {
  P2002: { code: 'CONFLICT', message: 'Another row has the same value.' },
  P2003: {
    code: 'CONFLICT',
    message: 'The row is referred to, or would refer to a row that does not exist.',
  },
  P2007: { code: 'BAD_USER_INPUT', message: 'A value has the wrong form.' },
  P2018: { code: 'NOT_FOUND', message: 'There is no such row.' },
  P2023: { code: 'BAD_USER_INPUT', message: 'A value has the wrong form.' },
  P2025: { code: 'NOT_FOUND', message: 'There is no such row.' },
  P2034: { code: 'CONFLICT', message: 'The data was changed by someone else meanwhile. Try again.' },
};

const MASKED: Verdict = {
  code: 'INTERNAL_SERVER_ERROR',
  message: 'Something went wrong on the server.',
  internal: true,
};

/** Longer messages quote what the viewer sent; a large value should not travel back. */
const MAX_MESSAGE = 500;

/** Turns any error into what the viewer may see of it. */
export type MaskError = (
  formatted: GraphQLFormattedError,
  error: unknown,
  requestId: string | undefined,
) => GraphQLFormattedError;

/**
 * The one place that decides what of an error leaves the process. `ViewerError`s, GraphQL errors that carry one of
 * our codes, and graphql-js's own findings about the request pass; all else is logged and masked.
 */
export function maskErrorsWith({ mode, log }: { readonly mode: Mode; readonly log: Log }): MaskError {
  return (formatted, error, requestId) => {
    const verdict = judge(formatted, error);
    const production = mode === 'production';
    const err = rootCause(error);
    if (verdict.internal) log.error({ requestId, path: formatted.path, err }, 'request failed');
    // What we refuse ourselves, as while we stop, is no failure of the database.
    else if (verdict.code === 'UNAVAILABLE' && !(err instanceof ViewerError))
      log.warn({ requestId, err }, 'database unavailable');
    return {
      message: shorten(production ? withoutSuggestion(verdict.message) : verdict.message),
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: {
        code: verdict.code,
        ...verdict.figures,
        ...(verdict.issues && {
          issues: production ? verdict.issues.map(withoutIssueSuggestion) : verdict.issues,
        }),
        ...((!production || isForOperator(verdict.access)) &&
          verdict.access !== undefined && { access: verdict.access }),
        ...((verdict.internal || verdict.code === 'UNAVAILABLE') && requestId && { requestId }),
      },
    };
  };
}

/** The code that the viewer gets for what fails outside of any field. */
export function codeOfFailure(error: unknown): string {
  return judge({ message: '' }, error).code;
}

function judge(formatted: GraphQLFormattedError, error: unknown): Verdict {
  const thrown = rootCause(error);
  if (thrown instanceof ViewerError) return judgeViewerError(thrown);
  const database = DATABASE_VERDICTS[kindOfFailure(thrown) ?? ''];
  if (database) return database;
  const prisma = isPrismaRefusal(thrown) ? PRISMA_VERDICTS[thrown.code] : undefined;
  if (prisma) return prisma;
  const code = formatted.extensions?.code;
  const { message } = formatted;
  if (isProtocolCode(code)) return { code, message };
  if (code === 'BAD_REQUEST' || code === 'OPERATION_RESOLUTION_FAILURE')
    return { code: 'BAD_USER_INPUT', message };
  if (code === 'BAD_USER_INPUT' && message.startsWith('Variable "$')) return judgeVariable(message);
  if (isUnfitArgument(thrown)) return { code: 'BAD_USER_INPUT', message };
  // An author's own GraphQLError: to give it one of our codes is to say that it is meant for the viewer.
  if (thrown instanceof GraphQLError && isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR') {
    return { code, message };
  }
  return MASKED;
}

function judgeViewerError(error: ViewerError): Verdict {
  if (error.code === 'INTERNAL_SERVER_ERROR') return { ...MASKED, message: error.message };
  const issues = error.issues.length > 0 ? error.issues : undefined;
  const { code, message, figures, extensions } = error;
  return { code, message, issues, figures, access: extensions.access };
}

/** graphql-js says where in a variable the fault is, but only in its text: `… at "input.tags[2].name"; …`. */
function judgeVariable(message: string): Verdict {
  const name = /^Variable "\$(\w+)"/.exec(message)?.[1] ?? '';
  const place = / at "(\w+(?:\.\w+|\[\d+\])*)"; /.exec(message)?.[1] ?? name;
  const path = [...place.matchAll(/\w+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
  const reason = /; (.+)$/s.exec(message)?.[1] ?? message;
  return {
    code: 'BAD_USER_INPUT',
    message,
    issues: [{ path, message: shorten(reason), constraint: constraintOf(reason) }],
  };
}

/** The kind of fault, from the words that graphql-js has for it. */
function constraintOf(reason: string): string {
  if (/was not provided\.|not to be null\.$|must not be null\.$/.test(reason)) return 'required';
  if (/^Field .* is not defined by type/.test(reason)) return 'unknown';
  if (/does not exist in .* enum\./.test(reason)) return 'enum';
  return /exactly one key/i.test(reason) ? 'oneOf' : 'type';
}

/** graphql-js raises this while running, when a nullable variable with null stands where null is not allowed. */
function isUnfitArgument(thrown: unknown): boolean {
  const fromGraphql = thrown instanceof GraphQLError && (thrown.nodes?.length ?? 0) > 0;
  return fromGraphql && thrown.extensions.code === undefined && thrown.message.startsWith('Argument "');
}

function isDatabaseFailure(thrown: unknown): thrown is DatabaseFailure & Error {
  return thrown instanceof Error && thrown.name === 'DatabaseError' && 'kind' in thrown;
}

/**
 * What has failed in the database, if it is that: as `src/data` says it, or as an author's resolver meets it, in Prisma's words,
 * or, of the database's absence, in the driver's, which have no code.
 */
function kindOfFailure(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if (isDatabaseFailure(thrown)) return thrown.kind;
  const { kind } = toDatabaseError(thrown);
  if (thrown.name.startsWith('PrismaClient')) return kind;
  return kind === 'unavailable' && !('code' in thrown) ? kind : undefined;
}

function isPrismaRefusal(thrown: unknown): thrown is { readonly code: string } {
  return thrown instanceof Error && thrown.name === 'PrismaClientKnownRequestError' && 'code' in thrown;
}

/** What was thrown, without the wrappers that graphql-js and Apollo put around it. */
function rootCause(error: unknown): unknown {
  let cause = unwrapResolverError(error);
  while (!(cause instanceof ViewerError) && cause instanceof GraphQLError && cause.originalError) {
    cause = cause.originalError;
  }
  // A statement that we have cancelled ourselves says nothing but why.
  if (isDatabaseFailure(cause) && cause.kind === 'cancelled' && cause.cause instanceof ViewerError)
    return cause.cause;
  return cause;
}

function shorten(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}

/** Suggestions spell out a schema that production does not show. */
function withoutSuggestion(message: string): string {
  return message.replace(/ ?Did you mean .{1,300}\?$/s, '');
}

function withoutIssueSuggestion(issue: InputIssue): InputIssue {
  return { ...issue, message: withoutSuggestion(issue.message) };
}
