import { expect, it } from 'vitest';
import type { ViewerState } from '../../../src/model/viewer.ts';
import type { TestApp } from '../../support/app.ts';

/**
 * One cell of the matrix: the same operation by somebody who may and by somebody who may not. `allowed` and `refused` say
 * what each is answered: data, or the code of the error, in which case nothing may have changed.
 */
export interface Cell {
  readonly name: string;
  readonly operation: string;
  readonly by: ViewerState;
  readonly answer: unknown;
}

export interface MatrixWorld {
  readonly app: () => TestApp;
  /** Variables that every operation may use; those it does not use are left out. */
  readonly ids: () => Readonly<Record<string, string>>;
  /** Everything that is stored, as the administrator sees it. */
  readonly snapshot: string;
}

/** What every schema of the matrix is asked, by somebody who is allowed and by somebody who is refused. */
const CELLS = [
  'list',
  'by id',
  'unique lookup',
  'node',
  'relation',
  'relation filter',
  'order',
  'search',
  'aggregate',
  'group',
  'cursor',
  'create',
  'update',
  'delete',
  'nested create',
  'nested connect',
  'nested connectOrCreate',
  'nested update',
  'nested set',
  'nested disconnect',
  'nested delete',
  'upsert that updates',
  'upsert that creates',
  'batch',
  'custom result',
];
const named = new Set<string>();

/** To be called last: the cells of this file are complete. Their names begin with `by id, allowed:` or `by id, refused:`. */
export function hasEveryCell(): void {
  it.each(CELLS.flatMap((cell) => [`${cell}, allowed`, `${cell}, refused`]))('has a cell for: %s', (cell) => {
    expect([...named].filter((name) => name.startsWith(`${cell}:`))).not.toEqual([]);
  });
}

/** Cursor of the row at `index` of a connection, as the administrator sees it. */
export async function cursorOf(app: TestApp, connection: string, index: number): Promise<string> {
  const data = await app.data<Record<string, { edges: { cursor: string }[] }>>(
    `{ c: ${connection} { edges { cursor } } }`,
  );
  return data.c?.edges[index]?.cursor ?? '';
}

export const refused = (code: string): { readonly refused: string } => ({ refused: code });

/** Runs each cell on rows as they were seeded. */
export function runCells(
  world: MatrixWorld,
  cells: readonly (readonly [string, string, ViewerState, unknown])[],
): void {
  for (const [name] of cells) named.add(name);
  it.each(cells.flatMap(variantsOf))('$name$how', async ({ operation, by, answer, compile }) => {
    const app = world.app();
    const source = declare(operation, world.ids());
    const before = await app.data(world.snapshot);
    const got = await app.graphql(source, world.ids(), by, { compile });
    const after = await app.data(world.snapshot);
    if (!source.startsWith('mutation')) await expectRefusedCompiled(app, source, world.ids(), by, answer);
    const code = (answer as { refused?: string } | null)?.refused;
    if (code !== undefined) {
      expect({
        codes: got.codes,
        data: got.data && Object.values(got.data).every((one) => one === null),
      }).toEqual({
        codes: [code],
        data: source.startsWith('mutation') ? null : got.data === null ? null : true,
      });
      expect(after).toEqual(before);
      return;
    }
    expect(got.errors).toEqual([]);
    if (!source.startsWith('mutation')) await expectSameCompiled(app, source, world.ids(), by, answer);
    expect(got.data).toEqual(answer);
  });
}

/** Mutations are run with the compiled path and without it; queries below are asked both ways in one test. */
function variantsOf([name, operation, by, answer]: readonly [string, string, ViewerState, unknown]) {
  const cell = { name, operation, by, answer };
  const compiled = { ...cell, how: '', compile: true };
  return operation.startsWith('mutation')
    ? [compiled, { ...cell, how: ', through the resolvers', compile: false }]
    : [compiled];
}

/** Both executors have one meaning: what the compiled path answers at all is what the resolvers answer. */
async function expectSameCompiled(
  app: TestApp,
  source: string,
  ids: Readonly<Record<string, string>>,
  by: ViewerState,
  answer: unknown,
): Promise<void> {
  const compiled = await app.compiled(source, ids, by);
  if (compiled !== undefined) expect(compiled).toEqual(answer);
}

/** What is refused is left to the resolvers, which say so. */
async function expectRefusedCompiled(
  app: TestApp,
  source: string,
  ids: Readonly<Record<string, string>>,
  by: ViewerState,
  answer: unknown,
): Promise<void> {
  if ((answer as { refused?: string } | null)?.refused === undefined) return;
  expect(await app.compiled(source, ids, by)).toBeUndefined();
}

/** `mutation { … $annNote … }` with its variables declared: ids, and cursors by their name. */
function declare(operation: string, ids: Readonly<Record<string, string>>): string {
  const used = Object.keys(ids).filter((name) => new RegExp(`\\$${name}\\b`).test(operation));
  if (used.length === 0) return operation;
  const typeOf = (name: string) => (name.endsWith('Cursor') ? 'String!' : 'ID!');
  const declared = `(${used.map((name) => `$${name}: ${typeOf(name)}`).join(', ')})`;
  return operation.startsWith('mutation')
    ? operation.replace('mutation', `mutation${declared}`)
    : `query${declared} ${operation}`;
}
