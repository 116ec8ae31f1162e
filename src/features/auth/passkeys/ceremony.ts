import { createHash } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransportFuture,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { NewPasskey, StoredPasskey } from './store.ts';

/** Whose passkeys these are: a domain, and the pages that may ask for them. */
export interface RelyingParty {
  readonly id: string;
  readonly origins: readonly string[];
}

export interface PasskeyOwner {
  readonly id: string;
  /** As the authenticator shows it. */
  readonly name: string;
}

/**
 * A passkey stands for password and second factor at once, so the device has to check who holds it (user verification),
 * and has to find it without being told a name first (resident key).
 */
export function registrationOptions(
  party: RelyingParty,
  owner: PasskeyOwner,
  known: readonly StoredPasskey[],
  device?: 'platform' | 'cross-platform',
) {
  return generateRegistrationOptions({
    rpID: party.id,
    rpName: party.id,
    userID: new Uint8Array(ownerHandle(owner.id)),
    userName: owner.name,
    userDisplayName: owner.name,
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: transports as AuthenticatorTransportFuture[],
    })),
    authenticatorSelection: {
      residentKey: 'required',
      userVerification: 'required',
      ...(device && { authenticatorAttachment: device }),
    },
  });
}

/** No list of passkeys: it would tell which accounts exist. */
export function signInOptions(party: RelyingParty) {
  return generateAuthenticationOptions({ rpID: party.id, userVerification: 'required' });
}

/** The new passkey, or undefined where the answer is not to be trusted. */
export async function checkRegistration(
  party: RelyingParty,
  response: unknown,
  challenge: string,
): Promise<Omit<NewPasskey, 'userId' | 'name'> | undefined> {
  const answer = response as RegistrationResponseJSON;
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: answer,
    expectedChallenge: challenge,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    requireUserVerification: true,
  }).catch(() => ({ verified: false, registrationInfo: undefined }));
  if (!verified || !registrationInfo) return undefined;
  const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: transportsOf(answer),
    deviceType: credentialDeviceType,
    backedUp: credentialBackedUp,
  };
}

/** The authenticator's counter where its owner was there and signed the challenge, else undefined. */
export async function checkSignIn(
  party: RelyingParty,
  response: unknown,
  challenge: string,
  passkey: StoredPasskey,
): Promise<number | undefined> {
  const answer = response as AuthenticationResponseJSON;
  const { userHandle } = answer.response ?? {};
  if (userHandle && userHandle !== ownerHandle(passkey.userId).toString('base64url')) return undefined;
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: answer,
    expectedChallenge: challenge,
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
    },
    requireUserVerification: true,
  }).catch(() => ({ verified: false, authenticationInfo: undefined }));
  return verified ? authenticationInfo?.newCounter : undefined;
}

/** What the authenticator keeps of the account: always the same, and nothing that says who it is. */
function ownerHandle(userId: string): Buffer {
  return createHash('sha256').update(`plinth passkey ${userId}`).digest();
}

const TRANSPORTS: ReadonlySet<string> = new Set([
  'ble',
  'cable',
  'hybrid',
  'internal',
  'nfc',
  'smart-card',
  'usb',
]);

function transportsOf({ response }: RegistrationResponseJSON): readonly string[] {
  const { transports } = response;
  return Array.isArray(transports) ? transports.filter((name) => TRANSPORTS.has(name)) : [];
}
