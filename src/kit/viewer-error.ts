import { GraphQLError } from 'graphql';

/**
 * Every code a viewer may receive from Plinth itself. The table that gives each one its meaning and remedy is
 * `src/serve/errors.ts`; a code that is missing on either side does not compile.
 */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'OPERATION_TOO_COMPLEX'
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/** One fault in what the viewer sent: where it is, what is wrong, and the constraint that says so. */
export interface InputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly constraint: string;
}

export interface ViewerErrorOptions {
  /** The faults of a `BAD_USER_INPUT`; they become `extensions.issues`. */
  readonly issues?: readonly InputIssue[];
  /** Why a rule denied, term by term. Becomes `extensions.access` in development and is dropped in production. */
  readonly access?: unknown;
  /** Numbers behind the message, for programs: the limit and what was found. They stand in `extensions` beside the code. */
  readonly figures?: Readonly<Record<string, number>>;
  /** The private cause: logged, never sent. */
  readonly cause?: unknown;
}

/**
 * An error that is meant for the viewer: its message and code reach the client as they are, so the message must
 * hold nothing of SQL, hosts, paths or rows the viewer cannot read. Everything else that is thrown is masked.
 */
export class ViewerError extends GraphQLError {
  readonly code: ErrorCode;
  readonly issues: readonly InputIssue[];
  readonly figures: Readonly<Record<string, number>>;

  constructor(code: ErrorCode, message: string, options: ViewerErrorOptions = {}) {
    const issues = options.issues ?? [];
    super(message, {
      extensions: {
        ...options.figures,
        code,
        ...(issues.length > 0 && { issues }),
        ...(options.access !== undefined && { access: options.access }),
      },
    });
    this.name = 'ViewerError';
    this.code = code;
    this.issues = issues;
    this.figures = options.figures ?? {};
    if (options.cause !== undefined) this.cause = options.cause;
  }
}
