import { type InputIssue, ViewerError } from '../../kit/viewer-error.ts';

/** Where in a field's arguments something stands: `['where', 'title', 'eq']`. */
export type InputPath = readonly (string | number)[];

/** A `BAD_USER_INPUT` that names the place. */
export function badInput(path: InputPath, message: string, constraint: string): ViewerError {
  const issue: InputIssue = { path, message, constraint };
  return new ViewerError('BAD_USER_INPUT', message, { issues: [issue] });
}
