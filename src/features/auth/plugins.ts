import { anonymous, bearer, emailOTP, genericOAuth, magicLink, twoFactor } from 'better-auth/plugins';
import type { AuthProvider } from '../../config/index.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { Mail } from './mailer.ts';
import { codeMail, linkMail } from './mails.ts';
import { passkeys } from './passkeys/plugin.ts';
import type { PasskeyStore } from './passkeys/store.ts';
import { TABLES } from './tables.ts';
import { userField } from './user-columns.ts';

const MINUTE_S = 60;
/** Wrong tries of one code that was mailed, before it is worth nothing. */
const CODE_TRIES = 3;

export interface PluginParts {
  readonly app: AppModel;
  readonly providers: readonly AuthProvider[];
  readonly signUp: boolean;
  /** Where the app's pages are. */
  readonly appUrl: () => string;
  readonly publicUrl: () => string;
  readonly passkeys: PasskeyStore;
  readonly post: (mail: Mail) => void;
  /** Gives the rows of an anonymous account to the account that it has become. */
  readonly adopt: (from: string, to: string) => Promise<void>;
}

/** Ways to sign in beside the password. */
export function authPlugins(parts: PluginParts) {
  const { app, post } = parts;
  const isAnonymous = app.user ? userField(app.user, 'isAnonymous').name : 'isAnonymous';
  const twoFactorEnabled = app.user ? userField(app.user, 'twoFactorEnabled').name : 'twoFactorEnabled';
  return [
    bearer(),
    magicLink({
      expiresIn: 10 * MINUTE_S,
      storeToken: 'hashed',
      disableSignUp: !parts.signUp,
      sendMagicLink: async ({ email, url, token }) => post(linkMail(email, url, token, parts.appUrl())),
    }),
    emailOTP({
      expiresIn: 10 * MINUTE_S,
      otpLength: 6,
      allowedAttempts: CODE_TRIES,
      storeOTP: 'hashed',
      disableSignUp: !parts.signUp,
      sendVerificationOTP: async ({ email, otp }) => post(codeMail(email, otp)),
    }),
    twoFactor({
      issuer: new URL(parts.appUrl()).hostname,
      twoFactorTable: TABLES.twoFactor,
      schema: { user: { fields: { twoFactorEnabled } } },
      backupCodeOptions: { storeBackupCodes: 'encrypted' },
    }),
    passkeys({ store: parts.passkeys, appUrl: parts.appUrl, publicUrl: parts.publicUrl }),
    genericOAuth({ config: parts.providers.map((provider) => providerConfig(provider, parts.signUp)) }),
    ...(parts.signUp ? [anonymousAccounts(parts, isAnonymous)] : []),
  ];
}

function anonymousAccounts({ adopt }: PluginParts, isAnonymous: string) {
  return anonymous({
    schema: { user: { fields: { isAnonymous } } },
    onLinkAccount: async ({ anonymousUser, newUser }) => adopt(anonymousUser.user.id, newUser.user.id),
  });
}

/** PKCE always; `nonce` and the signature of the id token are better-auth's to check. */
function providerConfig(provider: AuthProvider, signUp: boolean) {
  const { id, scopes = ['openid', 'email', 'profile'], ...urls } = provider;
  return { ...urls, providerId: id, scopes: [...scopes], pkce: true, disableSignUp: !signUp };
}
