import { ViewerError } from '../../kit/viewer-error.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import type { Credential, ViewerFinder } from './find-viewer.ts';
import type { ForeignViewer } from './foreign-tokens.ts';
import { hashToken } from './session-tokens.ts';
import { readFacts } from './viewer-statements.ts';
import type { ViewerWatch } from './viewer-watch.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Whose a connection is, while it is watched. */
export interface WatchedViewer {
  /** Undefined where nobody is signed in. */
  readonly id: string | undefined;
  readonly stop: () => void;
}

export interface WatchParts {
  readonly finder: ViewerFinder;
  readonly watch: ViewerWatch;
  readonly readForeignToken: (token: string) => Promise<ForeignViewer | undefined>;
  /** Whether an account may have that id; never, where the project has no model for accounts. */
  readonly isAccountId: (id: string) => boolean;
}

export const UNWATCHED: WatchedViewer = { id: undefined, stop: () => undefined };

/**
 * Finds whose credentials these are, and calls `onEnd` when they stop to stand for the same: revoked, expired, the account
 * gone, or its roles or address others than they were. What is remembered of viewers is not asked.
 * @throws ViewerError UNAUTHENTICATED for credentials that were sent on purpose and are not valid. A cookie, which browsers
 *   send by themselves, is not: whoever has an old one is signed out, as with requests.
 */
export async function watchViewer(
  parts: WatchParts,
  headers: Headers,
  onEnd: () => void,
): Promise<WatchedViewer> {
  const given = parts.finder.credential(headers);
  const watched = given && (await watchCredential(parts, given, onEnd));
  if (watched) return watched;
  if (isOnPurpose(headers)) throw new ViewerError('UNAUTHENTICATED', 'Forbidden');
  return UNWATCHED;
}

/** What a proxy asks of people is none of our business. */
function isOnPurpose(headers: Headers): boolean {
  const { authorization } = headers;
  return (
    headers['x-api-key'] !== undefined || (authorization !== undefined && !/^basic /i.test(authorization))
  );
}

async function watchCredential(
  parts: WatchParts,
  { kind, secret }: Credential,
  onEnd: () => void,
): Promise<WatchedViewer | undefined> {
  if (kind === 'token') return watchToken(parts, secret, onEnd);
  const rows = kind === 'session' ? 'sessions' : 'apiKeys';
  const hash = hashToken(secret);
  const facts = await parts.watch.ask(rows, hash);
  if (facts === undefined) return undefined;
  return { id: readFacts(facts).id, stop: parts.watch.row(rows, hash, facts, onEnd) };
}

/** To the second: that clocks may differ is for requests that are on their way, not for what stays open. */
async function watchToken(
  parts: WatchParts,
  token: string,
  onEnd: () => void,
): Promise<WatchedViewer | undefined> {
  const found = await parts.readForeignToken(token);
  if (!found) return undefined;
  const expiresAt = Number(found.viewer.claims?.exp) * 1000;
  if (!(expiresAt > Date.now())) return undefined;
  const account = await watchAccount(parts, found.viewer, onEnd);
  const stopToken = parts.watch.token(token, expiresAt, onEnd);
  const stop = (): void => {
    stopToken();
    account.stop();
  };
  return { id: found.viewer.id, stop };
}

const FACTS = ['email', 'emailVerified', 'roles'] as const;

/** Watches over somebody who is vouched for otherwise: what the account adds to what was said of them must stay. */
export async function watchAccount(
  { watch, isAccountId }: WatchParts,
  viewer: KnownViewer,
  onEnd: () => void,
): Promise<WatchedViewer> {
  const { id } = viewer;
  const added = FACTS.filter((fact) => viewer[fact] === undefined);
  if (added.length === 0 || !isAccountId(id)) return { ...UNWATCHED, id };
  const mark = (facts: string | undefined): string => {
    if (facts === undefined) return '';
    const account = readFacts(facts);
    return JSON.stringify(added.map((fact) => account[fact] ?? null));
  };
  return { id, stop: watch.row('accounts', id, await watch.ask('accounts', id), onEnd, mark) };
}
