import type { AuthProvider, TrustedIssuer } from './config.ts';
import type { Setting } from './settings.ts';

/** Algorithms by which only the holder of a private key can sign. A shared secret would let every checker sign too. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLAIMS = ['id', 'email', 'emailVerified', 'roles'];

type Outcome<T> = { readonly value: T } | { readonly expected: string };
type Entry = Readonly<Record<string, unknown>>;

/** `AUTH_ISSUERS`: JSON, a list of issuers whose tokens are trusted. */
export const readIssuers: Setting<readonly TrustedIssuer[]> = {
  variable: 'AUTH_ISSUERS',
  read: (raw) =>
    readList(raw, issuerOf, ({ issuer }) => issuer, '[{"issuer": "https://…", "audience": "…"}]'),
};

/** `AUTH_PROVIDERS`: JSON, a list of OAuth and OpenID Connect providers. */
export const readProviders: Setting<readonly AuthProvider[]> = {
  variable: 'AUTH_PROVIDERS',
  secret: true,
  read: (raw) =>
    readList(raw, providerOf, ({ id }) => id, '[{"id": "…", "clientId": "…", "discoveryUrl": "https://…"}]'),
};

function readList<T>(
  raw: unknown,
  read: (entry: Entry) => T | string,
  nameOf: (value: T) => string,
  shape: string,
): Outcome<readonly T[]> {
  const list = typeof raw === 'string' ? parse(raw) : raw;
  if (!Array.isArray(list) || !list.every(isObject)) return { expected: `a JSON list such as ${shape}` };
  const values: T[] = [];
  for (const [index, entry] of list.entries()) {
    const value = read(entry as Entry);
    if (typeof value === 'string') return { expected: `a JSON list whose entry ${index + 1} ${value}` };
    if (values.some((other) => nameOf(other) === nameOf(value)))
      return { expected: `a JSON list whose entry ${index + 1} is not named as one before it` };
    values.push(value);
  }
  return { value: values };
}

function issuerOf(entry: Entry): TrustedIssuer | string {
  const unknown = unknownKey(entry, ['issuer', 'audience', 'jwksUrl', 'algorithms', 'claims']);
  if (unknown) return unknown;
  const { issuer, jwksUrl, algorithms = ASYMMETRIC, claims = {} } = entry;
  const audience = typeof entry.audience === 'string' ? [entry.audience] : entry.audience;
  if (!isUrl(issuer)) return 'has an "issuer" that is an http or https URL';
  if (!isTexts(audience)) return 'has an "audience": tokens for others must not be accepted';
  if (jwksUrl !== undefined && !isUrl(jwksUrl)) return 'has a "jwksUrl" that is an http or https URL';
  if (!isTexts(algorithms) || algorithms.some((name) => !ASYMMETRIC.includes(name)))
    return `has "algorithms" out of ${ASYMMETRIC.join(', ')}`;
  if (!isObject(claims) || !Object.entries(claims).every(([key, to]) => CLAIMS.includes(key) && isText(to)))
    return `has "claims" that name the token's claim for ${CLAIMS.join(', ')}`;
  return { issuer, audience, algorithms, claims, ...(jwksUrl !== undefined && { jwksUrl }) };
}

const PROVIDER_URLS = ['discoveryUrl', 'authorizationUrl', 'tokenUrl', 'userInfoUrl'];

function providerOf(entry: Entry): AuthProvider | string {
  const unknown = unknownKey(entry, ['id', 'clientId', 'clientSecret', 'scopes', ...PROVIDER_URLS]);
  if (unknown) return unknown;
  const { id, clientId, clientSecret, scopes } = entry;
  if (!isText(id) || !/^[a-z][a-z0-9-]*$/.test(id)) return 'has an "id" of small letters, digits and dashes';
  if (!isText(clientId)) return 'has a "clientId"';
  if (clientSecret !== undefined && !isText(clientSecret)) return 'has a "clientSecret" that is text';
  if (scopes !== undefined && !isTexts(scopes)) return 'has "scopes" that are a list of texts';
  const wrong = PROVIDER_URLS.find((key) => entry[key] !== undefined && !isUrl(entry[key]));
  if (wrong) return `has a "${wrong}" that is an http or https URL`;
  if (!entry.discoveryUrl && !(entry.authorizationUrl && entry.tokenUrl))
    return 'has a "discoveryUrl", or both "authorizationUrl" and "tokenUrl"';
  return entry as unknown as AuthProvider;
}

function unknownKey(entry: Entry, known: readonly string[]): string | undefined {
  const key = Object.keys(entry).find((name) => !known.includes(name));
  return key === undefined ? undefined : `has no key ${JSON.stringify(key)}; there are ${known.join(', ')}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
const isUrl = (value: unknown): value is string =>
  isText(value) && /^https?:\/\//.test(value) && URL.canParse(value);
