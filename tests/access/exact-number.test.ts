import { expect, it } from 'vitest';
import { exactNumber, exactToText } from '../../src/access/exact-number.ts';

it.each([
  ['0', '0'],
  ['-0', '0'],
  ['007', '7'],
  ['10', '10'],
  ['10.50', '10.5'],
  ['-0.250', '-0.25'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['1e3', '1000'],
  ['1.25E-3', '0.00125'],
  ['+12.5e1', '125'],
  [`1.${'0'.repeat(40)}1${'0'.repeat(40)}`, `1.${'0'.repeat(40)}1`],
])('%s is %s', (text, plain) => {
  const number = exactNumber(text);
  expect(number && exactToText(number)).toBe(plain);
});

it.each(['', '.', '-', 'e5', '1e', '1.2.3', '0x10', '1 ', 'NaN', '1e12345', null, {}])(
  '%s is no number',
  (text) => {
    expect(exactNumber(text)).toBeUndefined();
  },
);
