import type { Config } from '../../config/index.ts';
import type { Db, Replicas, WalPosition } from '../../data/index.ts';
import { parseWalPosition } from '../../data/index.ts';
import { readCookie } from '../../features/auth/trust-cookie.ts';
import type { ViewerState } from '../../model/viewer.ts';
import type { RouteRequest } from '../../serve/index.ts';
import type { Judged } from '../answer-compiled.ts';
import type { OperationContext } from '../make-resolver-context.ts';
import { positionTokens } from './position-token.ts';
import type { WrittenPositions } from './written-positions.ts';

/** The header by which clients without cookies carry what they have written from answer to request. */
export const POSITION_HEADER = 'x-plinth-position';

export interface RouteReadsParts {
  readonly replicas: Replicas;
  readonly written: WrittenPositions;
  readonly primary: Db;
  readonly config: Pick<Config, 'mode' | 'replicaLagMs'>;
  readonly secret: string;
  readonly staysOnPrimary: (judged: Judged) => boolean;
}

/** Sends queries to replicas, and whoever has just written to one that has it. */
export interface ReadRouting {
  /** Puts a query on a replica, where one has what its sender wrote. */
  route(context: OperationContext, judged: Judged): void;
  /** `wrote` for a statement that was a transaction by itself, just now. */
  wroteByItself(context: OperationContext): Promise<Readonly<Record<string, string>>>;
  /** Remembers what an operation has written, and answers the headers that tell its client. */
  wrote(context: OperationContext, position: WalPosition): Readonly<Record<string, string>>;
  /** The same for a path that writes outside of operations: whoever asks from that address may be its sender. */
  wroteByRoute(request: RouteRequest, answer: Response): Promise<Response>;
}

/** Asked often, and writes nothing that anybody reads through the API. Other paths write, those for links in mail by GET. */
const SESSION_PATH = '/auth/get-session';

/** Beyond the delay that a replica may have: for clocks that differ, and for finding out. */
const SLACK_MS = 20_000;

/** For how long a write has to be remembered: by then every replica in use has it. */
export const keptFor = ({ replicaLagMs }: Pick<Config, 'replicaLagMs'>): number => replicaLagMs + SLACK_MS;

/** Where nobody has been: only the primary has everything up to there. */
const BEYOND = 0xffff_ffff_ffff_ffffn;

export function routeReads(parts: RouteReadsParts): ReadRouting {
  const { replicas, written, config, primary } = parts;
  const tokens = positionTokens(parts.secret, keptFor(config));
  const cookie = positionCookie(config);
  const routed = new WeakSet<object>();
  const note = (writer: string, position: WalPosition): string => {
    const now = Date.now();
    written.note(writer, position, now);
    return tokens.make(position, now);
  };
  const wrote = ({ scope, request, setCookie }: OperationContext, position: WalPosition) => {
    const token = note(writerOf(scope.viewer, request.remoteAddress), position);
    setCookie(cookie.write(token));
    return { [POSITION_HEADER]: token };
  };
  return {
    route: ({ scope, request }, judged) => {
      if (routed.has(scope) || judged.operation.operation !== 'query' || parts.staysOnPrimary(judged)) return;
      routed.add(scope);
      // Time stands still while nothing is heard of the primary: what replicas lack then, they go on lacking.
      const now = replicas.heardOfPrimary ?? 0;
      const carried = [request.headers[POSITION_HEADER], readCookie(request.headers, cookie.name)];
      const reader = replicas.reader(
        furthest([
          written.required(writersOf(scope.viewer, request.remoteAddress), now),
          ...carried.map((token) => tokens.read(token, now)),
        ]),
      );
      if (reader) scope.useConnection(reader);
    },
    wrote,
    wroteByItself: async (context) => wrote(context, await positionNow(primary)),
    wroteByRoute: async (request, answer) => {
      if (request.url.startsWith(SESSION_PATH)) return answer;
      const token = note(addressOf(request.remoteAddress), await positionNow(primary));
      const headers = new Headers(answer.headers);
      headers.append('set-cookie', cookie.write(token));
      headers.set(POSITION_HEADER, token);
      return new Response(answer.body, { status: answer.status, headers });
    },
  };
}

/** The log's end. What was written is written, so a primary that has just gone is no failure of it. */
async function positionNow(primary: Db): Promise<WalPosition> {
  try {
    const text = 'SELECT pg_current_wal_insert_lsn()::text AS position';
    const [row] = await primary.query<{ position: string }>(text);
    return row ? parseWalPosition(row.position) : BEYOND;
  } catch {
    return BEYOND;
  }
}

function positionCookie(config: Pick<Config, 'mode' | 'replicaLagMs'>) {
  const production = config.mode === 'production';
  const name = production ? '__Host-plinth.position' : 'plinth.position';
  const seconds = Math.ceil(keptFor(config) / 1000);
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${production ? '; Secure' : ''}`;
  return { name, write: (token: string): string => `${name}=${token}; ${attributes}` };
}

const furthest = (positions: readonly WalPosition[]): WalPosition =>
  positions.reduce((far, one) => (one > far ? one : far), 0n);

const addressOf = (address: string): string => `address:${address}`;

/** Whom a write is remembered for. The signed out are told apart by address; those behind one share their memory. */
function writerOf(viewer: ViewerState, address: string): string {
  if (viewer.kind === 'viewer') return `viewer:${viewer.id}`;
  return viewer.kind === 'admin' ? 'admin' : addressOf(address);
}

/** Whoever the reader may have been when they wrote: they may have signed in since. */
function writersOf(viewer: ViewerState, address: string): string[] {
  return [...new Set([writerOf(viewer, address), addressOf(address)])];
}
