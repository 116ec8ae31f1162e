import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/index.ts';
import type { Queryable } from '../../data/index.ts';
import { fromByteText } from '../../kit/byte-text.ts';
import { statementName } from '../../kit/statement-name.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { KnownViewer, ViewerState } from '../../model/viewer.ts';
import type { ForeignViewer } from './foreign-tokens.ts';
import { sessionCookieName } from './http-names.ts';
import { hashToken } from './session-tokens.ts';
import { readBearer, readCookie, trustsCookie } from './trust-cookie.ts';
import { ViewerCache } from './viewer-cache.ts';
import { readFacts, viewerStatements } from './viewer-statements.ts';

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

/** What a request carries that says who sends it. */
export interface Credential {
  readonly kind: 'session' | 'apiKey' | 'token';
  readonly secret: string;
}

type Headers = Readonly<Record<string, string | undefined>>;

export const SIGNED_OUT: ViewerState = { kind: 'signedOut' };

/** Tells viewers from what their requests carry. Whatever is not valid counts as signed out. */
export interface ViewerFinder {
  find(headers: Headers): Promise<ViewerState>;
  /** What would be asked after; whether it is valid is another question. */
  credential(headers: Headers): Credential | undefined;
  /** The session's token in a request, if its cookie may be used; whether it is valid is another question. */
  sessionToken(headers: Headers): string | undefined;
  /** Whether the browser may keep a session for the page that asks. */
  mayKeepCookie(headers: Headers): boolean;
  forget(): void;
}

export function makeViewerFinder(parts: FindViewerParts): ViewerFinder {
  const cache = new ViewerCache();
  const sql = viewerStatements(parts.app);
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
  const credential = (headers: Headers): Credential | undefined => {
    const apiKey = headers['x-api-key'];
    if (apiKey !== undefined) return { kind: 'apiKey', secret: apiKey };
    const bearer = readBearer(headers);
    if (bearer !== undefined && bearer.split('.').length === 3) return { kind: 'token', secret: bearer };
    const token = sessionToken(headers);
    return token === undefined ? undefined : { kind: 'session', secret: token };
  };
  const find = async (headers: Headers): Promise<KnownViewer | undefined> => {
    const given = credential(headers);
    if (!given) return undefined;
    return given.kind === 'token' ? readForeign(given.secret) : lookUp(given.kind, given.secret);
  };
  return {
    find: async (headers) => (await find(headers)) ?? SIGNED_OUT,
    credential,
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

/** As short as statements are, and asked for most requests of people who click now and then, so it goes as those do. */
async function query(db: Queryable, text: string, value: string) {
  const row = await db.readTexts(text, [value], { name: statementName(text), shares: 'read' });
  const [facts, expires] = row ?? [];
  if (!facts) return undefined;
  const expiresAt = expires ? Number(fromByteText(expires)) : Number.POSITIVE_INFINITY;
  return { viewer: readFacts(fromByteText(facts)), expiresAt };
}
