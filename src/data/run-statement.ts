import { connect } from 'node:net';
import pg from 'pg';
import { cutConnection } from './cut-connection.ts';
import { DatabaseError, toDatabaseError } from './database-error.ts';
import type { QueryOptions, Texts } from './db.ts';
import { TextRows } from './express/text-rows.ts';
import { FramedQuery } from './framed-query.ts';
import type { Ahead } from './frames.ts';

const { builtins } = pg.types;
const parsed = new Set<number>([
  builtins.BOOL,
  builtins.INT2,
  builtins.INT4,
  builtins.OID,
  builtins.FLOAT4,
  builtins.FLOAT8,
]);

/** Everything that JavaScript cannot hold exactly stays PostgreSQL's own text. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    parsed.has(oid) ? pg.types.getTypeParser(oid, format) : (text: string) => text,
};

/** What a connection knows about its server side; node-postgres keeps it but does not declare it. */
interface ServerSide {
  readonly processID: number;
  readonly secretKey: number;
  readonly host: string;
  readonly port: number;
}

/** What PostgreSQL says of a statement that it was asked to stop. */
const QUERY_CANCELED = '57014';

const cancelPatience = 3_000;
/** How long a statement may take to end that has been cancelled. */
const cutPatience = 1_000;

/** Runs one statement on a pool or on one connection; with a signal only on a connection. @throws DatabaseError */
export function runStatement(
  on: pg.Pool | pg.PoolClient,
  text: string,
  params: readonly unknown[],
  { name, signal }: QueryOptions,
): Promise<pg.QueryResult> {
  const config = { text, values: [...params], types, ...(name === undefined ? {} : { name }) };
  return cancellably(on, signal, () => on.query(config));
}

/** The same in a transaction, with what goes ahead of it. @throws DatabaseError */
export function runFramed(
  on: pg.PoolClient,
  ahead: Ahead,
  text: string,
  params: readonly unknown[],
  options: QueryOptions,
): Promise<pg.QueryResult> {
  if (ahead.texts.length === 0) return runStatement(on, text, params, options);
  return cancellably(on, options.signal, async () => {
    // Several statements in one text cannot be sent with others, and only their values tell that they are not several. For none,
    // node-postgres prepares nothing.
    if (params.length === 0 || text === '') {
      await sendAlone(on, ahead);
      return on.query({ text, types });
    }
    return new Promise((resolve, reject) => {
      ahead.isSent = true;
      // Without a name: node-postgres would take what goes ahead for what is prepared under it.
      const query = new FramedQuery(
        ahead.texts,
        { text, values: [...params], types },
        (error, result, done) => {
          ahead.done = done;
          if (error) reject(error);
          else resolve(result);
        },
      );
      on.query(query as unknown as pg.Submittable);
    });
  });
}

/** Sends what goes ahead by itself, for a statement that cannot go with it. */
export async function sendAlone(on: pg.PoolClient, ahead: Ahead): Promise<void> {
  if (ahead.texts.length === 0) return;
  ahead.isSent = true;
  await on.query(ahead.texts.join('; '));
  ahead.done = ahead.texts.length;
}

const NOTHING_AHEAD: Ahead = { texts: [], isSent: true, done: 0 };

/** The same for {@link Queryable.readTexts}. @throws DatabaseError */
export function runForTexts(
  on: pg.PoolClient,
  text: string,
  params: readonly unknown[],
  { name, signal, rows }: QueryOptions,
  ahead: Ahead = NOTHING_AHEAD,
): Promise<Texts | undefined> {
  const { texts } = ahead;
  const asked = [...texts.map((text) => ({ text, params: [] })), { text, params, name, rows }];
  return cancellably(
    on,
    signal,
    () =>
      new Promise((resolve, reject) => {
        ahead.isSent = true;
        on.query(
          new TextRows(asked, (error, rows) => {
            ahead.done = Math.min(rows.length, texts.length);
            if (error) reject(error);
            else resolve(rows[texts.length]);
          }),
        );
      }),
  );
}

async function cancellably<T>(
  on: pg.Pool | pg.PoolClient,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (signal) throwIfCancelled(signal);
  try {
    return await stoppably(on, signal, run);
  } catch (error) {
    throw signal?.aborted ? cancelled(signal) : toDatabaseError(error);
  }
}

/** Runs what sends one statement, and asks the server to stop that when the signal fires. @throws what `run` does */
export async function stoppably<T>(
  on: pg.Pool | pg.PoolClient,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  let cancelling: Promise<void> | undefined;
  let cut: NodeJS.Timeout | undefined;
  let sqlState: string | undefined;
  const onAbort = (): void => {
    if (on instanceof pg.Pool) return;
    cancelling = cancelStatement(on);
    // A connection that has died without a word would be waited for as long as TCP does.
    cut = setTimeout(() => cutConnection(on), cutPatience);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await run();
  } catch (error) {
    ({ sqlState } = toDatabaseError(error));
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(cut);
    // Until the request has been dealt with it might still hit the next statement on this connection.
    await cancelling;
    if (cancelling && sqlState !== QUERY_CANCELED) inDoubt.add(on);
  }
}

/**
 * Connections that were asked to stop a statement which has ended otherwise: nobody knows what the request will hit. And those of
 * which nobody knows whether they are still in a transaction.
 */
const inDoubt = new WeakSet<object>();

/** Has the connection closed rather than given back. */
export function putInDoubt(on: pg.PoolClient): void {
  inDoubt.add(on);
}

/** Runs `fn` and gives the connection back; one that is lost, or whose state is in doubt, is closed instead. */
export async function closeCancellably<T>(client: pg.PoolClient, fn: () => Promise<T>): Promise<T> {
  let broken = false;
  try {
    return await fn();
  } catch (error) {
    broken = error instanceof DatabaseError && error.kind === 'unavailable';
    throw error;
  } finally {
    client.release(broken || inDoubt.has(client));
  }
}

/** @throws DatabaseError of kind `cancelled` */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal);
}

/** With the reason of whoever has cancelled it: PostgreSQL only says that somebody has. */
function cancelled({ reason }: AbortSignal): DatabaseError {
  return new DatabaseError('cancelled', 'The statement was cancelled because its caller went away', {
    cause: reason,
  });
}

/**
 * Asks the server to stop what the connection is running. The request is a message on a connection of its own (see
 * "Canceling Requests in Progress" in PostgreSQL's protocol chapter), so it needs no free slot in the pool. When the
 * server does not react, the connection is cut.
 */
function cancelStatement(client: pg.PoolClient): Promise<void> {
  const server = client as unknown as ServerSide;
  const message = Buffer.alloc(16);
  [16, 80_877_102, server.processID, server.secretKey].forEach((word, i) => {
    message.writeInt32BE(word | 0, i * 4);
  });
  return new Promise((resolve) => {
    const socket = server.host.startsWith('/')
      ? connect(`${server.host}/.s.PGSQL.${server.port}`)
      : connect(server.port, server.host);
    const timer = setTimeout(() => socket.destroy(), cancelPatience);
    socket.on('connect', () => socket.write(message));
    socket.on('error', () => undefined);
    // The server closes this connection once it has passed the request on.
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
  });
}
