import { type GraphQLInputType, isListType, isNonNullType } from 'graphql';
import type { RuleBook } from '../../access/rule-book.ts';
import type { Queryable } from '../../data/index.ts';
import type { AppModel, IdKind } from '../../model/app-model.ts';
import type { ViewerState } from '../../model/viewer.ts';
import { type QueryLimits, RequestScope } from '../request-scope.ts';
import type { KnownOperation } from './known-operations.ts';

/** Who asks an operation, and with which variables. */
interface LikelyRequest {
  readonly scope: RequestScope;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface LikelyRequestsParts {
  readonly app: AppModel;
  readonly rules: RuleBook;
  /** By what the statements are made for: databases that are alike, or one of each kind. */
  readonly dbs: readonly Queryable[];
  readonly limits: QueryLimits;
}

const IDS: Readonly<Record<IdKind, string>> = {
  UUID7: '00000000-0000-7000-8000-000000000000',
  INT: '1',
  NONE: 'id',
};

const VALUES: Readonly<Record<string, unknown>> = {
  String: 'text',
  Int: 1,
  Float: 1.5,
  Boolean: true,
  BigInt: '1',
  Decimal: '1.5',
  UUID: IDS.UUID7,
  Date: '2000-01-01',
  DateTime: '2000-01-01T00:00:00.000Z',
  Time: '12:00:00',
  EmailAddress: 'somebody@example.org',
  URL: 'https://example.org',
  NonEmptyString: 'text',
};

/**
 * Requests of the shapes that an operation is likely to come in, so that its statements can be made before anybody asks: from
 * somebody who is signed out and from an account, with all variables that are plain values and with those alone that it needs.
 * Whatever else comes is one more shape.
 */
export class LikelyRequests {
  readonly #scopes: readonly RequestScope[];
  readonly #ids: readonly string[];

  constructor({ app, rules, dbs, limits }: LikelyRequestsParts) {
    const kinds = new Set(app.entities.map(({ idKind }) => idKind));
    this.#ids = kinds.size > 0 ? [...kinds].map((kind) => IDS[kind]) : [IDS.UUID7];
    const account = {
      kind: 'viewer',
      id: IDS[app.user?.idKind ?? 'UUID7'],
      email: 'somebody@example.org',
      emailVerified: true,
      roles: [],
      claims: {},
    } as const;
    const viewers: readonly ViewerState[] = [{ kind: 'signedOut' }, account];
    this.#scopes = dbs.flatMap((db) =>
      viewers.map((viewer) => new RequestScope({ app, rules, db, viewer, now: new Date(), limits })),
    );
  }

  of({ typed, operation: { operation } }: KnownOperation): readonly LikelyRequest[] {
    const optional = new Set(
      (operation.variableDefinitions ?? []).flatMap(({ variable, type, defaultValue }) =>
        defaultValue || type.kind !== 'NonNullType' ? [variable.name.value] : [],
      ),
    );
    const hasIds = typed.some(({ type }) => scalarName(type) === 'ID');
    const sets = (hasIds ? this.#ids : this.#ids.slice(0, 1)).flatMap((id) => {
      const all = typed.flatMap(({ name, type }): [string, unknown][] => {
        const value = likelyValue(type, id);
        return value === undefined ? [] : [[name, value]];
      });
      const needed = all.filter(([name]) => !optional.has(name));
      return all.length === needed.length ? [all] : [all, needed];
    });
    return sets.flatMap((set) =>
      this.#scopes.map((scope) => ({ scope, variables: Object.fromEntries(set) })),
    );
  }
}

/** Undefined for what is no plain value, or may be any of several that decide. */
function likelyValue(type: GraphQLInputType, id: string): unknown {
  if (isNonNullType(type)) return likelyValue(type.ofType, id);
  if (isListType(type)) {
    const item = likelyValue(type.ofType, id);
    return item === undefined ? undefined : [item];
  }
  return type.name === 'ID' ? id : VALUES[type.name];
}

function scalarName(type: GraphQLInputType): string {
  return isNonNullType(type) || isListType(type) ? scalarName(type.ofType) : type.name;
}
