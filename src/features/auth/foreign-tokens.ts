import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { TrustedIssuer } from '../../config/index.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import { keyFetcher } from './fetch-keys.ts';

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE_S = 30;
/** A token from further ahead than our tolerance was not made by a clock that can be trusted. */
const MAX_TOKEN_LENGTH = 16_384;

interface ForeignTokenLog {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Who a token stands for, and until when (ms since 1970). */
export interface ForeignViewer {
  readonly viewer: KnownViewer;
  readonly expiresAt: number;
}

/**
 * Reads tokens of the issuers in AUTH_ISSUERS. Signature, issuer, audience and times are checked; keys come from the
 * issuer's own JWKS alone (never from the token), are cached, and are asked for again when an unknown `kid` turns up, at
 * most every 30 seconds and by one request for all. Undefined for anything that is not to be trusted.
 */
export async function foreignTokenReader(
  issuers: readonly TrustedIssuer[],
  log: ForeignTokenLog,
): Promise<(token: string) => Promise<ForeignViewer | undefined>> {
  if (issuers.length === 0) return async () => undefined;
  // Loaded where somebody is trusted, and then before the server serves.
  const jose = await import('jose');
  const byIssuer = new Map(
    issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer, log, jose) }]),
  );
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) return undefined;
    try {
      const known = byIssuer.get(jose.decodeJwt(token).iss ?? '');
      if (!known) return undefined;
      const { issuer, keys } = known;
      const { payload } = await jose.jwtVerify(token, keys, {
        issuer: issuer.issuer,
        audience: [...issuer.audience],
        algorithms: [...issuer.algorithms],
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'aud', 'iss'],
      });
      // Made in the future: a clock that is wrong, or somebody who hopes to outlive a rotation.
      if (payload.iat !== undefined && payload.iat > Date.now() / 1000 + CLOCK_TOLERANCE_S) return undefined;
      const viewer = toViewer(payload, issuer);
      return viewer && { viewer, expiresAt: ((payload.exp ?? 0) + CLOCK_TOLERANCE_S) * 1000 };
    } catch (err) {
      log.debug({ err }, 'a token was refused');
      return undefined;
    }
  };
}

const JWKS = { cooldownDuration: 30_000, cacheMaxAge: 600_000, timeoutDuration: 5_000 };

/** The issuer's keys; the address is found at the first token, and again after a failure to find it. */
function keysOf(
  { issuer, jwksUrl }: TrustedIssuer,
  log: ForeignTokenLog,
  { createRemoteJWKSet, customFetch }: typeof import('jose'),
): JWTVerifyGetKey {
  const ask = keyFetcher(issuer, log);
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const find = async (): Promise<JWTVerifyGetKey> =>
    createRemoteJWKSet(new URL(jwksUrl ?? (await discover(issuer, ask))), { ...JWKS, [customFetch]: ask });
  return async (header, token) => {
    keys ??= find().catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return (await keys)(header, token);
  };
}

/** OpenID Connect Discovery 1.0 §4. */
async function discover(issuer: string, ask: ReturnType<typeof keyFetcher>): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await ask(url, { redirect: 'error', signal: AbortSignal.timeout(JWKS.timeoutDuration) });
  const found = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (found.issuer !== issuer || typeof found.jwks_uri !== 'string')
    throw new Error(`The discovery document of ${issuer} is not its own`);
  return found.jwks_uri;
}

function toViewer(payload: JWTPayload, { claims }: TrustedIssuer): KnownViewer | undefined {
  const id = claimAt(payload, claims.id ?? 'sub');
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const email = claimAt(payload, claims.email ?? 'email');
  const verified = claimAt(payload, claims.emailVerified ?? 'email_verified');
  const roles = claimAt(payload, claims.roles ?? 'roles');
  return {
    kind: 'viewer',
    id: String(id),
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    emailVerified: verified === true,
    claims: payload,
    ...(typeof email === 'string' && { email }),
  };
}

/** `realm_access.roles` leads into an object; a claim whose own name has dots (a URL) is found first. */
function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      payload,
    );
}
