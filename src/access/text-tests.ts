import type { TextOp } from '../model/expr.ts';

/** A text test over two strings, neither null; undefined where the pattern is none. */
export function textHolds(
  op: TextOp,
  value: string,
  needle: string,
  insensitive: boolean,
): boolean | undefined {
  if (op === 'matches') return toRegExp(needle, insensitive)?.test(value);
  const [text, part] = insensitive ? [value.toLowerCase(), needle.toLowerCase()] : [value, needle];
  return { contains: text.includes(part), startsWith: text.startsWith(part), endsWith: text.endsWith(part) }[
    op
  ];
}

/**
 * What PostgreSQL and JavaScript understand differently, or one of them not at all. The rest of the patterns that
 * JavaScript compiles means the same to both, given `toRegExp`.
 */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\\[bBAZzmMyY]/, 'word boundaries and anchors other than ^ and $'],
  [/\\[1-9]/, 'back references'],
  [/\\[pP]/, 'Unicode properties'],
  [/\\[cuxk0fv]/, 'escapes of characters by number'],
  [/\(\?(?!:)/, 'look-around, named groups and inline flags'],
  [/\[\[|\[:|\[\.|\[=/, 'bracket classes such as [:alpha:]'],
  [/\[[^\]]*\\[DSW]/, 'negated classes inside brackets'],
  [/^\*/, 'a leading *'],
];

/** Why a pattern cannot be used, or undefined if it can. */
export function patternFault(pattern: string): string | undefined {
  const plain = pattern.replaceAll('\\\\', '');
  const foreign = FOREIGN.find(([test]) => test.test(plain));
  if (foreign) return `PostgreSQL and JavaScript do not agree on ${foreign[1]}`;
  return toRegExp(pattern, false) ? undefined : 'it is not a regular expression';
}

/** The pattern as PostgreSQL reads it: `.` matches line breaks too, `\w` every letter. */
function toRegExp(pattern: string, insensitive: boolean): RegExp | undefined {
  const source = pattern.replace(/\\[\s\S]|\[|\]/g, wordsOf());
  try {
    return new RegExp(source, insensitive ? 'sui' : 'su');
  } catch {
    return undefined;
  }
}

/** Replaces `\w` and `\W`, knowing whether it stands inside brackets. */
function wordsOf(): (part: string) => string {
  let inside = false;
  return (part) => {
    if (part === '[' || part === ']') inside = part === '[';
    else if (part === '\\w') return inside ? '\\p{Alphabetic}0-9_' : '[\\p{Alphabetic}0-9_]';
    else if (part === '\\W') return '[^\\p{Alphabetic}0-9_]';
    return part;
  };
}
