/** Words of tutorials, templates and compose files; attackers try their combinations first. */
const GUESSABLE =
  /secret|password|passw0rd|change|replace|default|example|placeholder|insecure|qwerty|plinth|admin|please|super|your|this|test|with|key|bit|dev|jwt|me|my|it|abcdefghijklmnopqrstuvwxyz|0123456789|1234567890|12345678|256/gi;

/** Says what makes a secret guessable, or undefined. Never repeats the secret. */
export function findWeakness(secret: string, minLength: number): string | undefined {
  if (secret.length < minLength) return `must have at least ${minLength} characters`;
  if (secret.replace(GUESSABLE, '').replace(/[^a-z0-9]/gi, '').length < 12)
    return 'is made of well-known words';
  if (new Set(secret).size < 10) return 'repeats too few different characters';
  if (/^(.{1,16}?)\1+$/.test(secret)) return 'is one short text repeated';
  return undefined;
}
