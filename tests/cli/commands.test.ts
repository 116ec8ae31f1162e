import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plinth } from '../support/cli.ts';
import { createDatabase } from '../support/database.ts';

const RULES = '@access(read: "true", create: "true", update: "true", delete: "true")';
const GOOD = `type Team @model ${RULES} { id: ID! name: String! @unique }`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-cli-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const write = (schema: string): void => writeFileSync(join(directory, 'schema.graphql'), schema);
const here = (): string[] => ['--project', directory];

const operation = (name: string, text: string): void => {
  mkdirSync(join(directory, 'operations'), { recursive: true });
  writeFileSync(join(directory, 'operations', name), text);
};

describe('operations/', () => {
  it('is compared with the API by check and by generate', async () => {
    write(GOOD);
    operation('teams.graphql', 'query Teams {\n  teams { nam }\n}');
    const { code, out } = await plinth('check', ...here());
    expect([code, out]).toEqual([
      1,
      'operations/teams.graphql:2:11 Cannot query field "nam" on type "Team". Did you mean "name"?',
    ]);
    const json = await plinth('check', '--json', ...here());
    expect(JSON.parse(json.out)).toMatchObject([
      { file: 'operations/teams.graphql', line: 2, column: 11, code: 'OPERATION_INVALID', severity: 'error' },
    ]);
    const generated = await plinth('generate', ...here());
    expect(generated.code).toBe(1);
    expect(generated.err).toContain('operations/teams.graphql:2:11');
    expect(existsSync(join(directory, 'generated'))).toBe(false);
  });

  it('is measured by check and by generate, with the limits that start would have', async () => {
    write(`type Team @model ${RULES} { id: ID! name: String! parent: Team children: [Team!]! }`);
    operation('deep.graphql', `query Deep { teams { ${'parent { '.repeat(16)}id${' }'.repeat(16)} } }`);
    const { code, out } = await plinth('check', ...here());
    expect(code).toBe(1);
    expect(out).toMatch(
      /^operations\/deep\.graphql:1:7 The operation has 18 levels of fields; the limit is 15\. /,
    );
    expect((await plinth('generate', ...here())).err).toContain('18 levels');
    writeFileSync(join(directory, 'plinth.config.ts'), 'export default { depth: 18 };');
    expect(await plinth('check', ...here())).toMatchObject({ code: 0, out: '' });
  });

  it('is compared with what scalars take, as it is when it is sent', async () => {
    write(`type Team @model ${RULES} { id: ID! made: DateTime! }`);
    operation('teams.graphql', 'query Teams {\n  teams(where: { made: { gt: "nonsense" } }) { id }\n}');
    const { code, out } = await plinth('check', ...here());
    expect(code).toBe(1);
    expect(out).toMatch(/^operations\/teams\.graphql:2:30 .*DateTime cannot represent "nonsense"/);
  });

  it('is not judged where the schema has mistakes of its own', async () => {
    write(`type Team @model ${RULES} { id: ID! name: Strin }`);
    operation('teams.graphql', 'query Teams { teams { name } }');
    expect((await plinth('check', ...here())).out).not.toContain('operations/');
  });

  it('is listed by hash and by name by generate', async () => {
    write(GOOD);
    operation('teams.graphql', 'query Teams { teams { name } }');
    expect((await plinth('generate', ...here())).code).toBe(0);
    const read = (name: string) => JSON.parse(readFileSync(join(directory, 'generated', name), 'utf8'));
    expect(Object.values(read('persisted-documents.json'))).toContain('query Teams { teams { name } }');
    expect(read('persisted-query-manifest.json').operations).toMatchObject([
      { name: 'Teams', type: 'query' },
    ]);
  });

  it('is compiled by generate, which tells of how many operations; nothing is left where there are none any more', async () => {
    write(GOOD);
    operation('teams.graphql', 'query Teams { teams { name } }\nquery Meta { __schema { description } }');
    const file = join(directory, 'generated/compiled-documents.jsonl');
    const counts = '(1 of 2 operations run as one statement; "plinth explain" tells why another does not)';
    expect((await plinth('generate', ...here())).err).toContain(
      `wrote generated/compiled-documents.jsonl ${counts}`,
    );
    const first = readFileSync(file, 'utf8');
    expect((await plinth('generate', ...here())).err).toContain(
      `generated/compiled-documents.jsonl is up to date ${counts}`,
    );
    expect(readFileSync(file, 'utf8')).toBe(first);
    rmSync(join(directory, 'operations'), { recursive: true });
    await plinth('generate', ...here());
    expect(existsSync(file)).toBe(false);
  });
});

