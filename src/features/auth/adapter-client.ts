import type { PrismaClientLike } from '../../data/index.ts';
import { lowerFirst } from '../../kit/words.ts';
import { tokenVeil } from './session-tokens.ts';
import { TABLES } from './tables.ts';

export interface AdapterHooks {
  /** Prisma's model of accounts. */
  readonly userModel: string;
  /** Whether ids of accounts are numbers in the database; better-auth knows them as text. */
  readonly numericIds: boolean;
  /** Makes an account and answers its id; absent where Prisma alone can. */
  readonly createUser?: (facts: Readonly<Record<string, unknown>>) => Promise<string>;
  /** A session, an account or a key has changed, so that what is remembered of them may be wrong. */
  readonly changed: () => void;
}

type Call = (args?: unknown) => Promise<unknown>;
type Delegate = Readonly<Record<string, Call>>;

/**
 * The Prisma client as better-auth's adapter gets it: accounts are made by our own write path, ids of accounts are text,
 * tokens of sessions are stored as hashes, and whatever ends a session is noticed.
 */
export function adapterClient(prisma: PrismaClientLike, hooks: AdapterHooks): object {
  const watched = [TABLES.session, hooks.userModel].map(lowerFirst);
  const delegates = new Map<string, Delegate>();
  return new Proxy({} as Record<string, unknown>, {
    get(_target, property) {
      if (typeof property !== 'string' || property.startsWith('_') || property === 'then') return undefined;
      // Prisma takes `Person` for `person`, and better-auth says either.
      const model = lowerFirst(property);
      if (model.startsWith('$')) return Reflect.get(prisma, model);
      let delegate = delegates.get(model);
      if (!delegate) {
        delegate = wrap(prisma, model, watched.includes(model), hooks);
        delegates.set(model, delegate);
      }
      return delegate;
    },
  });
}

const CHANGES: readonly string[] = ['update', 'updateMany', 'delete', 'deleteMany', 'upsert'];

function wrap(prisma: PrismaClientLike, model: string, watched: boolean, hooks: AdapterHooks): Delegate {
  const isUser = model === lowerFirst(hooks.userModel);
  const isSession = model === lowerFirst(TABLES.session);
  const own = (): Delegate => Reflect.get(prisma, model) as Delegate;
  const call = async (method: string, args: unknown): Promise<unknown> => {
    // Looked up at each call: inside a transaction it is another client's.
    const veil = isSession ? tokenVeil() : undefined;
    const sent = veil ? veil.hide(args) : args;
    const found = await own()[method]?.(hooks.numericIds ? toNumbers(sent, isUser) : sent);
    if (watched && CHANGES.includes(method)) hooks.changed();
    if (isUser && found === null && isByEmail(method, args)) await askForAccounts(prisma, hooks);
    const answered = hooks.numericIds ? toTexts(found, isUser) : found;
    return veil ? veil.show(answered) : answered;
  };
  const create: Call = async (args) => {
    if (!isUser || !hooks.createUser) return call('create', args);
    const { data } = args as { data: Record<string, unknown> };
    const id = await hooks.createUser(data);
    return call('findFirst', { where: { id } });
  };
  return new Proxy({} as Delegate, {
    get: (_target, method) =>
      typeof method !== 'string' || method === 'then'
        ? undefined
        : method === 'create'
          ? create
          : (args: unknown) => call(method, args),
  });
}

const isByEmail = (method: string, args: unknown): boolean =>
  method === 'findFirst' && (args as { where?: { email?: unknown } } | undefined)?.where?.email !== undefined;

/** What is asked next of somebody who exists; asked of nobody, so that the time does not tell who exists. */
async function askForAccounts(prisma: PrismaClientLike, { numericIds }: AdapterHooks): Promise<void> {
  const accounts = Reflect.get(prisma, lowerFirst(TABLES.account)) as Delegate;
  await accounts.findMany?.({ where: { userId: { equals: numericIds ? -1 : NOBODY } }, take: 100, skip: 0 });
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

const isIdKey = (key: string, isUser: boolean): boolean => key === 'userId' || (isUser && key === 'id');

function toNumbers(args: unknown, isUser: boolean, isId = false): unknown {
  if (Array.isArray(args)) return args.map((item) => toNumbers(item, isUser, isId));
  if (typeof args === 'string') return isId && /^\d{1,9}$/.test(args) ? Number(args) : isId ? -1 : args;
  if (typeof args !== 'object' || args === null || args instanceof Date) return args;
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      toNumbers(value, isUser, isIdKey(key, isUser) || (isId && key !== 'select')),
    ]),
  );
}

function toTexts(found: unknown, isUser: boolean): unknown {
  if (Array.isArray(found)) return found.map((row) => toTexts(row, isUser));
  if (typeof found !== 'object' || found === null || found instanceof Date) return found;
  return Object.fromEntries(
    Object.entries(found).map(([key, value]) => [
      key,
      typeof value === 'number' && isIdKey(key, isUser) ? String(value) : value,
    ]),
  );
}
