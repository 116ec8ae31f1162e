import { describe, expect, test } from 'vitest';
import { placeInside } from '../../src/kit/rule-place.ts';
import type { RuleSource } from '../../src/model/app-model.ts';
import { readSchema } from '../../src/read/index.ts';

/** The `read` rule of the first model of a file. */
function readRule(text: string): RuleSource {
  const rule = readSchema([{ file: 'schema.graphql', text }]).app?.entities[0]?.access.read;
  if (!rule) throw new Error('no rule');
  return rule;
}

/** What the file has at the place of `word` in the rule, as long as `word`. */
function fileAt(text: string, word: string): string | undefined {
  const rule = readRule(text);
  const { line, column } = placeInside(rule, rule.text.indexOf(word));
  return text.split(/\r\n|\n/)[line - 1]?.slice(column - 1, column - 1 + word.length);
}

const model = (rule: string): string => `type Task @model @access(\n  read: ${rule}\n) { id: ID! }`;

describe('every character of a rule is found in the file', () => {
  test.each([
    ['a plain rule', '"this.a == viewer.target"'],
    ['escaped quotes before it', '"this.a == \\"x\\" && viewer.target"'],
    ['a unicode escape before it', '"this.a == \'\\u00e9\' && viewer.target"'],
    ['an escape of two units before it', '"this.a == \'\\u{1F600}\' && viewer.target"'],
    ['a surrogate pair of escapes before it', '"this.a == \'\\uD83D\\uDE00\' && viewer.target"'],
    ['a literal emoji before it', '"this.a == \'😀\' && viewer.target"'],
    ['an escaped line break before it', '"this.a\\n && viewer.target"'],
    ['a block on one line', '"""this.a && viewer.target"""'],
    ['a block that begins with spaces', '"""   viewer.target"""'],
    ['an indented block', '"""\n    this.a\n      && viewer.target\n    """'],
    ['a block after blank lines', '"""\n\n\n    viewer.target == this.a\n  """'],
    ['a block whose first line is indented more', '"""\n      this.a ||\n   viewer.target\n  """'],
    ['a block with text beside the opening quotes', '"""this.a ||\n     viewer.target\n  """'],
    ['a block with escaped quotes before it', '"""\n   this.a == \\"""x && viewer.target\n  """'],
  ])('%s', (_, rule) => {
    expect(fileAt(model(rule), 'target')).toBe('target');
    expect(fileAt(model(rule).replaceAll('\n', '\r\n'), 'viewer')).toBe('viewer');
  });

  test('the place of a rule is the first character inside the quotes', () => {
    expect(readRule(model('"this.a"')).place).toEqual({ file: 'schema.graphql', line: 2, column: 10 });
  });

  test('a rule without escapes carries no second spelling', () => {
    expect(readRule(model('"this.a"')).raw).toBeUndefined();
  });

  test('an offset beyond the rule is its end', () => {
    expect(placeInside(readRule(model('"abc"')), 99).column).toBe(13);
  });
});

test('problems of all files are sorted and carry the name of their file', () => {
  const { problems } = readSchema([
    { file: 'b.graphql', text: 'type B @model { id: ID! }\ntype C @model { id: ID! x: Y }' },
    { file: 'a.graphql', text: 'type A @model { id: ID! }' },
  ]);
  expect(problems.map(({ place }) => `${place.file}:${place.line}:${place.column}`)).toEqual([
    'a.graphql:1:6',
    'b.graphql:1:6',
    'b.graphql:2:6',
    'b.graphql:2:28',
  ]);
});

test('a description does not move a problem away from its name', () => {
  const { problems } = readSchema([{ file: 's', text: '"""\nLong.\n"""\ntype A @model { id: ID! }' }]);
  expect(problems[0]?.place).toEqual({ file: 's', line: 4, column: 6 });
});

test('what could be understood is given beside the errors, so that rules in it can be checked', () => {
  const { app, problems } = readSchema([
    { file: 's', text: 'type A @model @access(read: "true") { id: ID! x: Unknown y: Int }' },
  ]);
  expect(problems).toHaveLength(1);
  expect(app?.entities[0]?.fields.map((field) => field.name)).toEqual(['id', 'y']);
});

test('a file that cannot be parsed gives no model', () => {
  expect(readSchema([{ file: 's', text: 'type {' }]).app).toBeUndefined();
});
