import { AsyncLocalStorage } from 'node:async_hooks';
import type { RuleBook } from '../../access/rule-book.ts';
import type { Queryable } from '../../data/index.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { TRUE } from '../../model/expr.ts';
import type { ViewerState } from '../../model/viewer.ts';
import { type QueryLimits, RequestScope } from '../../query/request-scope.ts';
import type { Mail } from './mailer.ts';

/** What an operation of ours tells the callbacks that better-auth calls on its way. */
export interface AuthOperation {
  /** The transaction that the operation writes in; absent for requests to `/auth/*`. */
  readonly tx?: Queryable;
  /** The author's own fields of the account that is about to be made. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** Why the account could not be made, which better-auth would replace by a phrase of its own. */
  failure?: unknown;
  /** Mail to send once the operation has succeeded. */
  readonly mails: Mail[];
}

/** The operation around the caller. */
export const authOperation = new AsyncLocalStorage<AuthOperation>();

const LIMITS: QueryLimits = { defaultPageSize: 100, maxPageSize: 1000, maxListLength: 1000 };

/** A view of the world for writes of sign-in's own, in which everybody may make an account of theirs. */
export function scopeAs(
  parts: { readonly app: AppModel; readonly rules: RuleBook },
  viewer: ViewerState,
  db: Queryable,
): RequestScope {
  const { app } = parts;
  return new RequestScope({
    app,
    rules: app.user ? openFor(parts.rules, app.user) : parts.rules,
    db,
    viewer,
    now: new Date(),
    limits: LIMITS,
  });
}

/** The author's rules, but for making rows of `user`: that is what signing up is. Rules of its fields hold. */
function openFor(rules: RuleBook, user: Entity): RuleBook {
  const source = { text: 'true', place: user.place };
  return {
    row: (entity, operation) =>
      entity === user && operation === 'create'
        ? { source, expr: TRUE, readable: [] }
        : rules.row(entity, operation),
    field: (entity, field, operation) => rules.field(entity, field, operation),
    call: (root, field) => rules.call(root, field),
    value: (entity, field, use) => rules.value(entity, field, use),
    checks: (entity) => rules.checks(entity),
  };
}
