import { constants } from 'node:buffer';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DatabaseError,
  type Db,
  openPool,
  type QueryOptions,
  type RowStep,
  type RowsForm,
} from '../../src/data/index.ts';
import { RawRow } from '../../src/data/rows/raw-row.ts';
import { RowsText } from '../../src/data/rows/rows-text.ts';
import { fromByteText } from '../../src/kit/byte-text.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createDatabase();
  db = openPool({ url: database.url, max: 10, expressLines: 2 });
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

/** A field of an object: a text, a number, or an object that may be missing, with fields of its own. */
type Field = 'text' | 'number' | readonly Field[];
type Value = string | number | null | readonly Value[];

/** Letters of all lengths, and among them often what JSON escapes. */
const letter = fc.oneof(
  fc.constantFrom(...'"\\\b\f\n\r\t\u0001\u001f /\u007f\u2028aé'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constant('plain text of '),
);
const text = fc.string({ unit: letter, maxLength: 30 }).map((any) => any.toWellFormed().replaceAll('\0', ''));
const field = fc.letrec<{ field: Field }>((tie) => ({
  field: fc.oneof(
    { maxDepth: 3 },
    fc.constant('text' as const),
    fc.constant('number' as const),
    fc.array(tie('field'), { maxLength: 3 }),
  ),
})).field;

function anyValueOf(of: Field): fc.Arbitrary<Value> {
  if (of === 'text') return fc.option(text);
  if (of === 'number') return fc.option(fc.integer());
  return fc.option(fc.tuple(...of.map(anyValueOf)));
}

const list = fc
  .array(field, { maxLength: 5 })
  .chain((fields) =>
    fc.tuple(fc.constant(fields), fc.array(fc.tuple(...fields.map(anyValueOf)), { maxLength: 12 })),
  );

const keyOf = (place: number): string => `${'k'.repeat(place)}é${place}`;

/** @param columns counts those that there are so far */
function stepsOf(fields: readonly Field[], columns = { count: 0 }): readonly RowStep[] {
  const members = fields.flatMap((of, place): RowStep[] => {
    const column = columns.count++;
    const value =
      typeof of === 'string'
        ? { column, as: of === 'text' ? ('text' as const) : ('json' as const) }
        : { column, object: stepsOf(of, columns) };
    return [{ literal: `${place === 0 ? '' : ','}"${keyOf(place)}":` }, value];
  });
  return [{ literal: '{' }, ...members, { literal: '}' }];
}

function objectOf(fields: readonly Field[], values: readonly Value[]): object {
  const entries = fields.map((of, place) => {
    const value = values[place] as Value;
    return [keyOf(place), Array.isArray(value) ? objectOf(of as readonly Field[], value) : value];
  });
  return Object.fromEntries(entries);
}

function columnsOf(fields: readonly Field[], values: readonly Value[] | null): readonly (string | null)[] {
  return fields.flatMap((of, place) => {
    const value = values?.[place] ?? null;
    if (typeof of === 'string') return [value === null ? null : String(value)];
    return [value === null ? null : '', ...columnsOf(of, value as readonly Value[] | null)];
  });
}

async function read(
  rows: RowsForm,
  sql: string,
  params: readonly unknown[] = [],
  options: QueryOptions = {},
) {
  const texts = await db.readTexts(sql, params, { ...options, rows });
  return texts?.[0] ? fromByteText(texts[0]) : undefined;
}

describe('rows as the text of a list', () => {
  it('are what JSON.stringify would write, whatever is in them', async () => {
    await fc.assert(
      fc.asyncProperty(
        list,
        fc.constantFrom({}, { name: 'rows', shares: 'read' as const }),
        async ([fields, rows], options) => {
          const table = rows.map((values) => columnsOf(fields, values));
          const width = columnsOf(fields, null).length;
          const columns = Array.from({ length: width }, (_, place) => `each ->> ${place}`);
          const found = await read(
            { parts: [{ list: stepsOf(fields) }] },
            `SELECT ${columns.join(', ')} FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS one (each, place) ORDER BY place`,
            [JSON.stringify(table)],
            { ...options, ...('name' in options && { name: `rows_${width}` }) },
          );
          expect(found).toBe(JSON.stringify(rows.map((values) => objectOf(fields, values))));
        },
      ),
      { numRuns: 300 },
    );
  });

  const row: readonly RowStep[] = [
    { literal: '{"n":' },
    { column: 0, as: 'json' },
    { literal: ',"t":' },
    { column: 1, as: 'text' },
    { literal: '}' },
  ];
  const form: RowsForm = { parts: [{ list: row }] };

  it('may be many, and longer than what arrives at once', async () => {
    const sql = `SELECT n, repeat(E'a"b\\n\\u00fc', n % 7 * 1000) FROM generate_series(1, 300) AS n`;
    const expected = Array.from({ length: 300 }, (_, i) => ({
      n: i + 1,
      t: 'a"b\nü'.repeat(((i + 1) % 7) * 1000),
    }));
    expect(await read(form, sql)).toBe(JSON.stringify(expected));
  });

  it('are told apart where several statements are under way on one connection', async () => {
    const ask = (count: number) =>
      read(form, `SELECT n, 'x' || n FROM generate_series(1, $1::int) AS n`, [count], {
        name: 'many',
        shares: 'read',
      });
    const one = (n: number) => db.readTexts('SELECT $1::text', [String(n)], { name: 'one', shares: 'read' });
    await ask(1);
    await one(1);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? one(n) : ask(n % 5))),
    );
    for (const [n, answer] of answers.entries()) {
      const rows = Array.from({ length: n % 5 }, (_, i) => ({ n: i + 1, t: `x${i + 1}` }));
      expect(answer).toEqual(n % 3 === 0 ? [String(n)] : JSON.stringify(rows));
    }
  });

  it('are none where the statement fails half way, and the connection goes on', async () => {
    const failing = `SELECT n, repeat('x', 20000 / (150 - n)) FROM generate_series(1, 300) AS n`;
    for (const options of [{}, { name: 'failing', shares: 'read' as const }])
      await expect(read(form, failing, [], options)).rejects.toThrow(DatabaseError);
    expect(await read(form, `SELECT 1, NULL`)).toBe('[{"n":1,"t":null}]');
  });

  it('are read in a transaction, behind what goes ahead of it', async () => {
    const answer = await db.transaction(async (tx) => {
      const [text] = (await tx.readTexts(`SELECT 1, 'a'`, [], { rows: form })) ?? [];
      return tx.savepoint(async () => [
        text,
        ...((await tx.readTexts(`SELECT 2, 'b'`, [], { rows: form })) ?? []),
      ]);
    });
    expect(answer).toEqual(['[{"n":1,"t":"a"}]', '[{"n":2,"t":"b"}]']);
  });

  it('are read where statements are not prepared', async () => {
    const unprepared = openPool({ url: database.url, max: 1, prepare: false });
    const read = await unprepared.readTexts(`SELECT 1, 'a' WHERE $1`, [true], {
      name: 'x',
      shares: 'read',
      rows: form,
    });
    await unprepared.close();
    expect(read).toEqual(['[{"n":1,"t":"a"}]']);
  });

  it('may be a page, with what is said of all of them, of the outermost, and of those beyond', async () => {
    const withLetters: readonly RowStep[] = [{ literal: '["' }, { base64url: row }, { literal: '"]' }];
    const parts = (isReversed: boolean, isThere?: number): RowsForm => ({
      parts: [
        { literal: '{"rows":' },
        { list: row },
        { literal: ',"letters":' },
        { list: withLetters },
        { literal: ',"first":' },
        { first: row },
        { literal: ',"last":' },
        { last: row },
        { literal: ',"more":' },
        { more: [{ literal: 'false' }] },
        { literal: ',"of":' },
        { head: [{ column: 2, as: 'json' }] },
        { literal: '}' },
      ],
      page: { size: 3, isReversed, isThere },
    });
    const ask = async (count: number, isReversed: boolean) => {
      const rows = `SELECT n, 'ü"' || n AS t, '' AS there FROM generate_series(1, ${count}) AS n`;
      const text = await read(
        parts(isReversed, 3),
        `SELECT n, t, total, there FROM (SELECT 7 AS total) AS one LEFT JOIN (${rows}) AS rows ON TRUE`,
      );
      return JSON.parse(text ?? '');
    };
    const object = (n: number) => ({ n, t: `ü"${n}` });
    const letters = (n: number) => Buffer.from(JSON.stringify(object(n))).toString('base64url');
    for (const count of [0, 1, 2, 3, 4])
      for (const isReversed of [false, true]) {
        const rows = Array.from({ length: Math.min(count, 3) }, (_, i) => object(i + 1));
        if (isReversed) rows.reverse();
        expect(await ask(count, isReversed)).toEqual({
          rows,
          letters: rows.map(({ n }) => [letters(n)]),
          first: count === 0 ? null : letters(1),
          last: count === 0 ? null : letters(Math.min(count, 3)),
          more: count > 3,
          of: 7,
        });
      }
    expect(JSON.parse((await read(parts(false), 'SELECT 1, 2, 3 WHERE FALSE')) ?? '')).toEqual({
      rows: [],
      letters: [],
      first: null,
      last: null,
      more: false,
      of: null,
    });
  });

  const instants: RowsForm = { parts: [{ list: [{ column: 0, as: 'instant' }] }] };

  it.each(['timestamptz', 'timestamp'])('have instants as to_char writes them, from %s', async (type) => {
    const YEAR_1 = -62_135_596_800;
    const YEAR_9999 = 253_402_300_799;
    const fractions = fc.oneof(fc.nat(999_999), fc.constantFrom(0, 1, 999, 1_000, 60_000, 999_999));
    const seconds = fc.oneof(
      fc.integer({ min: YEAR_1, max: YEAR_9999 }),
      fc.constantFrom(YEAR_1, 0, YEAR_9999),
    );
    const micros = fc.array(fc.tuple(seconds, fractions), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(micros, async (times) => {
        const rows = `SELECT ('epoch'::${type} + make_interval(secs => 1) * s + make_interval(secs => 0.000001) * f) AS t
          FROM unnest($1::float8[], $2::int[]) WITH ORDINALITY AS each (s, f, place) ORDER BY place`;
        const params = [times.map(([second]) => second), times.map(([, fraction]) => fraction)];
        const written = `SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS t FROM (${rows}) AS times`;
        const expected = await db.query<{ t: string }>(written, params);
        expect(await read(instants, rows, params)).toBe(JSON.stringify(expected.map(({ t }) => t)));
      }),
      { numRuns: 100 },
    );
  });

  it('have days in the form of ISO, and none in another', async () => {
    const days: RowsForm = { parts: [{ list: [{ column: 0, as: 'day' }] }] };
    const sql = `SELECT '0001-01-01'::date UNION ALL SELECT NULL UNION ALL SELECT '9999-12-31'::date`;
    expect(await read(days, sql)).toBe('["0001-01-01",null,"9999-12-31"]');
    for (const text of ['02.01.2026', '01/02/2026', 'infinity', '10000-01-01', '2026-01-02 00:00:00'])
      await expect(read(days, `SELECT '${text}'`)).rejects.toThrow('in another form than datestyle = ISO');
  });

  it.each([1, 2, 5])('have a value under %s more names, however long it is', async (more) => {
    const names = Array.from({ length: more + 1 }, (_, i) => `n${i}`);
    const members = names.flatMap((name, i): RowStep[] => [
      { literal: `${i === 0 ? '' : ','}"${name}":` },
      { column: 0, as: 'text' },
    ]);
    const object: readonly RowStep[] = [
      { literal: '{' },
      ...members,
      { literal: ',"c":"' },
      { base64url: row },
      { literal: '"}' },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 40 }),
        async (length, count) => {
          const sql = `SELECT repeat('x"', $1::int), 'key' FROM generate_series(1, $2::int)`;
          const text = 'x"'.repeat(length);
          const cursor = Buffer.from(`{"n":${text},"t":"key"}`).toString('base64url');
          const one = { ...Object.fromEntries(names.map((name) => [name, text])), c: cursor };
          expect(await read({ parts: [{ list: object }] }, sql, [length, count])).toBe(
            JSON.stringify(Array.from({ length: count }, () => one)),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it.each(['Asia/Kolkata', 'America/New_York', 'Africa/Monrovia', 'Pacific/Kiritimati'])(
    'have instants in UTC on a connection that is in %s',
    async (zone) => {
      const times = [
        '0001-01-01 00:00:00Z',
        '1971-06-01 12:00:00.0129Z',
        '2026-03-08 07:30:00.5Z',
        '9999-12-31 23:59:59.999999Z',
      ];
      const answer = await db.transaction(async (tx) => {
        await tx.query(`SET LOCAL timezone = '${zone}'`, []);
        return tx.readTexts(
          'SELECT t FROM unnest($1::timestamptz[]) WITH ORDINALITY AS each (t, place) ORDER BY place',
          [times],
          { rows: instants },
        );
      });
      expect(answer?.[0] && JSON.parse(fromByteText(answer[0]))).toEqual([
        '0001-01-01T00:00:00.000Z',
        '1971-06-01T12:00:00.012Z',
        '2026-03-08T07:30:00.500Z',
        '9999-12-31T23:59:59.999Z',
      ]);
    },
  );

  it('have no instants in a form that is not known, and null where there is none', async () => {
    const changed = [
      '2026-01-02T03:04:05+00',
      '02.01.2026 03:04:05 UTC',
      'Fri Jan 02 03:04:05 2026 UTC',
      'infinity',
      '',
    ];
    for (const text of changed)
      await expect(read(instants, `SELECT '${text}'`)).rejects.toThrow(
        'in another form than datestyle = ISO',
      );
    expect(await read(instants, `SELECT NULL UNION ALL SELECT '2026-01-02 03:04:05'`)).toBe(
      '[null,"2026-01-02T03:04:05.000Z"]',
    );
  });

  /** A row of two empty values that says that it is so long. */
  const rowOf = (length: number) => {
    const bytes = Buffer.alloc(2 + 2 * 4);
    bytes.writeInt16BE(2);
    return new RawRow(bytes, 0, length);
  };

  it.each([
    ['at once', []],
    ['in the end', [rowOf(0.6 * constants.MAX_STRING_LENGTH)]],
  ])('are refused where no text could hold them, %s', (_, before) => {
    const list = new RowsText(form);
    for (const row of before) list.add(row);
    for (const more of [0, 1, constants.MAX_STRING_LENGTH])
      expect(() => list.add(rowOf(constants.MAX_STRING_LENGTH + more))).toThrow(RangeError);
  });
});
