/** A failure that the person at the command line can mend: its message says how, and no stack is shown. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** The command line names what cannot be meant, such as a directory that is not there: exit code 2. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}
