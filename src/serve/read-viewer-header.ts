import { RecentMap } from '../kit/recent-map.ts';
import { didYouMean } from '../kit/suggest.ts';
import { type InputIssue, ViewerError } from '../kit/viewer-error.ts';
import type { KnownViewer, ViewerState } from '../model/viewer.ts';

interface Property {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/** What PostgreSQL cannot hold is nobody's id, role or address. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !/\0|\p{Surrogate}/u.test(value);

/** The properties of `X-Plinth-As`; only `id` is required. */
const PROPERTIES = {
  id: { expected: 'a string that is not empty', accepts: isText },
  roles: { expected: 'a list of strings', accepts: (value) => Array.isArray(value) && value.every(isText) },
  email: { expected: 'a string', accepts: isText },
  emailVerified: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  claims: {
    expected: 'an object',
    accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
} as const satisfies Record<Exclude<keyof KnownViewer, 'kind'>, Property>;

/** What was read lately: a program that acts for its users says the same of them with every request. */
const read = new RecentMap<ViewerState>(200);
const REMEMBERED_LENGTH = 1_024;

/**
 * Reads the value of `X-Plinth-As`: an account as JSON, or `null` for signed out.
 *
 * @throws ViewerError BAD_USER_INPUT with one issue per fault
 */
export function readViewerHeader(header: string): ViewerState {
  const known = read.get(header);
  if (known) return known;
  const viewer = parseViewer(header);
  if (header.length <= REMEMBERED_LENGTH) read.set(header, viewer);
  return viewer;
}

function parseViewer(header: string): ViewerState {
  const value = parseJson(asUtf8(header));
  if (value === null) return { kind: 'signedOut' };
  if (typeof value !== 'object' || Array.isArray(value))
    throw refusal([issue([], 'must be an object or null')]);
  const issues = findIssues(value as Record<string, unknown>);
  if (issues.length > 0) throw refusal(issues);
  return { ...(value as Omit<KnownViewer, 'kind'>), kind: 'viewer' };
}

function findIssues(value: Record<string, unknown>): InputIssue[] {
  const names = Object.keys(PROPERTIES);
  const unknown = Object.keys(value).filter((key) => !names.includes(key));
  const wrong = Object.entries<Property>(PROPERTIES).filter(([name, property]) =>
    Object.hasOwn(value, name) ? !property.accepts(value[name]) : name === 'id',
  );
  return [
    ...unknown.map((key) => issue([key], `does not exist.${didYouMean(key, names)}`)),
    ...wrong.map(([name, { expected }]) => issue([name], `must be ${expected}`)),
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refusal([issue([], 'must be JSON')]);
  }
}

/** Node reads header bytes as Latin-1; a client that writes UTF-8 means UTF-8. */
function asUtf8(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}

function issue(path: readonly string[], message: string): InputIssue {
  return { path: ['X-Plinth-As', ...path], message, constraint: 'format' };
}

function refusal(issues: readonly InputIssue[]): ViewerError {
  const faults = issues.map(({ path, message }) => `${path.slice(1).join('.') || 'the value'} ${message}`);
  const told = faults.join('; ').replace(/\.$/, '');
  return new ViewerError('BAD_USER_INPUT', `X-Plinth-As: ${told}${told.endsWith('?') ? '' : '.'}`, {
    issues,
  });
}
