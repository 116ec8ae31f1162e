import type { Db } from '../db.ts';
import { currentTransaction } from '../transaction-context.ts';
import { buildClientConfig } from './build-client-config.ts';
import { clientIn } from './forward-to-transaction.ts';
import { createTransactionPool } from './transaction-pool.ts';

export interface PrismaClientOptions {
  /** The whole text of schema.prisma. */
  readonly prismaSchema: string;
  readonly db: Db;
  /** Where what was derived from the schema is kept between starts. */
  readonly cacheDirectory?: string;
}

/** A model's operations (`findMany`, `create`, …); the author's own types come from the generated client. */
export type PrismaModelLike = Readonly<Record<string, (args?: unknown) => Promise<unknown>>>;

/** The Prisma client as far as it is known without the author's models. */
export interface PrismaClientLike {
  readonly [model: string]: PrismaModelLike | unknown;
  $transaction<T>(fn: (client: PrismaClientLike) => Promise<T>, options?: object): Promise<T>;
  $transaction(operations: readonly Promise<unknown>[]): Promise<unknown[]>;
  $queryRawUnsafe(text: string, ...params: unknown[]): Promise<unknown>;
  $executeRawUnsafe(text: string, ...params: unknown[]): Promise<number>;
  $disconnect(): Promise<void>;
}

/** For Prisma's own transactions, which somebody may forget to end: as long as the pool waits, and a statement runs. */
const LIMITS = { maxWait: 10_000, timeout: 30_000 };

/**
 * Makes the Prisma client of a schema without any generated files. Inside `db.transaction` every call joins that
 * transaction; elsewhere it uses the pool. Loading takes some hundred milliseconds, so call it when first needed.
 */
export async function createPrismaClient(options: PrismaClientOptions): Promise<PrismaClientLike> {
  const [{ getPrismaClient }, { PrismaPg }] = await Promise.all([
    import('@prisma/client/runtime/client'),
    import('@prisma/adapter-pg'),
  ]);
  const Client = getPrismaClient(await buildClientConfig(options.prismaSchema, options.cacheDirectory));
  const adapter = new PrismaPg(createTransactionPool(options.db.pool));
  const client: unknown = new Client({ adapter, transactionOptions: LIMITS });
  return joinTransactions(client as PrismaClientLike, options.db);
}

/** Answers a client that looks at each use whether a transaction runs around the caller. */
function joinTransactions(client: PrismaClientLike, db: Db): PrismaClientLike {
  return new Proxy(client, {
    get(target, property) {
      const context = currentTransaction();
      return Reflect.get(context?.pool === db.pool ? clientIn(target, context) : target, property);
    },
  });
}
