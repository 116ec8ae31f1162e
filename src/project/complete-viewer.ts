import type { Queryable } from '../data/index.ts';
import { accountById } from '../features/auth/account-by-id.ts';
import { fromByteText } from '../kit/byte-text.ts';
import { quoteIdentifier } from '../kit/quote-identifier.ts';
import { statementName } from '../kit/statement-name.ts';
import type { AppModel, Entity, ScalarField } from '../model/app-model.ts';
import type { ViewerState } from '../model/viewer.ts';

/** Facts that a request may leave out because the account itself has them. */
const LOADED = ['email', 'emailVerified', 'roles'] as const;

/**
 * Fills in what the request did not say of its viewer from the viewer's own row of the `@user` model, in one statement;
 * none when nothing is missing or the model has no such fields.
 */
export async function completeViewer<Viewer extends ViewerState>(
  app: AppModel,
  viewer: Viewer,
  db: Queryable,
): Promise<Viewer> {
  if (viewer.kind !== 'viewer' || !app.user) return viewer;
  const missing = LOADED.filter((fact) => viewer[fact] === undefined).flatMap((fact) =>
    columnOf(app.user, fact),
  );
  if (missing.length === 0) return viewer;
  const row = await loadRow(db, app.user, viewer.id, missing);
  return row ? { ...viewer, ...row } : viewer;
}

function columnOf(user: Entity | undefined, fact: string): ScalarField[] {
  const field = user?.fieldByName.get(fact);
  return field?.kind === 'scalar' ? [field] : [];
}

async function loadRow(
  db: Queryable,
  user: Entity,
  id: string,
  fields: readonly ScalarField[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const account = accountById(user, id);
  if (!account) return undefined;
  const pairs = fields.map(({ name, column }) => `'${name}', ${quoteIdentifier(column)}`).join(', ');
  const text = `SELECT json_build_object(${pairs})::text AS facts FROM ${quoteIdentifier(user.table)} WHERE ${account.where}`;
  const [found] =
    (await db.readTexts(text, account.params, { name: statementName(text), shares: 'read' })) ?? [];
  if (!found) return undefined;
  const facts = Object.entries(JSON.parse(fromByteText(found)) as Record<string, unknown>).filter(
    ([, value]) => value !== null,
  );
  return Object.fromEntries(facts);
}
