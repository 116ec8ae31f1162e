import { createHash } from 'node:crypto';
import { buildSchema, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { formatProblem, Problems } from '../../src/kit/problem.ts';
import {
  checkListed,
  checkOperations,
  documentId,
  emitApolloManifest,
  emitDocumentList,
  normalId,
  readManifests,
  readOperations,
  TrustedDocuments,
} from '../../src/operations/index.ts';

const api = buildSchema(`
  type Query { task(id: ID!): Task tasks(limit: Int): [Task!]! }
  type Mutation { close(id: ID!): Task }
  type Task { id: ID! title(upper: Boolean): String! project: Project }
  type Project { name: String! }`);

type Files = Readonly<Record<string, string>>;

function read(files: Files) {
  const problems = new Problems();
  const of = (ending: string) =>
    Object.entries(files)
      .filter(([file]) => file.endsWith(ending))
      .map(([file, text]) => ({ file: `operations/${file}`, text }));
  const found = readOperations(of('.graphql'), problems);
  checkOperations(found, api, problems);
  const listed = readManifests(of('.json'), problems);
  checkListed(listed, api, problems);
  return {
    found,
    documents: TrustedDocuments.of(found, listed),
    problems: problems.sorted().map((problem) => `${formatProblem(problem)} ${problem.code}`),
  };
}

describe('operations that do not fit', () => {
  it.each<[string, Files, readonly RegExp[]]>([
    [
      'a misspelt field, at its place, with what was meant',
      { 'a.graphql': 'query A {\n  tasks {\n    titel\n  }\n}' },
      [
        /^operations\/a\.graphql:3:5 Cannot query field "titel" on type "Task"\. Did you mean "title"\? OPERATION_INVALID$/,
      ],
    ],
    [
      'every mistake of every file',
      {
        'a.graphql': 'query A { tasks(limt: 1) { id } }',
        'b.graphql': 'query B($id: Int) { task(id: $id) { id } }',
        'c.graphql': 'query C { tasks { id }',
      },
      [
        /a\.graphql:1:17 .*"limit"/,
        /b\.graphql:1:30 Variable "\$id" of type "Int"/,
        /c\.graphql:1:23 .*OPERATION_SYNTAX/,
      ],
    ],
    [
      'an operation of a kind that the API does not have',
      { 'a.graphql': 'query A { tasks { id } }\nsubscription S { x }' },
      [/^operations\/a\.graphql:2:1 The API has no subscriptions\. OPERATION_INVALID$/],
    ],
    [
      'a list of documents with such an operation',
      { 'web.json': JSON.stringify({ abc: 'subscription { x }' }) },
      [/web\.json:1:1 The document "abc" does not fit the API: The API has no subscriptions\./],
    ],
    [
      'one name for two operations, at the second',
      { 'a.graphql': 'query A { tasks { id } }', 'b.graphql': '\nquery A { tasks { id } }' },
      [/^operations\/b\.graphql:2:7 There can be only one operation named "A"/],
    ],
    [
      'an operation without a name among others',
      { 'a.graphql': 'query A { tasks { id } }\n{ tasks { id } }' },
      [/^operations\/a\.graphql:2:1 .*Write query Name \{ … \}\. OPERATION_NAMELESS$/],
    ],
    [
      'a fragment that does not exist',
      { 'a.graphql': 'query A { tasks { ...Nothing } }' },
      [/a\.graphql:1:22 Unknown fragment "Nothing"/],
    ],
    [
      'a fragment that nothing uses: a warning',
      { 'a.graphql': 'query A { tasks { id } }', 'f.graphql': 'fragment F on Task { id }' },
      [/^operations\/f\.graphql:1:10 warning: No operation uses the fragment "F"/],
    ],
    [
      'a list of documents with one that does not fit',
      { 'web.json': JSON.stringify({ abc: '{ tasks { titel } }', def: 'fragment F on Task { id }' }) },
      [
        /web\.json:1:1 The document "abc" does not fit the API: Cannot query field "titel"/,
        /"def".*no operation/,
      ],
    ],
    [
      'what is no list of documents',
      { 'web.json': '[]' },
      [/web\.json:1:1 .*no list of documents.* MANIFEST_INVALID/],
    ],
    [
      'another version of the format',
      { 'web.json': '{"format":"x","version":2,"operations":[]}' },
      [/no list/],
    ],
    [
      'one id for two documents',
      { 'a.json': '{"x":"{ tasks { id } }"}', 'b.json': '{"x":"{ __typename }"}' },
      [/b\.json:1:1 The id "x" stands for two documents\. Give each an id of its own\. MANIFEST_INVALID$/],
    ],
    [
      'ids for two documents that are one for who asks',
      {
        'a.json': JSON.stringify({ [`sha256:${'ab'.repeat(32)}`]: '{ tasks { id } }' }),
        'b.json': JSON.stringify({ ['AB'.repeat(32)]: '{ __typename }' }),
      },
      [
        /b\.json:1:1 The id "(AB){32}" stands for two documents: it is the same as "sha256:(ab){32}" in operations\/a\.json, .*\. Give each an id of its own\. MANIFEST_INVALID$/,
      ],
    ],
  ])('%s', (_name, files, expected) => {
    const { problems } = read(files);
    expect(problems).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern);
  });

  it('an operation alone in its file needs no name, and fragments may be in any file', () => {
    const { problems, found } = read({
      'list.graphql': '{ tasks { ...Row } }',
      'z.graphql': 'fragment Row on Task { id ...Named } fragment Named on Task { project { name } }',
    });
    expect(problems).toEqual([]);
    expect(found.operations.map(({ name, kind }) => [name, kind])).toEqual([['list', 'query']]);
    expect(print(found.operations[0]?.document ?? parse('{ a }'))).toBe(
      '{\n  tasks {\n    ...Row\n  }\n}\n\nfragment Row on Task {\n  id\n  ...Named\n}\n\nfragment Named on Task {\n  project {\n    name\n  }\n}',
    );
  });
});

