import { ViewerError } from '../../kit/viewer-error.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import type { OwnRoute } from './routes.ts';

export type Request = Parameters<OwnRoute>[0];
export type Body = Parameters<OwnRoute>[1];

/** A key must not be able to make keys: whoever finds one would never lose access again. */
export function accountOf({ viewer, headers }: Request): KnownViewer {
  if (viewer.kind !== 'viewer') throw new ViewerError('UNAUTHENTICATED', 'Sign in first.');
  if (headers['x-api-key'] !== undefined)
    throw new ViewerError('FORBIDDEN', 'Keys are managed by signed-in people, not by keys.');
  return viewer;
}

/** @throws ViewerError BAD_USER_INPUT */
export function text(body: Body, key: string, max: number): string {
  const value = body[key];
  if (typeof value !== 'string' || value.trim() === '' || value.length > max || value.includes('\0'))
    throw bad(key, `must be text of 1 to ${max} characters`);
  return value;
}

/** @throws ViewerError BAD_USER_INPUT */
export function texts(body: Body, key: string): readonly string[] {
  const value = body[key];
  const legal = (item: unknown) => typeof item === 'string' && /^[^\0]{1,100}$/.test(item);
  if (!Array.isArray(value) || value.length > 100 || !value.every(legal))
    throw bad(key, 'must be a list of texts');
  return value as readonly string[];
}

export function bad(key: string, message: string): ViewerError {
  return new ViewerError('BAD_USER_INPUT', `${key} ${message}.`, {
    issues: [{ path: [key], message, constraint: 'format' }],
  });
}
