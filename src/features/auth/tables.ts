import type { AppModel, Entity } from '../../model/app-model.ts';
import { hiddenColumn as column, internalTable, ownedBy } from './entity.ts';

/** Names of the tables' Prisma models. Type names that begin with `Plinth` are not the author's to use. */
export const TABLES = {
  user: 'PlinthUser',
  session: 'PlinthSession',
  account: 'PlinthAccount',
  verification: 'PlinthVerification',
  twoFactor: 'PlinthTwoFactor',
  apiKey: 'PlinthApiKey',
  passkey: 'PlinthPasskey',
  throttle: 'PlinthThrottle',
  audit: 'PlinthAuthEvent',
} as const;

const required = { required: true } as const;
const stamps = () => [
  column('createdAt', 'DateTime', { required: true, maintained: 'createdAt' }),
  column('updatedAt', 'DateTime', { required: true, maintained: 'updatedAt' }),
];

/** The tables of sign-in. Field names are better-auth's own, so that nothing has to be translated. */
export function authTables(app: AppModel): readonly Entity[] {
  const user = app.user?.name ?? TABLES.user;
  const own = app.user ? [] : [userTable()];
  return [
    ...own,
    sessionTable(user),
    accountTable(user),
    verificationTable(),
    ...secondFactors(user),
    passkeyTable(user),
    ...keeping(),
  ];
}

/** Accounts of a project that has no `@user` model. */
function userTable(): Entity {
  return internalTable(TABLES.user, 'plinth_user', 'An account; the project has no model for it.', [
    column('email', 'String', { unique: true }),
    column('name', 'String'),
    column('emailVerified', 'Boolean', { required: true, default: false }),
    column('image', 'String'),
    column('roles', 'String', { required: true, list: true }),
    column('isAnonymous', 'Boolean', { required: true, default: false }),
    column('twoFactorEnabled', 'Boolean', { required: true, default: false }),
    ...stamps(),
  ]);
}

function sessionTable(user: string): Entity {
  return internalTable(TABLES.session, 'plinth_session', 'A signed-in device.', [
    column('token', 'String', { required: true, unique: true }),
    column('expiresAt', 'DateTime', required),
    column('ipAddress', 'String'),
    column('userAgent', 'String'),
    column('impersonatedBy', 'String'),
    ownedBy('user', user),
    ...stamps(),
  ]);
}

function accountTable(user: string): Entity {
  return internalTable(
    TABLES.account,
    'plinth_account',
    'One way in: a password, or an identity at a provider.',
    [
      column('accountId', 'String', required),
      column('providerId', 'String', required),
      column('issuer', 'String'),
      column('accessToken', 'String'),
      column('refreshToken', 'String'),
      column('idToken', 'String'),
      column('accessTokenExpiresAt', 'DateTime'),
      column('refreshTokenExpiresAt', 'DateTime'),
      column('scope', 'String'),
      column('password', 'String'),
      ownedBy('user', user),
      ...stamps(),
    ],
    ['accountId'],
  );
}

function verificationTable(): Entity {
  return internalTable(
    TABLES.verification,
    'plinth_verification',
    'Something sent by mail that may be used once. Identifiers are hashed.',
    [
      column('identifier', 'String', required),
      column('value', 'String', required),
      column('expiresAt', 'DateTime', required),
      ...stamps(),
    ],
    ['identifier'],
  );
}

function secondFactors(user: string): readonly Entity[] {
  return [
    internalTable(TABLES.twoFactor, 'plinth_two_factor', 'A second factor, encrypted with PLINTH_SECRET.', [
      column('secret', 'String', required),
      column('backupCodes', 'String', required),
      column('verified', 'Boolean', { required: true, default: true }),
      column('failedVerificationCount', 'Int', { required: true, default: 0 }),
      column('lockedUntil', 'DateTime'),
      ownedBy('user', user),
    ]),
    internalTable(TABLES.apiKey, 'plinth_api_key', 'A key for programs. Only its hash is kept.', [
      column('name', 'String', required),
      column('start', 'String', required),
      column('hash', 'String', { required: true, unique: true }),
      column('roles', 'String', { required: true, list: true }),
      column('expiresAt', 'DateTime'),
      column('createdAt', 'DateTime', { required: true, maintained: 'createdAt' }),
      ownedBy('user', user),
    ]),
  ];
}

function passkeyTable(user: string): Entity {
  return internalTable(
    TABLES.passkey,
    'plinth_passkey',
    'A passkey. Its private half is in its owner’s device.',
    [
      column('name', 'String'),
      column('credentialId', 'String', { required: true, unique: true }),
      column('publicKey', 'String', required),
      column('counter', 'BigInt', { required: true, default: 0 }),
      column('deviceType', 'String', required),
      column('backedUp', 'Boolean', required),
      column('transports', 'String', { required: true, list: true }),
      column('createdAt', 'DateTime', { required: true, maintained: 'createdAt' }),
      column('lastUsedAt', 'DateTime'),
      ownedBy('user', user),
    ],
  );
}

/** What sign-in remembers of attempts and of things done in somebody's name. No keys: they outlive accounts. */
function keeping(): readonly Entity[] {
  return [
    internalTable(
      TABLES.throttle,
      'plinth_throttle',
      'Attempts to sign in, counted per address and account.',
      [
        column('key', 'String', { required: true, unique: true }),
        column('count', 'Int', required),
        column('until', 'DateTime', required),
      ],
    ),
    internalTable(
      TABLES.audit,
      'plinth_auth_event',
      'What was done in the name of an account, and by whom. Never updated.',
      [
        column('kind', 'String', required),
        column('actor', 'String', required),
        column('subject', 'String', required),
        column('reason', 'String'),
        column('ipAddress', 'String'),
        column('at', 'DateTime', { required: true, maintained: 'createdAt' }),
      ],
      ['subject'],
    ),
  ];
}
