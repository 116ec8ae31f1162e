import { inSavepoint } from '../savepoint.ts';
import { type TransactionContext, withTransaction } from '../transaction-context.ts';
import type { PrismaClientLike } from './create-prisma-client.ts';

type Call = (client: PrismaClientLike) => unknown;
type Method = (...args: unknown[]) => unknown;

/** Of the options of `$transaction`, what would make a difference; a savepoint lasts no longer than the transaction. */
interface NestedOptions {
  readonly isolationLevel?: string;
}

/** What each postponed call will do, so that a batch can run it on another client than the one it was made for. */
const callOf = new WeakMap<object, Call>();

/** The client, all of whose calls run inside the transaction. */
export function clientIn(client: PrismaClientLike, context: TransactionContext): PrismaClientLike {
  return new Proxy(client, {
    get: (target, property) =>
      typeof property === 'string' && property !== 'then' && property !== '$disconnect'
        ? forwardToTransaction(target, context, property)
        : Reflect.get(target, property),
  });
}

/**
 * Answers `client[property]` in a form that runs inside the transaction. Prisma merges the findUnique calls of one tick
 * unless they belong to different transactions *of its own*; so each of ours gets one of those, opened at the first call,
 * or two mutations running at once could read through each other.
 */
function forwardToTransaction(
  client: PrismaClientLike,
  context: TransactionContext,
  property: string,
): unknown {
  const inner = (): Promise<PrismaClientLike> => openInner(client, context);
  if (property === '$transaction')
    return (work: unknown, options?: NestedOptions) => runNested(client, context, work, options);
  if (property.startsWith('$')) {
    return (...args: unknown[]) =>
      postpone(inner, (to) => (Reflect.get(to, property) as Method).apply(to, args));
  }
  if (typeof Reflect.get(client, property) !== 'object') return Reflect.get(client, property);
  return new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...args: unknown[]) =>
          postpone(inner, (to) => {
            const model = Reflect.get(to, property) as object;
            return (Reflect.get(model, method) as Method).apply(model, args);
          }),
    },
  );
}

/** Ours is the transaction that ends, Prisma's only follows. */
const FOREVER = { maxWait: 2 ** 31 - 1, timeout: 2 ** 31 - 1 };

/** The client of Prisma's own transaction, one per transaction of ours; it ends just before ours does. */
function openInner(client: PrismaClientLike, context: TransactionContext): Promise<PrismaClientLike> {
  const known = context.kept.get(client) as Promise<PrismaClientLike> | undefined;
  if (known) return known;
  const opened = new Promise<PrismaClientLike>((resolve, reject) => {
    const work = (inner: PrismaClientLike): Promise<void> => {
      resolve(inner);
      return new Promise((finish) => {
        context.beforeEnd.push(async () => {
          finish();
          await closed.catch(() => undefined);
        });
      });
    };
    const closed = withTransaction(context, () => client.$transaction(work, FOREVER));
    closed.catch(reject);
  });
  context.kept.set(client, opened);
  return opened;
}

/** Like Prisma's own promises: nothing runs before it is awaited, and relations can be followed (`.findUnique().posts()`). */
function postpone(inner: () => Promise<PrismaClientLike>, call: Call): object {
  let running: Promise<unknown> | undefined;
  const run = (): Promise<unknown> => {
    running ??= inner().then(call);
    return running;
  };
  const promise: Record<PropertyKey, unknown> = {
    // biome-ignore lint/suspicious/noThenProperty: it stands for Prisma's promise, which is lazy as well
    then: (onOk: (value: unknown) => unknown, onError: (error: unknown) => unknown) =>
      run().then(onOk, onError),
    catch: (onError: (error: unknown) => unknown) => run().catch(onError),
    finally: (onEnd: () => void) => run().finally(onEnd),
    [Symbol.toStringTag]: 'PrismaPromise',
  };
  const lazy = new Proxy(promise, {
    get: (own, key) =>
      key in own || typeof key === 'symbol'
        ? own[key]
        : (...args: unknown[]) =>
            postpone(inner, (to) => {
              const before = call(to) as object;
              return (Reflect.get(before, key) as Method).apply(before, args);
            }),
  });
  callOf.set(lazy, call);
  return lazy;
}

/**
 * A transaction inside the transaction: a savepoint, for the callback form and for the list form alike. It is ours and not
 * Prisma's: where one of those cannot be released, Prisma undoes the one around it instead, and goes on as if that were there.
 */
async function runNested(
  outer: PrismaClientLike,
  context: TransactionContext,
  work: unknown,
  options: NestedOptions = {},
): Promise<unknown> {
  if (options.isolationLevel !== undefined && options.isolationLevel !== 'ReadCommitted')
    throw new Error(
      `$transaction: isolationLevel ${options.isolationLevel} is not possible here, because the transaction around it has begun. ` +
        'Leave isolationLevel out.',
    );
  if (typeof work === 'function')
    return inSavepoint(context, async () => (work as Call)(clientIn(outer, context)));
  const operations = work as readonly (object & PromiseLike<unknown>)[];
  return inSavepoint(context, async () => {
    const client = await openInner(outer, context);
    const results: unknown[] = [];
    for (const operation of operations) results.push(await (callOf.get(operation)?.(client) ?? operation));
    return results;
  });
}
