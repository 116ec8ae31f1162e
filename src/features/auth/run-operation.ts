import type { Tx } from '../../data/index.ts';
import { type AuthOperation, authOperation } from './auth-scope.ts';
import { ADDRESS_HEADER } from './http-names.ts';
import type { OperationParts } from './operations.ts';
import type { AuthContext } from './resolvers.ts';

/** Runs an operation of better-auth's as a part of ours; its mail goes out once ours has succeeded. */
export async function run<T>(
  parts: OperationParts,
  context: AuthContext,
  more: Partial<AuthOperation>,
  work: (operation: AuthOperation) => Promise<T>,
): Promise<T> {
  const operation: AuthOperation = { tx: context.scope.db, mails: [], ...more };
  const result = await authOperation.run(operation, () => work(operation));
  afterCommit(context, () => {
    for (const mail of operation.mails) parts.mailer.send(mail);
  });
  return result;
}

export function afterCommit({ scope }: AuthContext, work: () => void): void {
  if ('afterCommit' in scope.db) (scope.db as Tx).afterCommit(work);
  else work();
}

/** What better-auth is told of a request: nothing that could stand for somebody. */
export function requestHeaders({ authRequest }: AuthContext): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: authRequest.remoteAddress });
  const agent = authRequest.headers['user-agent'];
  if (agent !== undefined) headers.set('user-agent', agent.slice(0, 500));
  return headers;
}
