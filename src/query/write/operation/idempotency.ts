import { createHash } from 'node:crypto';
import { type ExecutionResult, print } from 'graphql';
import type { Db, Tx } from '../../../data/index.ts';
import { sortedJson } from '../../../kit/sorted-json.ts';
import { ViewerError } from '../../../kit/viewer-error.ts';
import type { ViewerState } from '../../../model/viewer.ts';
import type { OperationRequest } from './run-resolvers.ts';

/** Where the answers to mutations with an `Idempotency-Key` are kept. To be run at boot; harmless when run again. */
export const idempotencyTableSql = `CREATE TABLE IF NOT EXISTS "_plinth_idempotency" (
  "viewer" text NOT NULL,
  "key" uuid NOT NULL,
  "request" text NOT NULL,
  "response" text,
  "expires_at" timestamptz NOT NULL,
  PRIMARY KEY ("viewer", "key")
);
CREATE INDEX IF NOT EXISTS "_plinth_idempotency_expires_at_idx" ON "_plinth_idempotency" ("expires_at");`;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A request that shall be done once. */
export interface IdempotentRequest {
  readonly viewer: string;
  readonly key: string;
  /** Hash of operation, name and variables. */
  readonly request: string;
}

/** The key of a request; undefined where it has none. @throws ViewerError BAD_USER_INPUT where it is not a UUID */
export function readKey(request: OperationRequest): IdempotentRequest | undefined {
  const { idempotencyKey: key } = request;
  if (key === undefined) return undefined;
  if (!UUID.test(key)) {
    const issue = { path: ['Idempotency-Key'], message: 'must be a UUID', constraint: 'format' };
    throw new ViewerError('BAD_USER_INPUT', 'The Idempotency-Key must be a UUID.', { issues: [issue] });
  }
  // The same variables in another order are the same request.
  const parts = [print(request.document), request.operationName ?? null, request.variables ?? {}];
  const hash = createHash('sha256').update(sortedJson(parts)).digest('hex');
  return { viewer: viewerKey(request.context.scope.viewer), key, request: hash };
}

function viewerKey(viewer: ViewerState): string {
  return viewer.kind === 'viewer' ? `viewer:${viewer.id}` : viewer.kind;
}

/**
 * The answer that was kept for this key, or undefined when the request is the first, which then holds the key: a twin
 * that comes meanwhile waits here until the first has committed (and gets its answer) or failed (and takes its place).
 * @throws ViewerError CONFLICT where the key was used for something else
 */
export async function findAnswer(tx: Tx, request: IdempotentRequest): Promise<ExecutionResult | undefined> {
  const claimed = await tx.execute(
    `INSERT INTO "_plinth_idempotency" AS kept ("viewer", "key", "request", "expires_at")
     VALUES ($1, $2::uuid, $3, now() + interval '24 hours')
     ON CONFLICT ("viewer", "key") DO UPDATE
       SET "request" = excluded."request", "response" = NULL, "expires_at" = excluded."expires_at"
       WHERE kept."expires_at" < now()`,
    [request.viewer, request.key, request.request],
  );
  if (claimed > 0) return undefined;
  const [kept] = await tx.query<{ request: string; response: string | null }>(
    'SELECT "request", "response" FROM "_plinth_idempotency" WHERE "viewer" = $1 AND "key" = $2::uuid',
    [request.viewer, request.key],
  );
  if (!kept?.response || kept.request !== request.request) {
    throw new ViewerError('CONFLICT', 'This Idempotency-Key was used for another request.');
  }
  return JSON.parse(kept.response) as ExecutionResult;
}

/** Keeps the answer of a request that succeeded, in the transaction of what it did. */
export async function keepAnswer(tx: Tx, request: IdempotentRequest, result: ExecutionResult): Promise<void> {
  await tx.execute(
    'UPDATE "_plinth_idempotency" SET "response" = $3 WHERE "viewer" = $1 AND "key" = $2::uuid',
    [request.viewer, request.key, JSON.stringify({ data: result.data })],
  );
}

const SWEEP_EVERY_MS = 10 * 60_000;
const swept = new WeakMap<Db, number>();

/** Removes what has expired, now and then and beside the request: nobody waits for it or hears of its failure. */
export function sweepSometimes(db: Db, now = Date.now()): void {
  const last = swept.get(db);
  swept.set(db, last === undefined || now - last > SWEEP_EVERY_MS ? now : last);
  if (last !== undefined && now - last <= SWEEP_EVERY_MS) return;
  db.execute('DELETE FROM "_plinth_idempotency" WHERE "expires_at" < now()').catch(() => undefined);
}
