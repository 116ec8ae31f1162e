import type { RuleBook } from '../../access/rule-book.ts';
import type { Db, Queryable } from '../../data/index.ts';
import type { AppModel, Entity, JsonValue } from '../../model/app-model.ts';
import { isWritable } from '../../model/input-fields.ts';
import { InputReader } from '../../query/write/plan/input-reader.ts';
import { planCreate } from '../../query/write/plan/plan-create.ts';
import { createRows } from '../../query/write/run/create-rows.ts';
import { judgeTouchedRows } from '../../query/write/run/judge-rows.ts';
import { WriteRun } from '../../query/write/run/write-run.ts';
import { authOperation, scopeAs } from './auth-scope.ts';
import { userField } from './user-columns.ts';

export interface UserRowParts {
  readonly app: AppModel;
  readonly rules: RuleBook;
  readonly db: Db;
}

/** What the server itself says of a new account, whatever the author lets clients write. */
const SERVERS_OWN = ['emailVerified', 'roles', 'isAnonymous', 'twoFactorEnabled'] as const;

/**
 * Makes the row of a new account the way any row of the model is made: validated, with its defaults and presets, and
 * with the write rules of the fields that were given, asked for the new account itself. Answers its id.
 * @param facts by field name, as better-auth wants them stored
 * @throws ViewerError for input that the model refuses
 */
export async function createUserRow(
  parts: UserRowParts,
  user: Entity,
  facts: Readonly<Record<string, unknown>>,
): Promise<string> {
  const operation = authOperation.getStore();
  try {
    if (operation?.tx) return await insert(parts, user, facts, operation.tx);
    return await parts.db.transaction((tx) => insert(parts, user, facts, tx));
  } catch (error) {
    if (operation) operation.failure = error;
    throw error;
  }
}

async function insert(
  parts: UserRowParts,
  user: Entity,
  facts: Readonly<Record<string, unknown>>,
  tx: Queryable,
): Promise<string> {
  const { input, server } = sort(user, facts);
  const reader = new InputReader(parts.app, 1000);
  const plan = planCreate(reader, user, ['input'], input, { alsoGiven: [...server.keys()] });
  reader.finish();
  if (!plan) throw new Error('An account without a plan and without an issue');
  const values = new Map([...plan.values, ...server]);
  const run = new WriteRun(scopeAs(parts, { kind: 'signedOut' }, tx));
  const [id = ''] = await createRows(run, user, [{ plan: { ...plan, values }, keys: new Map() }]);
  const fresh = { kind: 'viewer', id, roles: [], emailVerified: false, claims: {} } as const;
  const email = facts[userField(user, 'email').name];
  const viewer = typeof email === 'string' ? { ...fresh, email } : fresh;
  const judged = new WriteRun(scopeAs(parts, viewer, tx));
  judged.touch(
    user,
    [id],
    'created',
    plan.given.filter((name) => name !== userField(user, 'email').name),
  );
  await judgeTouchedRows(judged);
  return id;
}

/** What goes through the model's own input, and what the server stores beside it. */
function sort(user: Entity, facts: Readonly<Record<string, unknown>>) {
  const input: Record<string, unknown> = { ...authOperation.getStore()?.input };
  const server = new Map<string, JsonValue>();
  const own = new Set<string>(SERVERS_OWN.map((fact) => userField(user, fact).name));
  for (const [name, value] of Object.entries(facts)) {
    const field = user.fieldByName.get(name);
    if (field?.kind !== 'scalar' || field.maintained || name === 'id' || Object.hasOwn(input, name)) continue;
    const given = value === '' && !field.required ? null : value;
    if (given === null || given === undefined) continue;
    if (!own.has(name) && isWritable(user, field, 'create')) input[name] = given;
    else server.set(name, given as JsonValue);
  }
  return { input, server };
}
