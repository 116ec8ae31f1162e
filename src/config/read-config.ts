import { randomBytes } from 'node:crypto';
import type { AdminKey, Config, ConnectionTimeouts, Limits, Mode, SocketLimits } from './config.ts';
import { findUnknownKeys, findUnknownVariables } from './find-unknown-settings.ts';
import { findWeakness } from './find-weak-secret.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** The keys that plinth.config.ts and the command line may set. */
export type SettingKey = keyof typeof SETTINGS;
/** What one setting holds once read. */
export type SettingValue<K extends SettingKey> = (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
/** The shape of plinth.config.ts's default export. */
export type Settings = { readonly [K in SettingKey]?: SettingValue<K> };

/** Where settings come from besides the environment, which stands between the two: command line first, file last. */
export interface ConfigSources {
  readonly mode: Mode;
  readonly commandLine?: Readonly<Record<string, unknown>>;
  readonly file?: Readonly<Record<string, unknown>>;
}

/** All that is wrong with the configuration, in one message, each with its remedy. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
type Get = <K extends SettingKey>(key: K) => SettingValue<K> | undefined;

/**
 * Reads and checks all settings once, at boot.
 *
 * @param environment usually `process.env`; an empty variable counts as unset
 * @throws ConfigError that names every problem at once
 */
export function readConfig(environment: Environment, sources: ConfigSources): Config {
  const problems = [
    ...findUnknownVariables(environment),
    ...findUnknownKeys(sources.file ?? {}, 'plinth.config.ts'),
    ...findUnknownKeys(sources.commandLine ?? {}, 'The command line'),
  ];
  const config = assemble(sources.mode, readAll(environment, sources, problems), problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Reads every setting before any is used, so that one bad value is reported once, whoever asks for it. */
function readAll(environment: Environment, sources: ConfigSources, problems: string[]): Get {
  const values = new Map<string, unknown>();
  for (const [key, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const found = findRaw(key, setting.variable, environment, sources);
    if (found === undefined) continue;
    const outcome = setting.read(found.raw);
    if ('value' in outcome) values.set(key, outcome.value);
    else {
      const given = setting.secret ? '' : ` (it is ${JSON.stringify(found.raw)})`;
      problems.push(`${found.place} must be ${outcome.expected}${given}.`);
    }
  }
  return <K extends SettingKey>(key: K) => values.get(key) as SettingValue<K> | undefined;
}

function findRaw(key: string, variable: string, environment: Environment, sources: ConfigSources) {
  const onCommandLine = sources.commandLine?.[key];
  if (onCommandLine !== undefined) return { raw: onCommandLine, place: `--${key}` };
  const inEnvironment = environment[variable];
  if (inEnvironment !== undefined && inEnvironment !== '') return { raw: inEnvironment, place: variable };
  const inFile = sources.file?.[key];
  return inFile === undefined ? undefined : { raw: inFile, place: `plinth.config.ts: ${key}` };
}

function assemble(mode: Mode, get: Get, problems: string[]): Config {
  checkSecrets(mode, get, problems);
  checkReplicas(get, problems);
  return {
    mode,
    port: get('port') ?? 4000,
    // In development the server hands out admin access to its own pages, so it stays on this machine.
    host: get('host') ?? (mode === 'production' ? '0.0.0.0' : '127.0.0.1'),
    databaseUrl: get('databaseUrl'),
    replicaUrls: get('replicaUrls') ?? [],
    replicaLagMs: get('replicaLagMs') ?? 10_000,
    poolSize: get('poolSize') ?? 10,
    prepare: get('prepare'),
    coalesce: get('coalesce') ?? true,
    workers: get('workers') ?? 1,
    secret: get('secret'),
    adminKey: chooseAdminKey(mode, get('adminKey')),
    corsOrigins: get('corsOrigins') ?? [],
    trustedProxies: get('trustedProxies') ?? [],
    logLevel: get('logLevel') ?? 'info',
    compile: get('compile') ?? true,
    documents: get('documents') ?? 'open',
    cache: { entries: get('cacheEntries') ?? 10_000, bytes: get('cacheBytes') ?? 64_000_000 },
    auth: {
      publicUrl: get('publicUrl')?.replace(/\/+$/, ''),
      appUrl: get('appUrl')?.replace(/\/+$/, ''),
      smtpUrl: get('smtpUrl'),
      mailFrom: get('mailFrom'),
      signUp: get('signUp') ?? true,
      verifyMail: get('verifyMail') ?? false,
      issuers: get('authIssuers') ?? [],
      providers: get('authProviders') ?? [],
    },
    limits: readLimits(get, problems),
    sockets: readSocketLimits(get),
    timeouts: readTimeouts(get),
  };
}

const MAKE_ONE = 'Make one with: openssl rand -base64 32';
/** In production only: in development a short key is convenient, and nothing real is behind it. */
/** The secret can be attacked with a stolen cookie and no request to us; the admin key only by asking. */
const STRENGTH = { secret: { length: 32, unknown: 12 }, adminKey: { length: 16, unknown: 6 } } as const;

function checkSecrets(mode: Mode, get: Get, problems: string[]): void {
  if (mode !== 'production') return;
  if (get('secret') === undefined) problems.push(`PLINTH_SECRET must be set in production. ${MAKE_ONE}`);
  for (const key of ['secret', 'adminKey'] as const) {
    const value = get(key);
    const weakness = value === undefined ? undefined : findWeakness(value, STRENGTH[key]);
    if (weakness) problems.push(`${SETTINGS[key].variable} ${weakness}. ${MAKE_ONE}`);
  }
}

function checkReplicas(get: Get, problems: string[]): void {
  if (get('replicaUrls') === undefined || get('databaseUrl') !== undefined) return;
  problems.push('DATABASE_REPLICA_URLS needs DATABASE_URL: the embedded database has no replicas. Set both.');
}

/** In development there is always a key, since GraphiQL's viewer switch needs one; in production only a given one. */
function chooseAdminKey(mode: Mode, given: string | undefined): AdminKey | undefined {
  if (given !== undefined) return { value: given, made: false };
  return mode === 'development' ? { value: randomBytes(24).toString('base64url'), made: true } : undefined;
}

function readLimits(get: Get, problems: string[]): Limits {
  const pageMax = get('pageMax') ?? 1000;
  const pageDefault = get('pageDefault') ?? Math.min(100, pageMax);
  if (pageDefault > pageMax) {
    problems.push(`PLINTH_PAGE_DEFAULT (${pageDefault}) must not exceed PLINTH_PAGE_MAX (${pageMax}).`);
  }
  return {
    bodyBytes: get('bodyBytes') ?? 1_000_000,
    jsonDepth: get('jsonDepth') ?? 64,
    tokens: get('tokens') ?? 4000,
    depth: get('depth') ?? 15,
    aliases: get('aliases') ?? 30,
    rootFields: get('rootFields') ?? 20,
    directives: get('directives') ?? 50,
    directivesPerField: get('directivesPerField') ?? 9,
    nodes: get('nodes') ?? 5000,
    cost: get('cost') ?? 500_000,
    listValues: get('listValues') ?? 500,
    inputRows: get('inputRows') ?? 5000,
    pageDefault,
    pageMax,
    requestMs: get('requestMs') ?? 15_000,
  };
}

function readSocketLimits(get: Get): SocketLimits {
  return {
    total: get('sockets') ?? 20_000,
    perAddress: get('addressSockets') ?? 2_000,
    operations: get('socketOperations') ?? 100,
    operationsPerViewer: get('viewerOperations') ?? 500,
    // Many people may have one address.
    operationsPerAddress: get('addressOperations') ?? 2_000,
    backlogBytes: get('socketBacklogBytes') ?? 8_000_000,
  };
}

function readTimeouts(get: Get): ConnectionTimeouts {
  return {
    headersMs: get('headersMs') ?? 10_000,
    bodyMs: get('bodyMs') ?? 30_000,
    // Above the 60 s after which common load balancers drop an idle connection, so that they close first.
    keepAliveMs: get('keepAliveMs') ?? 65_000,
    idleMs: get('idleMs') ?? 60_000,
    socketInitMs: get('socketInitMs') ?? 5_000,
    // Below the 30 s and more after which proxies drop a silent connection.
    socketPingMs: get('socketPingMs') ?? 15_000,
  };
}