describe('plinth check', () => {
  it('is content with a schema without mistakes', async () => {
    write(GOOD);
    expect(await plinth('check', ...here())).toMatchObject({ code: 0, out: '' });
  });

  it('prints every problem as file:line:column message, in the order of the file, and exits with 1', async () => {
    write(`type A @model ${RULES} {\n  id: ID!\n  b: Sting\n}\ntype C @modle { id: ID! }`);
    const { code, out } = await plinth('check', ...here());
    const lines = out.split('\n');
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/^schema\.graphql:3:\d+ .*String/);
    expect(lines.some((line) => /^schema\.graphql:5:8 .*Did you mean "@?model"/.test(line))).toBe(true);
  });

  it('prints line, column, code and message with --json', async () => {
    write('type A @model {\n  id: ID!\n}');
    const { code, out } = await plinth('check', '--json', ...here());
    expect(code).toBe(1);
    const [problem] = JSON.parse(out) as Record<string, unknown>[];
    expect(problem).toMatchObject({
      line: 1,
      column: expect.any(Number),
      code: expect.stringMatching(/^[A-Z_]+$/),
    });
    expect(problem?.message).toMatch(/@access/);
  });

  it('says which directory has no project, without a stack', async () => {
    const { code, err } = await plinth('check', ...here());
    expect(code).toBe(1);
    expect(err).toContain('There is no schema.graphql in');
    expect(err).not.toContain('    at ');
  });
});

describe('usage', () => {
  it.each([
    [['chek']],
    [['check', '--jsno']],
    [['dev', '--port', 'x']],
    [['migrate', 'new']],
    [['check', '--project', '/there/is/none']],
    [['start', '--project', '/there/is/none']],
    [['explain', '/there/is/none.graphql']],
    [['explain-access', '/there/is/none.graphql']],
  ])('%j is wrong usage: exit code 2', async (args) => {
    expect((await plinth(...args)).code).toBe(2);
  });

  it('--help exits with 0 and lists the commands', async () => {
    const { code, out } = await plinth('--help');
    expect(code).toBe(0);
    for (const command of ['init', 'dev', 'start', 'check', 'generate', 'migrate', 'seed']) {
      expect(out).toContain(command);
    }
  });
});

describe('plinth init', () => {
  it('makes a project beside what a directory has, and keeps that', async () => {
    const manifest = {
      name: 'mine',
      type: 'commonjs',
      scripts: { start: 'mine' },
      dependencies: { plinth: 'file:x' },
    };
    writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(directory, 'README.md'), 'mine');
    const { code, err } = await plinth('init', directory);
    expect(code).toBe(0);
    expect(err).toContain('Kept what was there: README.md, package.json.');
    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toBe('mine');
    expect(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))).toMatchObject({
      name: 'mine',
      type: 'module',
      scripts: { start: 'mine', dev: 'exec plinth dev' },
      dependencies: { plinth: 'file:x' },
    });
    expect((await plinth('check', '--project', directory)).code).toBe(0);
  });

  it('makes a project that has no mistakes, and never writes over one', async () => {
    const target = join(directory, 'app');
    expect((await plinth('init', target)).code).toBe(0);
    expect(existsSync(join(target, '.gitignore'))).toBe(true);
    expect((await plinth('check', '--project', target)).code).toBe(0);
    const again = await plinth('init', target);
    expect(again.code).toBe(1);
    expect(again.err).toContain('already there');
  });

  it('names the templates there are when asked for another', async () => {
    const { code, err } = await plinth('init', join(directory, 'app'), '--template', 'minimla');
    expect(code).toBe(2);
    expect(err).toContain('Did you mean "minimal"?');
  });
});

describe('plinth migrate', () => {
  it('writes, deploys and compares, and writes nothing where nothing changed', async () => {
    const database = await createDatabase();
    const before = process.env.DATABASE_URL;
    process.env.DATABASE_URL = database.url;
    try {
      write(GOOD);
      expect((await plinth('migrate', 'new', 'init', ...here())).code).toBe(0);
      expect((await plinth('migrate', 'new', 'nothing', ...here())).err).toContain('nothing beyond');
      const folders = readdirSync(join(directory, 'prisma', 'migrations')).filter((name) =>
        name.endsWith('_init'),
      );
      expect(folders).toHaveLength(1);
      const sql = readFileSync(
        join(directory, 'prisma/migrations', folders[0] ?? '', 'migration.sql'),
        'utf8',
      );
      expect(sql).toContain('CREATE TABLE "Team"');
      const pending = await plinth('migrate', 'status', ...here());
      expect(pending).toMatchObject({ code: 1, out: expect.stringContaining('pending') });
      expect((await plinth('migrate', 'deploy', ...here())).code).toBe(0);
      expect(await plinth('migrate', 'status', ...here())).toMatchObject({
        code: 0,
        out: expect.stringContaining('Up to date'),
      });
    } finally {
      process.env.DATABASE_URL = before;
      if (before === undefined) delete process.env.DATABASE_URL;
      await database.drop();
    }
  });
});

describe('plinth generate', () => {
  it('--check fails on a committed file that is out of date, and changes nothing', async () => {
    write(GOOD);
    const before = await plinth('generate', '--check', ...here());
    expect(before).toMatchObject({ code: 1, err: expect.stringContaining('prisma/schema.prisma') });
    expect(existsSync(join(directory, 'prisma'))).toBe(false);
    expect((await plinth('generate', ...here())).code).toBe(0);
    expect((await plinth('generate', '--check', ...here())).code).toBe(0);
  });
});
