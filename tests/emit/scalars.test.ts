import fc from 'fast-check';
import { parseValue, valueFromAST } from 'graphql';
import { describe, expect, it } from 'vitest';
import { scalarTypes } from '../../src/emit/index.ts';
import { SCALARS } from '../../src/model/scalars.ts';

function scalar(name: string) {
  const type = scalarTypes[name];
  if (!type) throw new Error(`There is no scalar ${name}.`);
  return type;
}

const nines = '9'.repeat(131_072);

describe('what a client may send', () => {
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['BigInt', '9223372036854775807', '9223372036854775807'],
    ['BigInt', '-9223372036854775808', '-9223372036854775808'],
    ['BigInt', '007', '7'],
    ['BigInt', 42, '42'],
    ['Decimal', '10.50', '10.5'],
    ['Decimal', '10.00', '10'],
    ['Decimal', '-0.0', '0'],
    ['Decimal', '.5', '0.5'],
    ['Decimal', '1e3', '1000'],
    ['Decimal', '12.5E-3', '0.0125'],
    ['Decimal', nines, nines],
    ['Decimal', 10.5, '10.5'],
    ['DateTime', '2026-01-02T00:00:00Z', '2026-01-02T00:00:00.000Z'],
    ['DateTime', '2026-01-02T01:30:00.1234+01:30', '2026-01-02T00:00:00.123Z'],
    ['DateTime', '2026-01-02t23:59z', '2026-01-02T23:59:00.000Z'],
    ['DateTime', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['Date', '2024-02-29', '2024-02-29'],
    ['Time', '09:30', '09:30:00'],
    ['Time', '09:30:00.250', '09:30:00.25'],
    ['JSON', { a: [1, null, { b: 'x' }] }, { a: [1, null, { b: 'x' }] }],
    ['UUID', '018F3B5E-7A2C-7D11-9C3E-0123456789AB', '018f3b5e-7a2c-7d11-9c3e-0123456789ab'],
    ['Bytes', 'aGVsbG8=', 'aGVsbG8='],
    ['Bytes', '', ''],
    ['EmailAddress', 'a@b.example', 'a@b.example'],
    ['URL', 'https://example.org/x?y', 'https://example.org/x?y'],
    ['PositiveInt', 2147483647, 2147483647],
    ['Port', 1, 1],
    ['Latitude', -90, -90],
  ];

  it.each(rows)('as %s: %j', (name, value, expected) => {
    expect(scalar(name).parseValue(value)).toEqual(expected);
  });

  it('as a number in the document, with every digit', () => {
    const big = valueFromAST(parseValue('9007199254740993'), scalar('BigInt'));
    const decimal = valueFromAST(parseValue('0.1000000000000000055511151231257827'), scalar('Decimal'));
    expect([big, decimal]).toEqual(['9007199254740993', '0.1000000000000000055511151231257827']);
  });

  it('as JSON in the document, with a key that JavaScript treats as special', () => {
    const value = scalar('JSON').parseLiteral(parseValue('{__proto__: {a: 1}, b: [null, X, $v]}'), {
      v: true,
    });
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1},"b":[null,"X",true]}');
  });
});

