/** A failure that the person at the command line can mend: its message says how, and no stack is shown. */
export class UserError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UserError';
  }
}
