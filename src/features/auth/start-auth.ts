import type { RuleBook } from '../../access/rule-book.ts';
import type { Config } from '../../config/index.ts';
import { type Db, type PrismaClientLike, type Queryable, withReserve } from '../../data/index.ts';
import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { KnownViewer, ViewerState } from '../../model/viewer.ts';
import type { ResolverMap } from '../../query/resolvers/resolver.ts';
import { accountById } from './account-by-id.ts';
import { adoptAnonymous } from './adopt-rows.ts';
import { clientAdminRoutes } from './client-admin-routes.ts';
import { clientKeyRoutes } from './client-key-routes.ts';
import { accountFinder } from './find-accounts.ts';
import { makeViewerFinder, type ViewerFinder } from './find-viewer.ts';
import { foreignTokenReader } from './foreign-tokens.ts';
import { endedSessionCookie, sessionCookie } from './http-names.ts';
import { makeMailer } from './mailer.ts';
import type { BetterAuth } from './make-better-auth.ts';
import { makeOperations } from './operations.ts';
import { type OwnRouteParts, ownRoutes } from './own-routes.ts';
import { authResolvers } from './resolvers.ts';
import { type AuthHttpRequest, answerRoute, type RouteParts } from './routes.ts';
import { endSession, listSessions, refuseImpersonation, sessionRoutes } from './session-routes.ts';
import { setRoles } from './set-roles.ts';
import { sweepSometimes } from './sweep.ts';
import { makeThrottle } from './throttle.ts';
import { userField } from './user-columns.ts';
import { accountIdTest, viewerStatements } from './viewer-statements.ts';
import { ViewerWatch } from './viewer-watch.ts';
import { type WatchedViewer, type WatchParts, watchAccount, watchViewer } from './watch-viewer.ts';

export interface AuthParts {
  readonly app: AppModel;
  readonly rules: RuleBook;
  readonly config: Config;
  readonly db: Db;
  /** Signs cookies and encrypts second factors. */
  readonly secret: string;
  /** Made when somebody first signs in: it costs some hundred milliseconds. */
  readonly prisma: () => Promise<PrismaClientLike>;
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: () => string;
  /** Adds facts that a viewer's own account knows. */
  readonly complete: (viewer: KnownViewer, db: Queryable) => Promise<KnownViewer>;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
    debug(fields: object, message: string): void;
  };
}

/** Sign-in at request time. */
export interface AuthRuntime {
  readonly resolvers: ResolverMap;
  /** Where mutations that only sign up, in or out run: slow operations can use up the pool, but not this one. */
  readonly db: Db;
  /** Who sends a request that came without the admin key. */
  findViewer(headers: Readonly<Record<string, string | undefined>>): Promise<ViewerState>;
  /** As `findViewer`, for a connection that stays open: `onEnd` is called when they are not that viewer any more. */
  watchViewer(
    headers: Readonly<Record<string, string | undefined>>,
    onEnd: () => void,
  ): Promise<WatchedViewer>;
  /** The same of a viewer that the admin key vouches for. */
  watchAccount(viewer: KnownViewer, onEnd: () => void): Promise<WatchedViewer>;
  /** Answers `/auth/*` and `/dev/mail`. @throws ViewerError */
  answer(request: AuthHttpRequest): Promise<Response>;
  dispose(): Promise<void>;
}

/** Connections for counting and for finding sessions, each for one short statement at a time. */
const SIDE_CONNECTIONS = 2;
/** Signing in is bound by hashing; more at once would not be faster. */
const RESERVE_CONNECTIONS = 3;

