/** One fault in the input of an operation. */
export interface PlinthIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly constraint?: string;
}

/** The API refused or failed: `code` is one of docs/errors.md, or `NETWORK` where no answer came. */
export class PlinthError extends Error {
  readonly code: string;
  /** Given with `BAD_USER_INPUT`. */
  readonly issues: readonly PlinthIssue[];
  /** Whatever of the data could be answered beside the error. */
  readonly data: unknown;

  constructor(
    message: string,
    code: string,
    details: { issues?: readonly PlinthIssue[]; data?: unknown; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'PlinthError';
    this.code = code;
    this.issues = details.issues ?? [];
    this.data = details.data;
  }
}
