import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/kit/problem.ts';
import { buildApp, checkSources } from '../../src/pipeline.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const problemsOf = (text: string): string[] =>
  checkSources([{ file: 'schema.graphql', text }]).problems.map(formatProblem);

/** The fenced blocks of a language, each with the line that it begins on. */
function blocks(path: string, language: string): { line: number; text: string }[] {
  const text = read(path);
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    text: match[1] ?? '',
  }));
}

describe.each(['schema.graphql', 'examples/chinook/schema.graphql', 'templates/minimal/schema.graphql'])(
  '%s',
  (path) => {
    it('has no problem and no warning', () => expect(problemsOf(read(path))).toEqual([]));

    it('describes every model', () => {
      const { app } = buildApp([{ file: path, text: read(path) }]);
      const silent = app.entities.filter((entity) => !entity.description).map((entity) => entity.name);
      expect(silent).toEqual([]);
    });
  },
);

describe('documents are true', () => {
  it.each(blocks('docs/schema-language.md', 'graphql'))(
    'docs/schema-language.md:$line is a schema that builds',
    ({ text }) => {
      expect(problemsOf(text)).toEqual([]);
      expect(() => buildApp([{ file: 'schema.graphql', text }])).not.toThrow();
    },
  );

  const api = buildSchema(buildApp([{ file: 'schema.graphql', text: read('schema.graphql') }]).apiSdl);
  const faults = (text: string): string[] => validate(api, parse(text)).map((error) => error.message);

  it('the schema in README.md builds', () => {
    const [first] = blocks('README.md', 'graphql');
    expect(problemsOf(first?.text ?? '')).toEqual([]);
  });

  it.each(blocks('docs/api.md', 'graphql'))('docs/api.md:$line is a valid operation', ({ text }) =>
    expect(faults(text)).toEqual([]),
  );

  it.each(readdirSync(join(root, 'operations')))('operations/%s is valid', (name) => {
    expect(faults(read(`operations/${name}`))).toEqual([]);
  });

  it('operations/ of the template are valid', () => {
    const path = 'templates/minimal';
    const { apiSdl } = buildApp([{ file: path, text: read(`${path}/schema.graphql`) }]);
    const schema = buildSchema(apiSdl);
    for (const name of readdirSync(join(root, path, 'operations'))) {
      expect(validate(schema, parse(read(`${path}/operations/${name}`)))).toEqual([]);
    }
  });

  it('every directive of the language has its place in docs/schema-language.md', () => {
    const text = read('docs/schema-language.md');
    const names = [...read('directives.graphql').matchAll(/^directive (@\w+)/gm)].map(
      ([, name]) => `${name}`,
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !new RegExp(`\`${name}\\b`).test(text))).toEqual([]);
  });

  it('every problem that docs/schema-language.md names can be reported', () => {
    // Most are read off the text; what only PostgreSQL can say of it, the project finds out.
    const sources = ['src/read', 'src/project']
      .flatMap((room) =>
        readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
      )
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(name))
      .join('\n');
    const lines = read('docs/schema-language.md').match(/^Problems: [\s\S]*?\n\n/gm) ?? [];
    const named = lines.flatMap((line) => [...line.matchAll(/`([A-Z_]{5,})`/g)].map(([, code]) => `${code}`));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });

  it('every setting has its row in docs/configuration.md, and no row is without a setting', async () => {
    const { SETTINGS } = await import('../../src/config/settings.ts');
    const rows = [...read('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` \| `(\w+)`/gm)];
    expect(rows.map(([, variable, key]) => `${key} ${variable}`).sort()).toEqual(
      Object.entries(SETTINGS)
        .map(([key, setting]) => `${key} ${setting.variable}`)
        .sort(),
    );
  });

  it.each(
    readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.md'),
    ),
  )('docs/%s links to what exists', (name) => {
    const targets = [...read(`docs/${name}`).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, to]) => `${to}`);
    for (const to of targets)
      expect(() => readFileSync(join(root, 'docs', name, '..', to))).not.toThrow(/ENOENT/);
  });
});
