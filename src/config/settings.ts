import type { DocumentAccess, LogLevel } from './config.ts';
import { readIssuers, readProviders } from './read-auth-lists.ts';
import { trustedProxies } from './read-trusted-proxies.ts';

/** How one setting is read: text from the environment, or a value from plinth.config.ts, to what we keep. */
export interface Setting<T> {
  /** Name in the environment. */
  readonly variable: string;
  /** Returns the value, or says what was expected instead. Must not repeat a secret it was given. */
  read(raw: unknown): { readonly value: T } | { readonly expected: string };
  /** True where the value must not be shown in a message. */
  readonly secret?: boolean;
}

const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** A whole number within bounds; an upper bound catches a value in the wrong unit. */
function wholeNumber(variable: string, min: number, max: number): Setting<number> {
  return {
    variable,
    read(raw) {
      const text = typeof raw === 'number' ? String(raw) : raw;
      const value = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? { value } : { expected: `a whole number from ${min} to ${max}` };
    },
  };
}

function textWhere(
  variable: string,
  expected: string,
  accepts: (text: string) => boolean,
  secret = false,
): Setting<string> {
  return {
    variable,
    secret,
    read: (raw) => (typeof raw === 'string' && accepts(raw) ? { value: raw } : { expected }),
  };
}

function oneOf<T extends string>(variable: string, choices: readonly T[]): Setting<T> {
  return {
    variable,
    read(raw) {
      const value = choices.find((choice) => choice === raw);
      return value === undefined ? { expected: `one of ${choices.join(', ')}` } : { value };
    },
  };
}

const corsOrigins: Setting<readonly string[]> = {
  variable: 'CORS_ORIGINS',
  read(raw) {
    const list = typeof raw === 'string' ? raw.split(',').map((origin) => origin.trim()) : raw;
    const expected =
      'origins such as https://app.example.com (scheme, host and port, no path), separated by commas, or *';
    if (!Array.isArray(list)) return { expected };
    const origins = list.filter((origin): origin is string => typeof origin === 'string' && origin !== '');
    const legal = origins.length === list.length && origins.every((origin) => isOrigin(origin));
    return legal && !(origins.includes('*') && origins.length > 1) ? { value: origins } : { expected };
  },
};

const replicaUrls: Setting<readonly string[]> = {
  variable: 'DATABASE_REPLICA_URLS',
  secret: true,
  read(raw) {
    const list = typeof raw === 'string' ? raw.split(',').map((url) => url.trim()) : raw;
    const legal = Array.isArray(list) && list.every((url) => typeof url === 'string' && isPostgresUrl(url));
    const expected = 'postgresql://USER:PASSWORD@HOST:PORT/NAME, several separated by commas';
    return legal ? { value: list as readonly string[] } : { expected };
  },
};

function flag(variable: string): Setting<boolean> {
  return {
    variable,
    read(raw) {
      if (raw === true || raw === '1' || raw === 'true') return { value: true };
      if (raw === false || raw === '0' || raw === 'false') return { value: false };
      return { expected: '1 or 0' };
    },
  };
}

