import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel } from '../../model/app-model.ts';
import { storageOf } from '../../model/storage-type.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import { idColumn, userField } from './user-columns.ts';

/** Statements that tell whether secrets are valid, and everything about their accounts that rules commonly ask for. */
export interface ViewerStatements {
  /** By the hash of one secret: its facts and when it expires (ms since 1970, null for never), as texts. */
  readonly session: string;
  readonly apiKey: string;
  /** By many hashes, or ids of accounts, at once: `key` and `facts` of those that are there. */
  readonly sessions: string;
  readonly apiKeys: string;
  readonly accounts: string;
}

export function viewerStatements(app: AppModel): ViewerStatements {
  const { user } = app;
  const table = quoteIdentifier(user?.table ?? 'plinth_user');
  const column = (fact: 'email' | 'emailVerified' | 'roles') =>
    `u.${quoteIdentifier(user ? userField(user, fact).column : fact)}`;
  const id = `u.${idColumn(user)}`;
  const roles = `coalesce(${column('roles')}::text[], '{}')`;
  const facts = (own: string) =>
    `json_build_object('id', ${id}::text, 'email', ${column('email')}, 'emailVerified', ${column('emailVerified')}, 'roles', ${own})::text AS facts`;
  const expires = `(extract(epoch FROM k."expiresAt") * 1000)::float8::text AS expires`;
  // A key never has a role that its account does not have any more.
  const both = `ARRAY(SELECT r FROM unnest(k."roles") r WHERE r = ANY(${roles}))`;
  const sessions = `FROM plinth_session k JOIN ${table} u ON ${id} = k."userId" WHERE k."expiresAt" > now()`;
  const apiKeys = `FROM plinth_api_key k JOIN ${table} u ON ${id} = k."userId" WHERE (k."expiresAt" IS NULL OR k."expiresAt" > now())`;
  return {
    session: `SELECT ${facts(roles)}, ${expires} ${sessions} AND k."token" = $1`,
    apiKey: `SELECT ${facts(both)}, ${expires} ${apiKeys} AND k."hash" = $1`,
    sessions: `SELECT k."token" AS key, ${facts(roles)} ${sessions} AND k."token" = ANY($1::text[])`,
    apiKeys: `SELECT k."hash" AS key, ${facts(both)} ${apiKeys} AND k."hash" = ANY($1::text[])`,
    accounts: `SELECT ${id}::text AS key, ${facts(roles)} FROM ${table} u WHERE ${id} = ANY($1::${idType(app)}[])`,
  };
}

function idType(app: AppModel): string {
  return (app.user && storageOf(app, app.user, 'id')?.postgres) ?? 'uuid';
}

/** Whether an id can be one of an account: another would be no value of the column's type. */
export function accountIdTest(app: AppModel): (id: string) => boolean {
  const type = idType(app);
  if (type === 'uuid') return (id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
  if (type === 'int4') return (id) => /^(0|[1-9]\d{0,9})$/.test(id) && Number(id) < 2 ** 31;
  return () => true;
}

export function readFacts(text: string): KnownViewer {
  const facts = JSON.parse(text) as Record<string, unknown>;
  const known = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null));
  return { kind: 'viewer', claims: {}, ...known } as unknown as KnownViewer;
}
