import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { afterFile } from '../support/after-file.ts';
import { startProject } from './start-project.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

interface Step {
  readonly viewer: string;
  readonly query: string;
  readonly answer: unknown;
}

/** Every `$ ask WHO 'QUERY'` of README.md with the answer printed below it, in order. */
const steps: readonly Step[] = [...readme.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
  [...`${block}`.matchAll(/^\$ ask (\S+) '([^']*)'\n(.*)$/gm)].map(([, viewer, query, answer]) => ({
    viewer: `${viewer}`,
    query: `${query}`,
    answer: JSON.parse(`${answer}`) as unknown,
  })),
);

const viewers = new Map(
  [...readme.matchAll(/^([A-Z]+)='(\{.*\})'/gm)].map(([, name, json]) => [`"$${name}"`, `${json}`]),
);

/** The sample project with the field that the tour adds. */
function withTheNewField(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-tour-'));
  afterFile(() => rmSync(directory, { recursive: true, force: true }));
  for (const name of ['resolvers', 'prisma'])
    cpSync(join(root, name), join(directory, name), { recursive: true });
  rmSync(join(directory, 'prisma/migrations'), { recursive: true, force: true });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  copyFileSync(join(root, 'package.json'), join(directory, 'package.json'));
  const field = /```graphql\n(risk: .*)\n```/.exec(readme)?.[1];
  const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');
  const changed = schema.replace(/^ {2}points: Int/m, `  ${field}\n$&`);
  if (field === undefined || changed === schema) throw new Error('The tour’s new field was not found.');
  writeFileSync(join(directory, 'schema.graphql'), changed);
  return directory;
}

describe('the tour in README.md is true to the letter', async () => {
  const sample = await startProject(withTheNewField());

  it('has steps, and names its viewers', () => {
    expect(steps.length).toBeGreaterThan(12);
    expect(viewers.size).toBe(3);
  });

  it.each(steps.map((step, index) => ({ ...step, number: index + 1 })))(
    'step $number: $query',
    async ({ viewer, query, answer }) => {
      const as = JSON.parse(viewers.get(viewer) ?? viewer);
      const { data, errors } = await sample.send(as, query);
      // As the reader's own `ask` does it.
      for (const { extensions } of errors) delete (extensions as Record<string, unknown>).access;
      expect({ data, ...(errors.length > 0 && { errors }) }).toEqual(answer);
    },
  );
});