function isUrlOf(text: string, ...protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

function isOrigin(text: string): boolean {
  if (text === '*') return true;
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}

/**
 * Every setting, under the key that plinth.config.ts uses. A setting that is not in this table does not exist, and
 * naming it is an error; what the environment must hold in which mode is `read-config.ts`'s business.
 */
export const SETTINGS = {
  port: wholeNumber('PORT', 0, 65535),
  host: textWhere('HOST', 'a host name or IP address', (text) => /^[\w.:-]{1,253}$/.test(text)),
  databaseUrl: textWhere('DATABASE_URL', 'postgresql://USER:PASSWORD@HOST:PORT/NAME', isPostgresUrl, true),
  replicaUrls,
  replicaLagMs: wholeNumber('PLINTH_REPLICA_LAG_MS', 1_000, 300_000),
  secret: textWhere('PLINTH_SECRET', 'text', (text) => text.length <= 4096, true),
  adminKey: textWhere(
    'PLINTH_ADMIN_KEY',
    'at least 8 characters of printable ASCII without spaces',
    (text) => /^[\x21-\x7e]{8,512}$/.test(text),
    true,
  ),
  corsOrigins,
  trustedProxies,
  logLevel: oneOf('LOG_LEVEL', LOG_LEVELS),
  documents: oneOf<DocumentAccess>('PLINTH_DOCUMENTS', ['open', 'trusted']),
  compile: flag('PLINTH_COMPILE'),
  cacheEntries: wholeNumber('PLINTH_CACHE_ENTRIES', 1, 10_000_000),
  cacheBytes: wholeNumber('PLINTH_CACHE_BYTES', 0, 100_000_000_000),
  publicUrl: textWhere('PLINTH_URL', 'the address of this server, such as https://api.example.com', (text) =>
    isUrlOf(text, 'http:', 'https:'),
  ),
  appUrl: textWhere(
    'PLINTH_APP_URL',
    "the address of your app's pages, such as https://app.example.com",
    (text) => isUrlOf(text, 'http:', 'https:'),
  ),
  smtpUrl: textWhere(
    'SMTP_URL',
    'smtp://USER:PASSWORD@HOST:PORT, or smtps://',
    (text) => isUrlOf(text, 'smtp:', 'smtps:'),
    true,
  ),
  mailFrom: textWhere('MAIL_FROM', 'an address such as "Shop <no-reply@example.com>"', (text) =>
    /^[^\r\n]{1,200}@[^\r\n]{1,200}$/.test(text),
  ),
  signUp: flag('PLINTH_SIGN_UP'),
  verifyMail: flag('PLINTH_VERIFY_MAIL'),
  authIssuers: readIssuers,
  authProviders: readProviders,
  poolSize: wholeNumber('PLINTH_POOL_SIZE', 1, 500),
  prepare: flag('PLINTH_PREPARE'),
  coalesce: flag('PLINTH_COALESCE'),
  workers: wholeNumber('WORKERS', 1, 256),
  bodyBytes: wholeNumber('PLINTH_LIMIT_BODY_BYTES', 1_000, 100_000_000),
  jsonDepth: wholeNumber('PLINTH_LIMIT_JSON_DEPTH', 8, 1_000),
  tokens: wholeNumber('PLINTH_LIMIT_TOKENS', 100, 100_000),
  depth: wholeNumber('PLINTH_LIMIT_DEPTH', 2, 100),
  aliases: wholeNumber('PLINTH_LIMIT_ALIASES', 0, 10_000),
  rootFields: wholeNumber('PLINTH_LIMIT_ROOT_FIELDS', 1, 1_000),
  directives: wholeNumber('PLINTH_LIMIT_DIRECTIVES', 0, 10_000),
  directivesPerField: wholeNumber('PLINTH_LIMIT_DIRECTIVES_PER_FIELD', 0, 1_000),
  nodes: wholeNumber('PLINTH_LIMIT_NODES', 10, 1_000_000),
  cost: wholeNumber('PLINTH_LIMIT_COST', 100, 1_000_000_000),
  listValues: wholeNumber('PLINTH_LIMIT_LIST_VALUES', 1, 30_000),
  inputRows: wholeNumber('PLINTH_LIMIT_INPUT_ROWS', 1, 10_000),
  pageDefault: wholeNumber('PLINTH_PAGE_DEFAULT', 1, 100_000),
  pageMax: wholeNumber('PLINTH_PAGE_MAX', 1, 100_000),
  requestMs: wholeNumber('PLINTH_LIMIT_REQUEST_MS', 100, 600_000),
  sockets: wholeNumber('PLINTH_LIMIT_SOCKETS', 1, 1_000_000),
  addressSockets: wholeNumber('PLINTH_LIMIT_ADDRESS_SOCKETS', 1, 1_000_000),
  socketOperations: wholeNumber('PLINTH_LIMIT_SOCKET_OPERATIONS', 1, 100_000),
  viewerOperations: wholeNumber('PLINTH_LIMIT_VIEWER_OPERATIONS', 1, 1_000_000),
  addressOperations: wholeNumber('PLINTH_LIMIT_ADDRESS_OPERATIONS', 1, 1_000_000),
  socketBacklogBytes: wholeNumber('PLINTH_LIMIT_SOCKET_BACKLOG_BYTES', 10_000, 1_000_000_000),
  headersMs: wholeNumber('PLINTH_TIMEOUT_HEADERS_MS', 100, 600_000),
  bodyMs: wholeNumber('PLINTH_TIMEOUT_BODY_MS', 100, 600_000),
  keepAliveMs: wholeNumber('PLINTH_TIMEOUT_KEEP_ALIVE_MS', 100, 600_000),
  idleMs: wholeNumber('PLINTH_TIMEOUT_IDLE_MS', 100, 600_000),
  socketInitMs: wholeNumber('PLINTH_TIMEOUT_SOCKET_INIT_MS', 100, 600_000),
  socketPingMs: wholeNumber('PLINTH_TIMEOUT_SOCKET_PING_MS', 100, 600_000),
} as const satisfies Record<string, Setting<unknown>>;

/**
 * Variables of the published contract whose capability is not built yet. Setting one is refused, because whoever
 * sets it relies on it. Delete the row when the capability lands. A trailing `*` stands for a family.
 */
export const NOT_BUILT_YET: readonly { readonly variable: string; readonly capability: string }[] = [
  { variable: 'S3_*', capability: 'files on S3' },
  { variable: 'OTEL_*', capability: 'OpenTelemetry export' },
];
