import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSchema } from '../../src/read/index.ts';

const mistakes = new URL('../mistakes/', import.meta.url);
const texts = [
  readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
  ...readdirSync(mistakes)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => readFileSync(new URL(name, mistakes), 'utf8')),
];

/** Pieces that keep many mutants parseable, so that they get past the parser. */
const PIECES = [
  '!',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '@',
  '"',
  '"""',
  ':',
  '\\',
  '\u0000',
  '😀',
  'null',
  '[]',
  '""',
  ' @unique',
  ' @id',
  ' @model',
  ' @relation',
  ' @relation(name: "x")',
  ' @computed',
  ' @default(value: null)',
  ' @index',
  ' @user',
  ' id: ID!',
  ' type Task',
  ' extend type Task @model',
  ' constructor: Int',
  ' __proto__: String',
  ' toString: [Task!]!',
  ' enum hasOwnProperty { A }',
];

interface Mutation {
  readonly at: number;
  readonly drop: number;
  readonly add: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.oneof(fc.constant(0), fc.nat(12)),
  add: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })),
});

function mutate(text: string, { at, drop, add }: Mutation): string {
  const index = Math.floor(at * text.length);
  return text.slice(0, index) + add + text.slice(index + drop);
}

test('no text makes the reader throw, and every problem has a place inside the file', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (text, mutations) => {
        const mutant = mutations.reduce(mutate, text);
        const lines = mutant.split(/\r\n|[\n\r]/);
        for (const { place, message } of readSchema([{ file: 's', text: mutant }]).problems) {
          expect(place.line).toBeLessThanOrEqual(lines.length);
          expect(place.column).toBeGreaterThanOrEqual(1);
          expect(place.column).toBeLessThanOrEqual((lines[place.line - 1]?.length ?? 0) + 2);
          expect(message).not.toContain('undefined');
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('members named like those of every JavaScript object are ordinary names', () => {
  const { problems } = readSchema([
    {
      file: 's',
      text: `type Task @model @access(read: "true") { id: ID! constructor: Int toString: String! hasOwnProperty: valueOf }
        enum valueOf { constructor }`,
    },
  ]);
  expect(problems).toEqual([]);
});
