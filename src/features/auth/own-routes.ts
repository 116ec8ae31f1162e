import { type AdminParts, impersonate, replaceRoles, subjectOf } from './administer.ts';
import { endOf, type KeyParts, listKeys, makeKey, revokeKey } from './api-keys.ts';
import { accountOf, text, texts } from './route-input.ts';
import type { OwnRoute } from './routes.ts';

export type OwnRouteParts = KeyParts & AdminParts;

/** What better-auth does not have, or not as we need it: keys for programs, and what administrators do. */
export function ownRoutes(parts: OwnRouteParts): Readonly<Record<string, OwnRoute>> {
  return {
    'POST /auth/api-keys': async (request, body) => {
      const {
        createdAt: _,
        start: __,
        ...made
      } = await makeKey(parts, accountOf(request), {
        name: text(body, 'name', 100),
        roles: body.roles === undefined ? undefined : texts(body, 'roles'),
        expiresAt: body.expiresIn === undefined ? null : endOf(body),
      });
      return Response.json(made, { status: 201 });
    },
    'GET /auth/api-keys': async (request) => Response.json(await listKeys(parts, accountOf(request))),
    'POST /auth/api-keys/revoke': async (request, body) => {
      await revokeKey(parts, accountOf(request), text(body, 'id', 100));
      return Response.json({ status: true });
    },
    'POST /auth/admin/set-roles': async (request, body) => {
      const id = await subjectOf(parts, request, 'id', body.id);
      const roles = texts(body, 'roles');
      await replaceRoles(parts, request, id, roles);
      return Response.json({ id, roles });
    },
    'POST /auth/admin/impersonate': async (request, body) => {
      const id = await subjectOf(parts, request, 'id', body.id);
      const { token, expiresAt } = await impersonate(parts, request, id, text(body, 'reason', 500));
      return Response.json({ token, expiresAt }, { status: 201 });
    },
  };
}
