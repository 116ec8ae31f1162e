import { ViewerError } from '../../kit/viewer-error.ts';
import {
  type ApiKey,
  changeKey,
  endOf,
  type KeyParts,
  listKeys,
  makeKey,
  noSuchKey,
  revokeKey,
} from './api-keys.ts';
import {
  accountOf,
  type Body,
  oneOf,
  queryOf,
  type Request,
  refuseOthers,
  text,
  texts,
  wholeNumber,
} from './route-input.ts';
import type { OwnRoute } from './routes.ts';

const LIMITS = 'is not for single keys here: requests are limited alike for all';
const FOREIGN = 'cannot be chosen: a key is of the account that makes it';

/** What better-auth's plugin can do with keys and we do not. */
const REFUSED = {
  prefix: 'cannot be chosen: all keys begin with pk_',
  permissions: 'are not kept for keys: give the key `roles`',
  metadata: 'is not kept for keys',
  remaining: LIMITS,
  refillAmount: LIMITS,
  refillInterval: LIMITS,
  rateLimitEnabled: LIMITS,
  rateLimitMax: LIMITS,
  rateLimitTimeWindow: LIMITS,
  userId: FOREIGN,
  organizationId: FOREIGN,
  enabled: 'cannot be changed: delete the key',
} as const;

const UNNAMED = 'API key';
const SORTS = ['createdAt', 'name', 'expiresAt', 'id'] as const;

/** Keys at the paths of better-auth's plugin `api-key`, for its browser client. Checking a key is not for clients. */
export function clientKeyRoutes(parts: KeyParts): Readonly<Record<string, OwnRoute>> {
  return {
    'POST /auth/api-key/create': (request, body) => create(parts, request, body),
    'GET /auth/api-key/get': async (request) => {
      const { id: viewer } = accountOf(request);
      const query = queryOf(request);
      refuse(query, ['id']);
      const id = text(query, 'id', 100);
      const found = (await listKeys(parts, accountOf(request))).find((key) => key.id === id);
      if (!found) throw noSuchKey();
      return Response.json(asClientKey(found, viewer));
    },
    'GET /auth/api-key/list': (request) => list(parts, request),
    'POST /auth/api-key/update': (request, body) => update(parts, request, body),
    'POST /auth/api-key/delete': async (request, body) => {
      const viewer = accountOf(request);
      refuse(body, ['keyId']);
      await revokeKey(parts, viewer, text(body, 'keyId', 100));
      return Response.json({ success: true });
    },
  };
}

async function create(parts: KeyParts, request: Request, body: Body): Promise<Response> {
  const viewer = accountOf(request);
  refuse(body, ['name', 'expiresIn', 'roles']);
  const { key, ...made } = await makeKey(parts, viewer, {
    name: given(body.name) ? text(body, 'name', 100) : UNNAMED,
    roles: given(body.roles) ? texts(body, 'roles') : undefined,
    expiresAt: given(body.expiresIn) ? endOf(body) : null,
  });
  return Response.json({ ...asClientKey(made, viewer.id), key });
}

async function list(parts: KeyParts, request: Request): Promise<Response> {
  const viewer = accountOf(request);
  const query = queryOf(request);
  refuse(query, ['limit', 'offset', 'sortBy', 'sortDirection']);
  const limit = wholeNumber(query, 'limit', 1000);
  const offset = wholeNumber(query, 'offset', 1_000_000);
  const sortBy = oneOf(query, 'sortBy', SORTS);
  const direction = oneOf(query, 'sortDirection', ['asc', 'desc']) === 'desc' ? -1 : 1;
  const keys = [...(await listKeys(parts, viewer))];
  if (sortBy) keys.sort((a, b) => direction * compare(a[sortBy], b[sortBy]));
  const page = keys.slice(offset ?? 0, limit === undefined ? undefined : (offset ?? 0) + limit);
  const apiKeys = page.map((key) => asClientKey(key, viewer.id));
  return Response.json({ apiKeys, total: keys.length, limit, offset });
}

/** Nulls last, as PostgreSQL has them. */
function compare(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null || a < b ? -1 : 1;
}

async function update(parts: KeyParts, request: Request, body: Body): Promise<Response> {
  const viewer = accountOf(request);
  refuse(body, ['keyId', 'name', 'expiresIn']);
  const id = text(body, 'keyId', 100);
  const name = given(body.name) ? text(body, 'name', 100) : undefined;
  // Here null says something: never.
  const expiresAt = body.expiresIn === null ? null : body.expiresIn === undefined ? undefined : endOf(body);
  if (name === undefined && expiresAt === undefined)
    throw new ViewerError('BAD_USER_INPUT', 'Nothing is to be changed: send `name` or `expiresIn`.');
  return Response.json(asClientKey(await changeKey(parts, viewer, id, { name, expiresAt }), viewer.id));
}

const given = (value: unknown): boolean => value !== undefined && value !== null;

function refuse(body: Body, known: readonly string[]): void {
  const { configId, ...rest } = body;
  // There is one kind of keys, which is what the client calls `default`.
  refuseOthers(configId === 'default' ? rest : body, known, REFUSED);
}

/** The type `ApiKey` of better-auth's, and our `roles`. */
function asClientKey(key: ApiKey, accountId: string) {
  return {
    ...key,
    configId: 'default',
    prefix: 'pk_',
    referenceId: accountId,
    userId: accountId,
    enabled: true,
    updatedAt: key.createdAt,
    lastRequest: null,
    requestCount: 0,
    remaining: null,
    refillAmount: null,
    refillInterval: null,
    lastRefillAt: null,
    rateLimitEnabled: false,
    rateLimitMax: null,
    rateLimitTimeWindow: null,
    metadata: null,
    permissions: null,
  };
}
