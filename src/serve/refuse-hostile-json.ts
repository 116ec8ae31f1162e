import { ViewerError } from '../kit/viewer-error.ts';

/**
 * Looks through parsed JSON for what no client sends by accident and what breaks things further in: nesting that would
 * exhaust the stack of a recursive reader, keys that reach an object's prototype, and text that is not Unicode. The
 * walk itself does not recurse.
 *
 * @throws ViewerError BAD_USER_INPUT
 */
export function refuseHostileJson(root: unknown, maxDepth: number): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw refusal(`is nested more than ${maxDepth} levels deep, the limit`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') refuseMalformedText(value);
      else if (Array.isArray(value)) for (const item of value) next.push(item);
      else if (typeof value === 'object' && value !== null) addProperties(value, next);
    }
    level = next;
  }
}

function addProperties(value: object, next: unknown[]): void {
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw refusal('has a key "__proto__"');
    refuseMalformedText(key);
    next.push((value as Readonly<Record<string, unknown>>)[key]);
  }
}

function refuseMalformedText(text: string): void {
  // A surrogate without its partner has no UTF-8 form, so PostgreSQL could not store it as it was sent.
  if (!text.isWellFormed()) throw refusal('has text with half a surrogate pair, which is not Unicode');
}

function refusal(fault: string): ViewerError {
  return new ViewerError('BAD_USER_INPUT', `The request ${fault}.`);
}