describe('trusted documents', () => {
  const file =
    '# Mine.\nquery A($id: ID!) { task(id: $id) { ...F title(upper: true) } }\n\nfragment F on Task { project { name } }\n';
  const { documents, found } = read({
    'a.graphql': file,
    'other.json': '{"sha1-of-mine": "{ tasks { id } }"}',
  });
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

  it.each([
    ['the file as it is', file],
    ['the file without the line break at its end', file.trim()],
    ['as graphql-js prints it', print(parse(file))],
    [
      'with __typename below the root, in fragments too',
      print(
        parse(
          'query A($id: ID!) { task(id: $id) { ...F title(upper: true) __typename } } fragment F on Task { project { name __typename } __typename }',
        ),
      ),
    ],
    ['without blank lines', print(parse(file)).replaceAll('\n\n', '\n')],
  ])('are known as clients send them: %s', (_name, text) => {
    expect(documents.has(text)).toBe(true);
    expect(documents.byId(sha256(text))?.text).toBe(text);
  });

  it('know the documents of a list by whatever id it gives, and by their hash', () => {
    expect(documents.byId('sha1-of-mine')?.text).toBe('{ tasks { id } }');
    expect(documents.byId(sha256('{ tasks { id } }'))?.text).toBe('{ tasks { id } }');
  });

  it('know an id that is a hash in each way of writing it, and any other only as it is', () => {
    const hash = 'ab'.repeat(32);
    const { documents: own, problems } = read({
      'a.json': JSON.stringify({ [`sha256:${hash}`]: '{ tasks { id } }', Sha1: '{ __typename }' }),
      'b.json': JSON.stringify({ [hash.toUpperCase()]: '{ tasks { id } }', sha1: '{ tasks { title } }' }),
    });
    expect(problems).toEqual([]);
    for (const asked of [hash, hash.toUpperCase(), `sha256:${hash}`])
      expect(own.byId(normalId(asked))?.text).toBe('{ tasks { id } }');
    expect(own.byId(normalId('Sha1'))?.text).toBe('{ __typename }');
    expect(own.byId(normalId('sha1'))?.text).toBe('{ tasks { title } }');
    expect(own.byId(normalId('SHA1'))).toBeUndefined();
  });

  it('are nothing else', () => {
    expect(documents.has('{ tasks { id } }  ')).toBe(false);
    expect(documents.has('query A { tasks { id } }')).toBe(false);
    expect(documents.byId('__proto__')).toBeUndefined();
    expect(documents.byId(sha256('{ task }'))).toBeUndefined();
  });

  it('leave blank lines inside strings alone', () => {
    const text = 'query S {\n  task(id: """\n  a\n\n\n  b\n  """) {\n    id\n  }\n}';
    const { documents: own } = read({ 's.graphql': text });
    expect([...own.all()].every((one) => /a\n *\n *\n *b/.test(one.text))).toBe(true);
  });

  it('are listed by hash, sorted, the same each time', () => {
    const list = emitDocumentList(documents);
    const entries = Object.entries(JSON.parse(list) as Record<string, string>);
    expect(entries.every(([id, text]) => id === sha256(text) && documents.has(text))).toBe(true);
    expect(entries.map(([id]) => id)).toEqual(entries.map(([id]) => id).sort());
    expect(emitDocumentList(documents)).toBe(list);
  });

  it("are listed by name in Apollo's format, which can be read again", () => {
    const manifest = emitApolloManifest(found.operations);
    const { operations, ...head } = JSON.parse(manifest);
    expect(head).toEqual({ format: 'apollo-persisted-query-manifest', version: 1 });
    const [one] = operations as { id: string; name: string; type: string; body: string }[];
    expect(one).toMatchObject({ name: 'A', type: 'query', id: documentId(one?.body ?? '') });
    expect(documents.byId(one?.id ?? '')?.text).toBe(one?.body);
    const { documents: again, problems } = read({ 'a.json': manifest });
    expect(problems).toEqual([]);
    expect(again.byId(one?.id ?? '')?.text).toBe(one?.body);
  });
});