describe('what is refused, with a message that names the scalar and does not repeat a long value', () => {
  const deep = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  const rows: readonly (readonly [string, unknown])[] = [
    ['BigInt', '9223372036854775808'],
    ['BigInt', '1.5'],
    ['BigInt', ''],
    ['BigInt', 2 ** 53],
    ['BigInt', '9'.repeat(1_000_000)],
    ['BigInt', true],
    ['Decimal', 'NaN'],
    ['Decimal', 'Infinity'],
    ['Decimal', '1e400000'],
    ['Decimal', '1e-400000'],
    ['Decimal', `0.${'1'.repeat(16_384)}`],
    ['Decimal', `${nines}0`],
    ['Decimal', '.'],
    ['Decimal', '0x10'],
    ['Decimal', {}],
    ['DateTime', '2026-01-02'],
    ['DateTime', '2026-01-02T00:00:00'],
    ['DateTime', '2026-02-30T00:00:00Z'],
    ['DateTime', '2026-02-30T00:00:00.000Z'],
    ['DateTime', '0000-01-01T00:00:00.000Z'],
    ['DateTime', '2026-01-02T00:00:60.000Z'],
    ['DateTime', '2026-01-02T24:00:00Z'],
    ['DateTime', '2026-01-02T23:59:60Z'],
    ['DateTime', '0000-01-01T00:00:00Z'],
    ['DateTime', '9999-12-31T23:59:59-01:00'],
    ['DateTime', 0],
    ['Date', '2023-02-29'],
    ['Date', '2026-1-1'],
    ['Date', '2026-01-01T00:00:00Z'],
    ['Time', '24:00:00'],
    ['Time', '9:30'],
    ['JSON', 'a\u0000b'],
    ['JSON', { 'k\ud800': 1 }],
    ['JSON', deep(102)],
    ['JSON', Number.NaN],
    ['UUID', 'x'],
    ['Bytes', 'a'],
    ['Bytes', 'aGVsbG8'],
    ['Bytes', 'a-_='],
    ['EmailAddress', `${'a'.repeat(100_000)}`],
    ['EmailAddress', 'a@b.example\u0000'],
    ['URL', 'nowhere'],
    ['PositiveInt', 0],
    ['PositiveInt', 2147483648],
    ['PositiveInt', 1.5],
    ['Port', 0],
    ['Port', 65536],
    ['Latitude', 91],
    ['PositiveFloat', Number.POSITIVE_INFINITY],
  ];

  it.each(rows.map(([name, value]) => [name, JSON.stringify(value)?.slice(0, 40), value] as const))(
    'as %s: %s',
    (name, _, value) => {
      let message = '';
      try {
        scalar(name).parseValue(value);
      } catch (error) {
        message = error instanceof Error ? error.message : String(error);
      }
      expect(message).toContain(name);
      expect(message.length).toBeLessThan(250);
    },
  );
});

describe('what is answered', () => {
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['BigInt', 5n, '5'],
    ['Decimal', '10.50', '10.5'],
    ['Decimal', { toFixed: () => '', toString: () => '1.5e+21' }, '1500000000000000000000'],
    ['DateTime', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['Date', new Date('2026-01-02T00:00:00Z'), '2026-01-02'],
    ['Time', new Date('1970-01-01T09:30:00.500Z'), '09:30:00.5'],
    ['Bytes', new TextEncoder().encode('hello'), 'aGVsbG8='],
    ['EmailAddress', 'not checked again', 'not checked again'],
    ['URL', new URL('https://example.org'), 'https://example.org/'],
  ];

  it.each(rows)('of %s: %s', (name, value, expected) => {
    expect(scalar(name).serialize(value)).toEqual(expected);
  });

  it('is never an invalid date', () => {
    expect(() => scalar('DateTime').serialize(new Date(Number.NaN))).toThrow('DateTime');
  });
});

describe('every stored scalar', () => {
  it.each(Object.keys(SCALARS))('%s has an implementation of its name', (name) => {
    expect(scalar(name).name).toBe(name);
  });
});

describe('for any value,', () => {
  it('Decimal keeps the number and answers what it takes', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 30 }), (digits, scale) => {
        const text = String(scalar('Decimal').parseValue(`${digits}e-${scale}`));
        expect(scalar('Decimal').parseValue(text)).toBe(text);
        const [whole = '', fraction = ''] = text.split('.');
        expect(BigInt(whole + fraction.padEnd(scale, '0')) === digits || digits === 0n).toBe(true);
        expect(fraction).not.toMatch(/0$/);
      }),
    );
  });

  it('DateTime answers what JavaScript says the instant is', () => {
    const years = {
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(years), (date) => {
        expect(scalar('DateTime').parseValue(date.toISOString())).toBe(date.toISOString());
      }),
    );
  });
});
