import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(
    'type Counter @model @access(read: "true", create: "true", update: "true") { id: ID! n: Int! @default(value: 0) }',
  );
});
afterAll(() => app?.close());

const make = async (): Promise<string> =>
  (await app.data<{ createCounter: { id: string } }>('mutation { createCounter(input: {}) { id } }'))
    .createCounter.id;

/** More than there are connections, so that some wait for a connection and the others for rows. */
const RIVALS = 40;

test('forty mutations that lock two rows in opposite orders are all carried out', async () => {
  const [a, b] = [await make(), await make()];
  const add = (alias: string, id: string) =>
    `${alias}: updateCounter(id: "${id}", input: { increment: { n: 1 } }) { n }`;
  const answers = await Promise.all(
    Array.from({ length: RIVALS }, (_, index) => {
      const [first, second] = index % 2 ? [a, b] : [b, a];
      return app.graphql(`mutation { ${add('one', first)} ${add('two', second)} }`);
    }),
  );
  expect(answers.flatMap((answer) => answer.codes)).toEqual([]);
  const { counters } = await app.data<{ counters: unknown[] }>('{ counters { n } }');
  expect(counters).toEqual([{ n: RIVALS }, { n: RIVALS }]);
}, 60_000);
