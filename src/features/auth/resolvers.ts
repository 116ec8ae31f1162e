import type { Queryable } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import type { GraphQLContext } from '../../query/graphql-context.ts';
import { selectRowsByIds } from '../../query/read/rows-by-id.ts';
import { property, type Resolver, type ResolverMap } from '../../query/resolvers/resolver.ts';
import { PLAIN_ACCOUNT } from './api.ts';
import type { Credentials, SignedIn } from './operations.ts';

/** What of the request the resolvers of sign-in are given, beside the scope. */
export interface AuthRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remoteAddress: string;
  /** Puts a cookie on the answer, if the operation succeeds. */
  readonly setCookie: (cookie: string) => void;
}

/** What the resolvers do; `operations.ts` implements it. */
export interface AuthOperations {
  signUp(input: Readonly<Record<string, unknown>>, context: AuthContext): Promise<SignedIn>;
  signIn(input: Credentials, context: AuthContext): Promise<SignedIn>;
  signOut(context: AuthContext): Promise<boolean>;
  requestPasswordReset(email: string, context: AuthContext): Promise<boolean>;
  resetPassword(token: string, password: string, context: AuthContext): Promise<boolean>;
  /** The account of a project without a `@user` model. */
  plainAccount(id: string, db: Queryable): Promise<unknown>;
}

export type AuthContext = GraphQLContext & { readonly authRequest: AuthRequest };

/** Resolvers of the mutations of sign-in, and of `viewer` where no model stands for it. */
export function authResolvers(app: AppModel, operations: () => AuthOperations): ResolverMap {
  const plain = app.user ? {} : { Query: { viewer: viewerAccount(operations) }, [PLAIN_ACCOUNT]: ACCOUNT };
  const on =
    (run: (args: Readonly<Record<string, unknown>>, context: AuthContext) => unknown): Resolver =>
    (_source, args, context) =>
      run(args, requireRequest(context));
  return {
    Mutation: {
      signUp: on(({ input }, context) =>
        operations().signUp(input as Readonly<Record<string, unknown>>, context),
      ),
      signIn: on(({ input }, context) => operations().signIn(input as Credentials, context)),
      signOut: on((_args, context) => operations().signOut(context)),
      requestPasswordReset: on(({ email }, context) =>
        operations().requestPasswordReset(String(email), context),
      ),
      resetPassword: on(({ token, password }, context) =>
        operations().resetPassword(String(token), String(password), context),
      ),
    },
    AuthPayload: { token: property('token'), user: payloadUser(app, operations) },
    ...plain,
  };
}

const ACCOUNT: Readonly<Record<string, Resolver>> = {
  id: property('id'),
  email: property('email'),
  name: property('name'),
  emailVerified: property('emailVerified'),
};

function viewerAccount(operations: () => AuthOperations): Resolver {
  return (_source, _args, { scope }) =>
    scope.viewer.kind === 'viewer' ? operations().plainAccount(scope.viewer.id, scope.db) : null;
}

/** Whoever has just signed in sees their own row, whatever later reads show; field rules hold. */
function payloadUser(app: AppModel, operations: () => AuthOperations): Resolver {
  return async (source, _args, { scope }) => {
    const { viewer } = source as { viewer: KnownViewer | undefined };
    if (!viewer) return null;
    if (!app.user) return operations().plainAccount(viewer.id, scope.db);
    const [row] = await selectRowsByIds(scope, app.user, [viewer.id]);
    return row ?? null;
  };
}

function requireRequest(context: GraphQLContext): AuthContext {
  if ('authRequest' in context && context.authRequest) return context as AuthContext;
  throw new ViewerError('FORBIDDEN', 'Signing in and out needs a request of its own.');
}
