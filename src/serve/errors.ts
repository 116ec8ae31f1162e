import type { ErrorCode } from '../kit/viewer-error.ts';

/** Codes that GraphQL servers and clients share, which Apollo Server gives before anything of ours runs. */
export type ProtocolCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'PERSISTED_QUERY_NOT_FOUND';

/** What a code means to whoever receives it. */
export interface ErrorEntry {
  /** HTTP status where the request as a whole fails before it runs. Errors of single fields travel with 200. */
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

/** Every code that a viewer can receive, in `extensions.code`. Closed: what is not here is never sent. */
export const ERRORS = {
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'The operation needs an account and the request has none, or its credentials are wrong.',
    remedy: 'Sign in and send the request again.',
  },
  FORBIDDEN: {
    status: 403,
    meaning: 'The viewer is known and may not do this.',
    remedy: 'Ask for the right; sending the request again does not help.',
  },
  NOT_FOUND: {
    status: 404,
    meaning: 'There is no such row for this viewer: it does not exist, or may not be seen.',
    remedy: 'Check the id.',
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning:
      'A value or the request itself has the wrong form; `extensions.issues` says where, if it is a value.',
    remedy: 'Correct what the message names.',
  },
  CONFLICT: {
    status: 409,
    meaning: 'The data changed meanwhile, a unique value is taken, or a row is still referred to.',
    remedy: 'Read again, then decide; a write that lost against a parallel one may be repeated as it is.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'Too many requests of this kind in a short time, or too many operations over WebSocket at once.',
    remedy: 'Wait for the seconds that `Retry-After` gives, or until other operations have ended.',
  },
  OPERATION_TOO_COMPLEX: {
    status: 400,
    meaning: 'The operation exceeds a limit, which the message names together with the number found.',
    remedy: 'Split the operation. An operator can raise the limit.',
  },
  TIMEOUT: {
    status: 504,
    meaning: 'The operation took longer than a request may; its SQL was cancelled.',
    remedy: 'Ask for less at once. After a mutation, read before repeating it.',
  },
  UNAVAILABLE: {
    status: 503,
    meaning: 'The database does not answer, or the server is shutting down.',
    remedy: 'Try again in a moment.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'Something broke on our side. The cause is in the log, under `extensions.requestId`.',
    remedy: 'Report the request id to whoever runs the server.',
  },
} as const satisfies Record<ErrorCode, ErrorEntry>;

export const PROTOCOL_ERRORS = {
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    meaning: 'The document is not GraphQL.',
    remedy: 'Correct the syntax at the place given in `locations`.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The document does not fit the schema.',
    remedy: 'Compare it with the schema at the place given in `locations`.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning:
      'The request has an id in the place of its document, and the id is not known. With `documentId` the status is 404.',
    remedy: 'Send the document and its hash. Clients for automatic persisted queries do so by themselves.',
  },
} as const satisfies Record<ProtocolCode, ErrorEntry>;

/** Whether a code is one of Plinth's own. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** Whether a code is one of those that Apollo gives. */
export function isProtocolCode(code: unknown): code is ProtocolCode {
  return typeof code === 'string' && Object.hasOwn(PROTOCOL_ERRORS, code);
}

/** The text of docs/errors.md. */
export function describeErrors(): string {
  return [
    '<!-- emitted from src/serve/errors.ts; edit that file, then `npx vitest run tests/serve -u` -->',
    '# Errors',
    '',
    'Every error of the API carries one of these codes in `extensions.code`. Branch on the code, never on the',
    'message. The status is that of a request which failed as a whole; errors of single fields travel with 200 beside',
    'the data. A `BAD_USER_INPUT` about values lists them: `extensions.issues: [{ path, message, constraint }]`.',
    '',
    '## Plinth',
    '',
    ...table(ERRORS),
    '',
    '## GraphQL',
    '',
    'Given before the operation runs, with the codes that Apollo Server uses.',
    '',
    ...table(PROTOCOL_ERRORS),
    '',
  ].join('\n');
}

function table(entries: Readonly<Record<string, ErrorEntry>>): string[] {
  const rows = Object.entries(entries).map(
    ([code, { status, meaning, remedy }]) => `| \`${code}\` | ${status} | ${meaning} | ${remedy} |`,
  );
  return ['| code | HTTP status | meaning | remedy |', '|---|---|---|---|', ...rows];
}
