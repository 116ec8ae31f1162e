import { expect, it } from 'vitest';
import { startNodes } from '../features/cache/support.ts';

const SDL = `
type Song @model @access(read: "true") @cacheControl(maxAge: 600) {
  id: ID! @id(auto: INT)
  title: String!
  day: Date
  plays: Int
}
`;

it.each([
  ['a day', 'day', (value: number) => `"2020-01-0${value}"`, '"no day"'],
  ['a number', 'plays', String, '99999999999'],
] as const)('texts that differ in %s', async (_, field, value, wrong) => {
  const { nodes } = await startNodes(SDL, { settings: [{ PLINTH_LIMIT_REQUEST_MS: '6000' }] });
  const [node] = nodes;
  const ask = (literal: string) =>
    node?.ask({ query: `{ songs(where: { ${field}: { eq: ${literal} } }) { title } }`, as: null });
  for (const number of [1, 2, 3, 4]) expect((await ask(value(number)))?.data).toEqual({ songs: [] });
  const began = performance.now();
  const one = await ask(wrong);
  expect(one?.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  const others = await Promise.all(Array.from({ length: 8 }, () => ask(wrong)));
  for (const other of others) expect(other?.errors[0]?.message).toBe(one?.errors[0]?.message);
  expect(performance.now() - began).toBeLessThan(3_000);
});
