import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { makeDocumentStore } from '../../src/serve/document-store.ts';

const SHORT = parse('{ a }');

it('a thousand documents are remembered, and what was asked for last stays', async () => {
  const store = makeDocumentStore();
  for (let n = 0; n < 1_000; n++) await store.set(`${n}`, SHORT);
  expect(await store.get('0')).toBe(SHORT);
  await store.set('one more', SHORT);
  expect(await store.get('0')).toBe(SHORT);
  expect(await store.get('1')).toBeUndefined();
});

it('long ones are fewer', async () => {
  const store = makeDocumentStore();
  const long = parse(`{ a } # ${'x'.repeat(900_000)}`);
  for (const hash of ['a', 'b', 'c']) await store.set(hash, long);
  expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([undefined, long, long]);
});