/** Sets sign-in up. Nothing is loaded or connected before it is needed; what the configuration asks for is needed at once. */
export async function startAuth(parts: AuthParts): Promise<AuthRuntime> {
  const { app, config, log } = parts;
  const [mailer, readForeignToken] = await Promise.all([
    makeMailer(config, log),
    foreignTokenReader(config.auth.issuers, log),
  ]);
  // Counts must survive the transaction that they are about, and must not wait for a connection that it holds.
  const side = parts.db.sibling(SIDE_CONNECTIONS);
  const db = withReserve(parts.db, parts.db.sibling(RESERVE_CONNECTIONS));
  const throttle = makeThrottle(side);
  const stopSweeping = sweepSometimes(side, (err) => log.error({ err }, 'expired sessions were not removed'));
  const { finder, watched } = viewers(parts, withReserve(parts.db, side), readForeignToken);
  const betterAuth = lazy(async () => {
    const [prisma, { makeBetterAuth }] = await Promise.all([parts.prisma(), import('./make-better-auth.ts')]);
    return makeBetterAuth({
      ...parts,
      db,
      mailer,
      prisma,
      changed: finder.forget,
      forgive: throttle.forgive,
    });
  });
  const operations = makeOperations({
    config,
    throttle,
    mailer,
    finder,
    betterAuth,
    loadViewer: (id, tx) => loadViewer(app, id, tx),
    adoptAnonymous: (from, to, tx) => adoptAnonymous(app, tx, from, to),
    plainAccount: (id, db) => plainAccount(db, id),
  });
  const sessions = { db, sessionToken: finder.sessionToken, changed: finder.forget };
  const administered: OwnRouteParts = {
    db,
    findAccount: (id) => findAccount(app, id, db),
    setRoles: (id, roles) => setRoles(app, db, id, roles),
    changed: finder.forget,
  };
  const clientAdmin = clientAdminRoutes({
    ...administered,
    accounts: accountFinder(app, db),
    listSessions: (id) => listSessions(db, id, null),
    sessionToken: finder.sessionToken,
    sessionCookie: (token, seconds) => sessionCookie(config, parts.secret, token, seconds),
    endCookie: () => endedSessionCookie(config),
  });
  const routes: RouteParts = {
    ...parts,
    throttle,
    mailer,
    betterAuth,
    findViewer: finder.find,
    reserved: db.run,
    own: {
      ...ownRoutes(administered),
      ...clientKeyRoutes(administered),
      ...clientAdmin,
      ...sessionRoutes(sessions),
    },
    endSession: (token) => endSession(sessions, token),
    refuseImpersonation: (request, path) => refuseImpersonation(sessions, request, path),
  };
  return {
    resolvers: authResolvers(app, () => operations),
    db,
    findViewer: (headers) => finder.find(headers),
    watchViewer: (headers, onEnd) => watchViewer(watched, headers, onEnd),
    watchAccount: (viewer, onEnd) => watchAccount(watched, viewer, onEnd),
    answer: (request) => answerRoute(routes, request),
    dispose: async () => {
      stopSweeping();
      watched.watch.stop();
      mailer.close();
      await Promise.all([side.close(), db.close()]);
    },
  };
}

/** Who sends a request, and for whom connections stay open: whatever may end a session is told to both. */
function viewers(
  parts: AuthParts,
  db: Db,
  readForeignToken: WatchParts['readForeignToken'],
): { readonly finder: ViewerFinder; readonly watched: WatchParts } {
  const { app, log } = parts;
  const found = makeViewerFinder({ ...parts, db, readForeignToken });
  const statements = viewerStatements(app);
  const watch = new ViewerWatch({ db, statements, readForeignToken, changed: found.forget, log });
  const forget = (): void => {
    found.forget();
    watch.check();
  };
  const finder = { ...found, forget };
  const isId = accountIdTest(app);
  const isAccountId = (id: string): boolean => app.user !== undefined && isId(id);
  return { finder, watched: { finder, watch, readForeignToken, isAccountId } };
}

function lazy(make: () => Promise<BetterAuth>): () => Promise<BetterAuth> {
  let made: Promise<BetterAuth> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function loadViewer(app: AppModel, id: string, db: Queryable): Promise<KnownViewer> {
  const viewer = await findAccount(app, id, db);
  if (!viewer) throw new Error('The account that has just signed in is gone');
  return viewer;
}

/** An account as rules see it. */
async function findAccount({ user }: AppModel, id: string, db: Queryable): Promise<KnownViewer | undefined> {
  const column = (fact: 'email' | 'emailVerified' | 'roles') =>
    quoteIdentifier(user ? userField(user, fact).column : fact);
  const account = accountById(user, id);
  if (!account) return undefined;
  const text = `SELECT ${column('email')} AS email, ${column('emailVerified')} AS verified, to_json(coalesce(${column('roles')}::text[], '{}'))::text AS roles FROM ${quoteIdentifier(user?.table ?? 'plinth_user')} WHERE ${account.where}`;
  const [row] = await db.query<{ email: string | null; verified: boolean; roles: string }>(
    text,
    account.params,
  );
  if (!row) return undefined;
  return {
    kind: 'viewer',
    id,
    roles: JSON.parse(row.roles) as string[],
    emailVerified: row.verified,
    claims: {},
    ...(row.email !== null && { email: row.email }),
  };
}

async function plainAccount(db: Queryable, id: string): Promise<unknown> {
  const text = 'SELECT "id"::text, "email", "name", "emailVerified" FROM plinth_user WHERE "id"::text = $1';
  const [row] = await db.query(text, [id]);
  return row ?? null;
}

export type { AuthHttpRequest, ViewerFinder };
