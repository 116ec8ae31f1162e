import { createRemoteJWKSet, decodeJwt, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { TrustedIssuer } from '../../config/index.ts';
import type { KnownViewer } from '../../model/viewer.ts';

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE_S = 30;
/** A token from further ahead than our tolerance was not made by a clock that can be trusted. */
const MAX_TOKEN_LENGTH = 16_384;

interface ForeignTokenLog {
  debug(fields: object, message: string): void;
}

/**
 * Reads tokens of the issuers in AUTH_ISSUERS. Signature, issuer, audience and times are checked; keys come from the
 * issuer's own JWKS alone (never from the token), are cached, and are asked for again when an unknown `kid` turns up, at
 * most every 30 seconds. Undefined for anything that is not to be trusted.
 */
export function foreignTokenReader(
  issuers: readonly TrustedIssuer[],
  log: ForeignTokenLog,
): (token: string) => Promise<KnownViewer | undefined> {
  const byIssuer = new Map(issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer) }]));
  return async (token) => {
    if (byIssuer.size === 0 || token.length > MAX_TOKEN_LENGTH) return undefined;
    try {
      const known = byIssuer.get(decodeJwt(token).iss ?? '');
      if (!known) return undefined;
      const { issuer, keys } = known;
      const { payload } = await jwtVerify(token, keys, {
        issuer: issuer.issuer,
        audience: [...issuer.audience],
        algorithms: [...issuer.algorithms],
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'aud', 'iss'],
      });
      // Made in the future: a clock that is wrong, or somebody who hopes to outlive a rotation.
      if (payload.iat !== undefined && payload.iat > Date.now() / 1000 + CLOCK_TOLERANCE_S) return undefined;
      return toViewer(payload, issuer);
    } catch (err) {
      log.debug({ err }, 'a token was refused');
      return undefined;
    }
  };
}

const JWKS = { cooldownDuration: 30_000, cacheMaxAge: 600_000, timeoutDuration: 5_000 };

/** The issuer's keys; the address is found at the first token, and again after a failure to find it. */
function keysOf({ issuer, jwksUrl }: TrustedIssuer): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const find = async (): Promise<JWTVerifyGetKey> =>
    createRemoteJWKSet(new URL(jwksUrl ?? (await discover(issuer))), JWKS);
  return async (header, token) => {
    keys ??= find();
    try {
      return await (await keys)(header, token);
    } catch (error) {
      if (
        await keys.then(
          () => false,
          () => true,
        )
      )
        keys = undefined;
      throw error;
    }
  };
}

/** OpenID Connect Discovery 1.0 §4. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(JWKS.timeoutDuration) });
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
