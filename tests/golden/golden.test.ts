import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printSqlObjects } from '../../src/emit/index.ts';
import { buildApp } from '../../src/pipeline.ts';

/*
 * One folder a case: `schema.graphql` in, four artefacts out, byte for byte. After a change that is meant:
 * `npx vitest run tests/golden -u`, and read the diff.
 */
const cases = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe.each(cases)('%s emits what is expected:', (name) => {
  const folder = join(import.meta.dirname, name);
  const text = readFileSync(join(folder, 'schema.graphql'), 'utf8');
  const build = () => buildApp([{ file: 'schema.graphql', text }], []);

  it('the Prisma schema', async () => {
    await expect(build().prismaSchema).toMatchFileSnapshot(join(folder, 'expected/schema.prisma'));
  });

  it('the API', async () => {
    await expect(build().apiSdl).toMatchFileSnapshot(join(folder, 'expected/api.graphql'));
  });

  it('the SQL objects', async () => {
    await expect(printSqlObjects(build().sqlObjects)).toMatchFileSnapshot(
      join(folder, 'expected/objects.sql'),
    );
  });

  it('the access listing', async () => {
    await expect(build().accessText).toMatchFileSnapshot(join(folder, 'expected/access.txt'));
  });

  it('the same bytes when built again', () => {
    const [first, second] = [build(), build()];
    expect(second.apiSdl).toBe(first.apiSdl);
    expect(second.accessText).toBe(first.accessText);
    expect(second.prismaSchema).toBe(first.prismaSchema);
    expect(second.sqlObjects).toEqual(first.sqlObjects);
  });
});
