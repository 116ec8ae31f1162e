import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/index.ts';
import type { Queryable } from '../../data/index.ts';
import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { KnownViewer, ViewerState } from '../../model/viewer.ts';
import type { ForeignViewer } from './foreign-tokens.ts';
import { sessionCookieName } from './http-names.ts';
import { hashToken } from './session-tokens.ts';
import { readBearer, readCookie, trustsCookie } from './trust-cookie.ts';
import { idColumn, userField } from './user-columns.ts';
import { ViewerCache } from './viewer-cache.ts';

export interface FindViewerParts {
  readonly app: AppModel;
  readonly config: Config;
  readonly db: Queryable;
  readonly secret: string;
  readonly publicUrl: () => string;
  /** Who a token of another issuer stands for. Undefined where the token is not to be trusted. */
  readonly readForeignToken: (token: string) => Promise<ForeignViewer | undefined>;
  /** Adds what the account of that id says where the token says nothing. */
  readonly complete: (viewer: KnownViewer, db: Queryable) => Promise<KnownViewer>;
}

type Headers = Readonly<Record<string, string | undefined>>;

export const SIGNED_OUT: ViewerState = { kind: 'signedOut' };

/** Tells viewers from what their requests carry. Whatever is not valid counts as signed out. */
export interface ViewerFinder {
  find(headers: Headers): Promise<ViewerState>;
  /** The session's token in a request, if its cookie may be used; whether it is valid is another question. */
  sessionToken(headers: Headers): string | undefined;
  /** Whether the browser may keep a session for the page that asks. */
  mayKeepCookie(headers: Headers): boolean;
  forget(): void;
}

export function makeViewerFinder(parts: FindViewerParts): ViewerFinder {
  const cache = new ViewerCache();
  const sql = statements(parts.app);
  const cookie = sessionCookieName(parts.config);
  const lookUp = (kind: 'session' | 'apiKey', secret: string): Promise<KnownViewer | undefined> => {
    // Only hashes are stored; a dump of the memory holds no list of what is valid either.
    const hash = hashToken(secret);
    return cache.get(`${kind}:${hash}`, () => query(parts.db, sql[kind], hash));
  };
  const readForeign = (token: string): Promise<KnownViewer | undefined> =>
    cache.get(`token:${hashToken(token)}`, async () => {
      const found = await parts.readForeignToken(token);
      return found && { ...found, viewer: await parts.complete(found.viewer, parts.db) };
    });
  const sessionToken = (headers: Headers): string | undefined => {
    const bearer = readBearer(headers);
    if (bearer !== undefined) return bearer.includes('.') ? unsign(parts.secret, bearer) : bearer;
    const signed = readCookie(headers, cookie);
    if (signed === undefined || !trustsCookie(headers, parts.config, parts.publicUrl())) return undefined;
    return unsign(parts.secret, signed);
  };
  const find = async (headers: Headers): Promise<KnownViewer | undefined> => {
    const apiKey = headers['x-api-key'];
    if (apiKey !== undefined) return lookUp('apiKey', apiKey);
    const bearer = readBearer(headers);
    if (bearer !== undefined && bearer.split('.').length === 3) return readForeign(bearer);
    const token = sessionToken(headers);
    return token === undefined ? undefined : lookUp('session', token);
  };
  return {
    find: async (headers) => (await find(headers)) ?? SIGNED_OUT,
    sessionToken,
    mayKeepCookie: (headers) => trustsCookie(headers, parts.config, parts.publicUrl()),
    forget: () => cache.clear(),
  };
}

/** The token of a signed value `token.signature`, as better-auth's cookies hold it; undefined where it is forged. */
function unsign(secret: string, value: string): string | undefined {
  const decoded = value.includes('%') ? decode(value) : value;
  const at = decoded.lastIndexOf('.');
  const token = decoded.slice(0, at);
  if (at < 1) return undefined;
  const given = Buffer.from(decoded.slice(at + 1), 'base64');
  const expected = createHmac('sha256', secret).update(token).digest();
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Found {
  readonly facts: string;
  readonly expires: number | null;
}

async function query(db: Queryable, text: string, value: string) {
  const [row] = await db.query<Found>(text, [value]);
  if (!row) return undefined;
  const facts = JSON.parse(row.facts) as Record<string, unknown>;
  const known = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null));
  const viewer = { kind: 'viewer', claims: {}, ...known } as unknown as KnownViewer;
  return { viewer, expiresAt: row.expires ?? Number.POSITIVE_INFINITY };
}

/** One statement tells whether a secret is valid and everything about its account that rules commonly ask for. */
function statements({ user }: AppModel): { readonly session: string; readonly apiKey: string } {
  const table = quoteIdentifier(user?.table ?? 'plinth_user');
  const column = (fact: 'email' | 'emailVerified' | 'roles') =>
    `u.${quoteIdentifier(user ? userField(user, fact).column : fact)}`;
  const key = `u.${idColumn(user)}`;
  const roles = `coalesce(${column('roles')}::text[], '{}')`;
  const facts = (own: string) =>
    `json_build_object('id', ${key}::text, 'email', ${column('email')}, 'emailVerified', ${column('emailVerified')}, 'roles', ${own})::text AS facts`;
  const expires = `(extract(epoch FROM k."expiresAt") * 1000)::float8 AS expires`;
  // A key never has a role that its account does not have any more.
  const both = `ARRAY(SELECT r FROM unnest(k."roles") r WHERE r = ANY(${roles}))`;
  return {
    session: `SELECT ${facts(roles)}, ${expires} FROM plinth_session k JOIN ${table} u ON ${key} = k."userId" WHERE k."token" = $1 AND k."expiresAt" > now()`,
    apiKey: `SELECT ${facts(both)}, ${expires} FROM plinth_api_key k JOIN ${table} u ON ${key} = k."userId" WHERE k."hash" = $1 AND (k."expiresAt" IS NULL OR k."expiresAt" > now())`,
  };
}
