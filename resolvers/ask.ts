import type { Context } from '../generated/context.ts';

/**
 * Runs an operation as the viewer, so with every rule, and answers its data. `T` is what the document asks for.
 * @throws the operation's first error, so that the client gets it as if it had sent the operation itself
 */
export async function ask<T>(
  ctx: Pick<Context, 'api'>,
  document: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<T> {
  const { data, errors } = await ctx.api(document, variables);
  // The cause rather than the error itself: that one says where it arose in the inner document.
  const [error] = errors ?? [];
  if (error) throw error.originalError ?? error;
  return data as T;
}
