export type PortablePattern =
  | { readonly ok: true; readonly pattern: string }
  | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): PortablePattern => ({ ok: false, reason });

/** Shorthands mean different sets in JavaScript and PostgreSQL (`\w` and letters with accents), so they are spelled out. */
const CLASSES: Record<string, string> = { d: '0-9', w: 'A-Za-z0-9_', s: ' \\t\\n\\r\\f\\v' };
const PLAIN_ESCAPES = 'tnrfv';
/** PostgreSQL's limit for `{n}`. */
const MOST_REPEATS = 255;

/**
 * Rewrites a regular expression into one that PostgreSQL (ARE) and JavaScript (`u` flag) read alike, or says why there
 * is none: look-around, named groups, back references and property escapes exist on one side only.
 */
export function portablePattern(source: string): PortablePattern {
  try {
    new RegExp(source, 'u');
  } catch (error) {
    return refuse(error instanceof Error ? error.message.replace(/^.*: /, '') : 'it cannot be read');
  }
  let pattern = '';
  let inClass = false;
  for (let at = 0; at < source.length; ) {
    const step: Step = inClass ? stepInClass(source, at) : stepOutside(source, at);
    if ('reason' in step) return refuse(step.reason);
    pattern += step.text;
    inClass = step.inClass ?? inClass;
    at += step.length;
  }
  return { ok: true, pattern };
}

type Step = { text: string; length: number; inClass?: boolean } | { reason: string };

const keep = (text: string): Step => ({ text, length: text.length });

function stepOutside(source: string, at: number): Step {
  const rest = source.slice(at);
  const char = source.charAt(at);
  if (char === '\\') return escaped(source.charAt(at + 1), false);
  // JavaScript's dot leaves out line ends, PostgreSQL's does not.
  if (char === '.') return { text: '[^\\n\\r]', length: 1 };
  if (char === '[') {
    if (/^\[\^?\]/.test(rest)) return { reason: 'an empty [] or [^] means something else to PostgreSQL' };
    const open = rest.startsWith('[^') ? '[^' : '[';
    return { text: open, length: open.length, inClass: true };
  }
  if (rest.startsWith('(?') && !rest.startsWith('(?:')) {
    return { reason: 'look-around, named groups and inline flags are not understood by both' };
  }
  const counts = /^\{(\d+)(?:,(\d*))?\}/.exec(rest);
  if (counts && [counts[1], counts[2]].some((count) => Number(count ?? 0) > MOST_REPEATS)) {
    return {
      reason: `PostgreSQL repeats at most ${MOST_REPEATS} times; use minLength and maxLength for lengths`,
    };
  }
  return keep(counts ? counts[0] : char);
}

function stepInClass(source: string, at: number): Step {
  const char = source.charAt(at);
  if (char === '\\') return escaped(source.charAt(at + 1), true);
  if (char === '[') return { reason: 'a [ inside brackets means something else to PostgreSQL; write \\[' };
  return char === ']' ? { text: ']', length: 1, inClass: false } : keep(char);
}

function escaped(letter: string, inClass: boolean): Step {
  const set = CLASSES[letter.toLowerCase()];
  if (set !== undefined) {
    const isNegated = letter !== letter.toLowerCase();
    if (isNegated && inClass) return { reason: `\\${letter} inside brackets is not understood by both` };
    return { text: inClass ? set : `[${isNegated ? '^' : ''}${set}]`, length: 2 };
  }
  if (/[0-9]/.test(letter)) return { reason: 'back references are not understood by both' };
  if (/[A-Za-z]/.test(letter) && !PLAIN_ESCAPES.includes(letter)) {
    return { reason: `\\${letter} means something else to PostgreSQL` };
  }
  return { text: `\\${letter}`, length: 2 };
}
