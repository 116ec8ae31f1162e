import type { ApiAdditions } from '../../emit/api/api-additions.ts';
import { createField } from '../../emit/api/emit-write-inputs.ts';
import type { SdlDefinition, SdlField } from '../../emit/api/sdl.ts';
import type { AppModel, Entity, RelationField, ScalarField } from '../../model/app-model.ts';
import { isWritable } from '../../model/input-fields.ts';

/** What `viewer` answers where the author has no `@user` model. */
export const PLAIN_ACCOUNT = 'AuthAccount';

/** The mutations of sign-in; authors cannot have root fields of these names. */
export function authApi(app: AppModel): ApiAdditions {
  const account = app.user?.name ?? PLAIN_ACCOUNT;
  return {
    queries: app.user
      ? []
      : [{ name: 'viewer', type: PLAIN_ACCOUNT, description: 'Who asks; null when signed out.' }],
    mutations: MUTATIONS,
    types: [authPayload(account), signUpInput(app.user), SIGN_IN_INPUT, ...(app.user ? [] : [ACCOUNT])],
  };
}

const text = (name: string, type: string, description: string) => ({ name, type, description });

const MUTATIONS: readonly SdlField[] = [
  {
    name: 'signUp',
    type: 'AuthPayload!',
    description: 'Makes an account with a password, and signs it in.',
    args: [text('input', 'SignUpInput!', 'The new account.')],
  },
  {
    name: 'signIn',
    type: 'AuthPayload!',
    description: 'Signs an account in. Says the same for a wrong password and for an unknown address.',
    args: [text('input', 'SignInInput!', 'Who, and the proof.')],
  },
  {
    name: 'signOut',
    type: 'Boolean!',
    description: 'Ends the session of this request. False when there was none.',
  },
  {
    name: 'requestPasswordReset',
    type: 'Boolean!',
    description: 'Mails a link that sets a new password, if there is such an account. Always true.',
    args: [text('email', 'String!', 'The address of the account.')],
  },
  {
    name: 'resetPassword',
    type: 'Boolean!',
    description: 'Sets a new password by the token of a mail, and signs the account out everywhere.',
    args: [
      text('token', 'String!', 'What the mail holds; good for one hour and for one use.'),
      text('password', 'String!', 'The new password, 8 to 128 characters.'),
    ],
  },
];

function authPayload(account: string): SdlDefinition {
  return {
    kind: 'type',
    name: 'AuthPayload',
    description: 'A fresh session.',
    fields: [
      text(
        'token',
        'String',
        'To be sent as `Authorization: Bearer …`; browsers have it as a cookie too. Null while the address has to be verified first.',
      ),
      text('user', account, 'The account that is signed in now.'),
    ],
  };
}

const SIGN_IN_INPUT: SdlDefinition = {
  kind: 'input',
  name: 'SignInInput',
  description: 'Proof of who somebody is.',
  fields: [
    text('email', 'String!', 'The address of the account.'),
    text('password', 'String!', 'Its password.'),
    text('code', 'String', 'A one-time or recovery code, where the account has a second factor.'),
  ],
};

const ACCOUNT: SdlDefinition = {
  kind: 'type',
  name: PLAIN_ACCOUNT,
  description: 'An account.',
  fields: [
    text('id', 'ID!', 'Its id.'),
    text('email', 'String', 'Its address.'),
    text('name', 'String', 'How it is called.'),
    text('emailVerified', 'Boolean!', 'Whether the address has been shown to be theirs.'),
  ],
};

function signUpInput(user: Entity | undefined): SdlDefinition {
  const own = user ? signUpFields(user).map((field) => createField(user, field)) : [];
  const given = new Set(['email', 'password', ...own.map(({ name }) => name)]);
  return {
    kind: 'input',
    name: 'SignUpInput',
    description: 'A new account.',
    fields: [
      text('email', 'String!', 'The address to sign in with.'),
      text('password', 'String!', '8 to 128 characters.'),
      ...(given.has('name') ? [] : [text('name', 'String', 'How the account is called.')]),
      ...own,
    ],
  };
}

/** Fields that have their own place in `SignUpInput`, or that nobody chooses for themselves. */
const APART: readonly string[] = ['email', 'password', 'roles', 'emailVerified'];

/** What of the author's `@user` model is given at sign-up: its values, and the rows that it cannot be without. */
export function signUpFields(user: Entity): readonly (ScalarField | RelationField)[] {
  return user.fields
    .filter((field) => isWritable(user, field, 'create'))
    .filter((field) => !APART.includes(field.name))
    .filter((field) => field.kind === 'scalar' || (field.required && field.storage.kind === 'key'));
}
