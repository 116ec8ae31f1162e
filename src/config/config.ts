export type Mode = 'development' | 'production';
export type DocumentAccess = 'open' | 'trusted';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** What one request may ask for at most. Each is a number that an operator may change. */
export interface Limits {
  /** Bytes of a request body. */
  readonly bodyBytes: number;
  /** Nesting of objects and lists in a JSON body. */
  readonly jsonDepth: number;
  /** Tokens of a GraphQL document. */
  readonly tokens: number;
  /** Nesting of fields with fragments written out; introspection apart. */
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  /** Directives in the whole operation, and on one field. */
  readonly directives: number;
  readonly directivesPerField: number;
  /** Selections once every fragment is written out. */
  readonly nodes: number;
  /** Values that an operation may answer: rows × fields, and what has to be looked at for them. */
  readonly cost: number;
  /** Values in an `in` or `notIn` list, and ids in `nodes`. */
  readonly listValues: number;
  /** Elements of a list in the input of a write, such as the rows of a batch. */
  readonly inputRows: number;
  readonly pageDefault: number;
  readonly pageMax: number;
  /** Milliseconds from the arrival of a request to its answer. */
  readonly requestMs: number;
}

/** What is held of WebSocket connections at most. */
export interface SocketLimits {
  /** Sockets of one process, and those among them that come from one address. */
  readonly total: number;
  readonly perAddress: number;
  /** Operations under way at once: on one socket, of one viewer, and of the signed out of one address. */
  readonly operations: number;
  readonly operationsPerViewer: number;
  readonly operationsPerAddress: number;
  /** Bytes that may wait for a client that does not read them. */
  readonly backlogBytes: number;
}

/** Milliseconds after which the HTTP server gives up on a connection. */
export interface ConnectionTimeouts {
  /** For all headers to arrive, counted from the connection. */
  readonly headersMs: number;
  /** For the whole request to arrive. */
  readonly bodyMs: number;
  /** Between two requests on one connection. */
  readonly keepAliveMs: number;
  /** Without a byte either way, so also for a client that does not read its answer. */
  readonly idleMs: number;
  /** For a socket's `connection_init` to arrive. */
  readonly socketInitMs: number;
  /** Between two pings of a socket; one that has not answered by the next is dead. */
  readonly socketPingMs: number;
}

/** The admin key, and whether it was made at this start (then it has to be shown once). */
export interface AdminKey {
  readonly value: string;
  readonly made: boolean;
}

/** Somebody else whose signed tokens say who a viewer is. */
export interface TrustedIssuer {
  /** Exactly the token's `iss`. */
  readonly issuer: string;
  /** The token's `aud` has to name one of these. */
  readonly audience: readonly string[];
  /** Where the public keys are; found by OpenID discovery below the issuer where absent. */
  readonly jwksUrl?: string;
  /** Signature algorithms that are accepted; asymmetric ones only. */
  readonly algorithms: readonly string[];
  /** Which claim says what of the viewer; `id` is `sub` unless said otherwise. A dot leads into an object. */
  readonly claims: Readonly<Partial<Record<'id' | 'email' | 'emailVerified' | 'roles', string>>>;
}

/** An OAuth 2 or OpenID Connect provider to sign in with. */
export interface AuthProvider {
  /** As it is called in addresses: `/auth/callback/{id}`. */
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly discoveryUrl?: string;
  readonly authorizationUrl?: string;
  readonly tokenUrl?: string;
  readonly userInfoUrl?: string;
  readonly scopes?: readonly string[];
}

/** How accounts are made and signed in. */
export interface AuthConfig {
  /** Address of this server as its users see it; links in mail begin with it. Absent: where it listens. */
  readonly publicUrl: string | undefined;
  /** Address of the app's pages, to which links in mail lead. Absent: `publicUrl`. */
  readonly appUrl: string | undefined;
  /** Absent: mail is logged, and in development shown at `/dev/mail`. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string | undefined;
  /** Whether anybody may make an account. */
  readonly signUp: boolean;
  /** Whether an address has to be verified before its account can sign in. */
  readonly verifyMail: boolean;
  readonly issuers: readonly TrustedIssuer[];
  readonly providers: readonly AuthProvider[];
}

/** The server's own cache of answers that `@cacheControl` lets it keep. */
export interface CacheConfig {
  /** Answers at most. */
  readonly entries: number;
  /** Memory that they may take; 0 where nothing is kept. */
  readonly bytes: number;
}

/** All settings, read and checked once at boot. Nothing else reads the environment. */
export interface Config {
  readonly mode: Mode;
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded database is used. */
  readonly databaseUrl: string | undefined;
  /** Standbys of that database that take reads. */
  readonly replicaUrls: readonly string[];
  /** How far a replica may be behind before it is left out. */
  readonly replicaLagMs: number;
  /** Connections of one process. */
  readonly poolSize: number;
  /** Whether statements are prepared by name; absent: unless a pooler would forget them. */
  readonly prepare: boolean | undefined;
  /** Whether reads that wait for PostgreSQL and ask the same are sent once. */
  readonly coalesce: boolean;
  /** Processes that `start` serves from. */
  readonly workers: number;
  /** Absent only in development when unset: nothing is signed with it yet. */
  readonly secret: string | undefined;
  /** Absent: there is no admin access. */
  readonly adminKey: AdminKey | undefined;
  /** Origins of other sites that may call the API from a browser; `*` means every origin, without credentials. */
  readonly corsOrigins: readonly string[];
  /** Proxies in front of us, as addresses and networks: what they say of where a request comes from is believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  /** Whether operations run as compiled SQL where they can (`PLINTH_COMPILE=0` turns it off). */
  readonly compile: boolean;
  /** Whether any document may be sent, or those of the project's clients alone (`PLINTH_DOCUMENTS`). */
  readonly documents: DocumentAccess;
  readonly cache: CacheConfig;
  readonly auth: AuthConfig;
  readonly limits: Limits;
  readonly sockets: SocketLimits;
  readonly timeouts: ConnectionTimeouts;
}
