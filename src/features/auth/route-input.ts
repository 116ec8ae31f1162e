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
  return textOf(body[key], key, max);
}

/** @throws ViewerError BAD_USER_INPUT */
export function textOf(value: unknown, key: string, max: number): string {
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

/** The query string. Of a name that occurs twice, the last. */
export function queryOf({ url }: Request): Body {
  return Object.fromEntries(new URL(url, 'http://localhost').searchParams);
}

/**
 * Refuses what a path does not know, so that nobody relies on it. What is null says nothing.
 * @throws ViewerError BAD_USER_INPUT
 */
export function refuseOthers(
  body: Body,
  known: readonly string[],
  reasons: Readonly<Record<string, string>> = {},
): void {
  const issues = Object.entries(body)
    .filter(([key, value]) => !known.includes(key) && value !== undefined && value !== null)
    .map(([key]) => {
      const message = Object.hasOwn(reasons, key) ? (reasons[key] ?? '') : 'is not known here';
      return { path: [key], message, constraint: 'format' };
    });
  if (issues.length === 0) return;
  const told = issues.map(({ path, message }) => `${path.join('.')} ${message}.`).join(' ');
  throw new ViewerError('BAD_USER_INPUT', told, { issues });
}

/** A whole number from a query string or a body. @throws ViewerError BAD_USER_INPUT */
export function wholeNumber(body: Body, key: string, max: number): number | undefined {
  const value = body[key];
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number) || (number as number) < 0 || (number as number) > max)
    throw bad(key, `must be a whole number from 0 to ${max}`);
  return number as number;
}

/** @throws ViewerError BAD_USER_INPUT */
export function oneOf<T extends string>(body: Body, key: string, values: readonly T[]): T | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  const found = values.find((one) => one === value);
  if (found === undefined) throw bad(key, `must be one of ${values.join(', ')}`);
  return found;
}
