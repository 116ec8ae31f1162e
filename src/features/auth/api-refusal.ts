import { ViewerError } from '../../kit/viewer-error.ts';

/** As much of better-auth's errors as we look at. */
interface ApiError {
  readonly body?: { readonly code?: string; readonly message?: string } | undefined;
}

/** The code of an error of better-auth's. */
export const codeOf = (error: unknown): string | undefined => (error as ApiError).body?.code;

/** What a viewer is told of input that better-auth refuses. */
export function refusal(error: unknown, path: readonly string[]): ViewerError {
  const code = codeOf(error);
  const message =
    code === 'INVALID_EMAIL' || (code === 'VALIDATION_ERROR' && path.at(-1) === 'email')
      ? 'is no e-mail address'
      : code === 'INVALID_TOKEN'
        ? 'is not valid any more: ask for a new mail'
        : 'was refused';
  return new ViewerError('BAD_USER_INPUT', `${path.join('.')} ${message}.`, {
    issues: [{ path, message, constraint: 'format' }],
    cause: error,
  });
}

/** Whether better-auth threw this to say no. Told by its name, so that asking does not load better-auth. */
export function isAPIError(error: unknown): boolean {
  return error instanceof Error && error.name === 'APIError';
}
