import { asByteText, type ByteText, fromByteText, toByteText } from '../../kit/byte-text.ts';
import type { AnswerMarks } from './build-context.ts';
import type { RootMember } from './build-statement.ts';

/** Columns by name. */
export type TextRow = Readonly<Record<string, ByteText | null>>;

/**
 * `data` as JSON text out of the columns of the one row; undefined where a value is in it that JSON cannot hold (NaN,
 * infinity), which the resolvers refuse.
 */
export function joinAnswer(
  members: readonly RootMember[],
  row: TextRow,
  marks: AnswerMarks,
): ByteText | undefined {
  let text = '{';
  for (const member of members) {
    if (text.length > 1) text += ',';
    text += `"${member.key}":`;
    text += 'json' in member ? member.json : (row[member.column] ?? 'null');
  }
  text += '}';
  if (marks.floats && /NaN|Infinity/.test(text)) return undefined;
  const bytes = asByteText(text);
  return needsRewriting(text, marks) ? toByteText(JSON.stringify(JSON.parse(fromByteText(bytes)))) : bytes;
}

/** PostgreSQL's exponents (1e+15, 1e-05) and -0 are not JavaScript's. Found inside a string they cost a rewrite, no more. */
function needsRewriting(text: string, { json, floats }: AnswerMarks): boolean {
  return json || (floats && /\de[+-]\d|-0(?![.\d])/.test(text));
}
