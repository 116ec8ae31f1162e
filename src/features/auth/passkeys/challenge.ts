/** What a challenge was made for. A registration's is bound to the account that asked. */
export type Challenge =
  | { readonly kind: 'register'; readonly challenge: string; readonly userId: string; readonly until: number }
  | { readonly kind: 'sign-in'; readonly challenge: string; readonly until: number };

/** Seconds from the question to the answer: people look for their keys. */
export const CHALLENGE_SECONDS = 5 * 60;

/** The text of a challenge in its signed cookie. A page that only shows a sign-in button writes nothing to the database. */
export function writeChallenge(challenge: Challenge): string {
  return Buffer.from(JSON.stringify(challenge)).toString('base64url');
}

/** Undefined where it is absent, was made for something else, or is too old. */
export function readChallenge<K extends Challenge['kind']>(
  cookie: string | false | null | undefined,
  kind: K,
  now: number,
): Extract<Challenge, { kind: K }> | undefined {
  if (!cookie) return undefined;
  try {
    const challenge = JSON.parse(Buffer.from(cookie, 'base64url').toString()) as Challenge;
    return challenge.kind === kind && challenge.until > now
      ? (challenge as Extract<Challenge, { kind: K }>)
      : undefined;
  } catch {
    return undefined;
  }
}
