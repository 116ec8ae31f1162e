/** Words of tutorials, templates and compose files; attackers try their combinations first. */
const GUESSABLE =
  /secret|password|passw0rd|change|replace|default|example|placeholder|insecure|qwerty|plinth|admin|please|super|your|this|test|with|key|bit|dev|jwt|me|my|it|abcdefghijklmnopqrstuvwxyz|0123456789|1234567890|12345678|256/gi;

/** How long a secret has to be, and how much of it has to be other than well-known words. In characters. */
export interface Strength {
  readonly length: number;
  readonly unknown: number;
}

/** Says what makes a secret guessable, or undefined. Never repeats the secret. */
export function findWeakness(secret: string, { length, unknown }: Strength): string | undefined {
  if (secret.length < length) return `must have at least ${length} characters`;
  if (secret.replace(GUESSABLE, '').replace(/[^a-z0-9]/gi, '').length < unknown)
    return 'is made of well-known words';
  if (new Set(secret).size < Math.min(10, length / 2)) return 'repeats too few different characters';
  if (/^(.{1,16}?)\1+$/.test(secret)) return 'is one short text repeated';
  return undefined;
}
