import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatProblem, type Problem } from '../../src/kit/problem.ts';
import { readSchema } from '../../src/read/index.ts';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));

const shown = ({ place, code }: Problem): string => `${place.line}:${place.column} ${code}`;

describe('every mistake is reported where it is, and nothing besides', () => {
  test.each(files)('%s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const expected = [...text.matchAll(/^# expect (\d+:\d+ [A-Z_]+)$/gm)].map((match) => match[1]);
    expect(expected, 'a file of tests/mistakes expects at least one problem').not.toEqual([]);
    const { problems } = readSchema([{ file, text }]);
    expect(problems.map(shown), problems.map(formatProblem).join('\n')).toEqual(expected);
  });
});

test('there are at least sixty kinds of mistakes, and every message ends in a remedy', () => {
  const problems = files.flatMap((file) => [
    ...readSchema([{ file, text: readFileSync(new URL(file, folder), 'utf8') }]).problems,
  ]);
  expect(new Set(problems.map((problem) => problem.code)).size).toBeGreaterThanOrEqual(60);
  for (const { message, code } of problems) {
    expect(code).toMatch(/^[A-Z][A-Z_]+$/);
    expect(message).toMatch(/[.})?]$/);
    expect(message, 'a reason and a remedy are two sentences').toMatch(/[.?:!)]\s\S/);
  }
});
