import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, type Reads, startReads } from '../query/reads/start-reads.ts';

/** Lists, pages and numbers over random rows, against a model that is written here and shares no code with the engine. */

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
enum Kind { C B A }
type Box @model ${OPEN} { id: ID! label: String items: [Item!]! }
type Item @model ${OPEN} {
  id: ID!
  num: Int
  ratio: Float
  price: Decimal
  text: String
  at: DateTime
  kind: Kind
  box: Box
}
`;

interface Box {
  readonly id: string;
  readonly label: string | null;
}
interface Item {
  readonly id: string;
  readonly num: number | null;
  readonly ratio: number | null;
  readonly price: string | null;
  readonly text: string | null;
  readonly at: string | null;
  readonly kind: string | null;
  readonly box: number | null;
}
type Field = 'num' | 'ratio' | 'price' | 'text' | 'at' | 'kind';

let reads: Reads;
beforeAll(async () => {
  reads = await startReads(SDL);
});
afterAll(() => reads?.stop());

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 });
const text = fc.constantFrom('', 'a', 'B', 'b%', 'ä', 'z_', '😀', 'Z', '\uffff');
const itemOf = (id: string): fc.Arbitrary<Item> =>
  fc.record({
    id: fc.constant(id),
    num: nullable(fc.integer({ min: -3, max: 3 })),
    ratio: nullable(fc.constantFrom(-1.5, 0, 0.1, 0.2, 1e300, 5e-324)),
    price: nullable(fc.constantFrom('-1.25', '0', '10', '10.5', '99999999999999999999.000000001')),
    text: nullable(text),
    at: nullable(
      fc.constantFrom('2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.001Z', '2024-02-29T23:59:59.999Z'),
    ),
    kind: nullable(fc.constantFrom('A', 'B', 'C')),
    box: nullable(fc.nat(2)),
  });
const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const world = fc.record({
  boxes: fc
    .tuple(nullable(text), nullable(text), nullable(text))
    .map((labels) => labels.map((label, i): Box => ({ id: uuid(900 + i), label }))),
  items: fc
    .integer({ min: 0, max: 14 })
    .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => itemOf(uuid(i + 1))))),
});
type World = { readonly boxes: readonly Box[]; readonly items: readonly Item[] };

async function store({ boxes, items }: World): Promise<void> {
  await reads.db.query('TRUNCATE "Item", "Box"');
  await reads.db.query(
    'INSERT INTO "Box" (id, label) SELECT * FROM json_to_recordset($1::json) AS r(id uuid, label text)',
    [JSON.stringify(boxes)],
  );
  const rows = items.map((item) => ({ ...item, boxId: item.box === null ? null : boxes[item.box]?.id }));
  await reads.db.query(
    'INSERT INTO "Item" (id, num, ratio, price, text, at, kind, "boxId") SELECT id, num, ratio, price, text, at, kind, "boxId" FROM json_to_recordset($1::json) AS r(id uuid, num int, ratio float8, price numeric, text text, at timestamptz, kind "Kind", "boxId" uuid)',
    [JSON.stringify(rows)],
  );
}

// ---- the model: values --------------------------------------------------------------------------------------------

type Comparable = number | string | bigint;

/** A value that orders as PostgreSQL orders it: enums by declaration, decimals by value, texts by code point. */
function rank(field: Field | 'id' | 'label', value: unknown): Comparable | null {
  if (value === null || value === undefined) return null;
  if (field === 'kind') return 'CBA'.indexOf(value as string);
  if (field === 'price') return decimal(value as string);
  if (field === 'text' || field === 'label') return Buffer.from(value as string, 'utf8').toString('hex');
  return value as Comparable;
}

function decimal(value: string): bigint {
  const [whole = '0', fraction = ''] = value.replace('-', '').split('.');
  const scaled = BigInt(whole) * 10n ** 9n + BigInt(fraction.padEnd(9, '0'));
  return value.startsWith('-') ? -scaled : scaled;
}

function compare(a: Comparable, b: Comparable): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// ---- the model: filters in three values ---------------------------------------------------------------------------

type Where = Record<string, Loose>;
type Truth = boolean | null;

const both = (terms: readonly Truth[]): Truth =>
  terms.includes(false) ? false : terms.includes(null) ? null : true;
const either = (terms: readonly Truth[]): Truth =>
  terms.includes(true) ? true : terms.includes(null) ? null : false;
const negate = (truth: Truth): Truth => (truth === null ? null : !truth);

function holds(where: Where, item: Item, boxes: readonly Box[]): Truth {
  return both(
    Object.entries(where).map(([key, value]): Truth => {
      if (key === 'AND') return both(value.map((one: Where) => holds(one, item, boxes)));
      if (key === 'OR') return either(value.map((one: Where) => holds(one, item, boxes)));
      if (key === 'NOT') return negate(holds(value, item, boxes));
      if (key === 'box') return relation(value, item.box === null ? undefined : boxes[item.box]);
      return matches(key as Field, value, item[key as Field]);
    }),
  );
}

function relation(filter: Where, box: Box | undefined): boolean {
  return Object.entries(filter).every(([op, value]) => {
    const inside =
      box !== undefined &&
      both(Object.entries(value).map(([, one]) => matches('label', one as Where, box.label))) === true;
    if (op === 'is') return inside;
    return op === 'isNot' ? !inside : (box === undefined) === value;
  });
}

function matches(field: Field | 'label', filter: Where, value: unknown): Truth {
  return both(
    Object.entries(filter).map(([op, operand]): Truth => {
      const left = rank(field, value);
      if (op === 'isNull') return (left === null) === operand;
      if (op === 'in' || op === 'notIn') {
        const found =
          operand.length === 0
            ? false
            : left === null
              ? null
              : operand.some((one: unknown) => rank(field, one) === left);
        return op === 'in' ? found : negate(found);
      }
      if (left === null) return null;
      if (op === 'contains') return String(value).includes(operand);
      if (op === 'startsWith') return String(value).startsWith(operand);
      if (op === 'endsWith') return String(value).endsWith(operand);
      const order = compare(left, rank(field, operand) as Comparable);
      return (
        { eq: order === 0, ne: order !== 0, lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[
          op
        ] ?? null
      );
    }),
  );
}

const OPERANDS: Record<Field, fc.Arbitrary<unknown>> = {
  num: fc.integer({ min: -4, max: 4 }),
  ratio: fc.constantFrom(0, 0.1, 1e300, -2),
  price: fc.constantFrom('10.50', '0', '-1.25', '99999999999999999999.000000001'),
  text,
  at: fc.constantFrom('2020-01-01T00:00:00.001Z', '2024-02-29T23:59:59.999Z'),
  kind: fc.constantFrom('A', 'B', 'C'),
};
const FIELDS = Object.keys(OPERANDS) as Field[];

const valueFilter = (field: Field): fc.Arbitrary<Where> => {
  const operand = OPERANDS[field];
  const ops = field === 'kind' ? ['eq', 'ne'] : ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'];
  const choices: fc.Arbitrary<Where>[] = [
    fc.tuple(fc.constantFrom(...ops), operand).map(([op, value]) => ({ [op]: value })),
    fc
      .tuple(fc.constantFrom('in', 'notIn'), fc.array(operand, { maxLength: 3 }))
      .map(([op, list]) => ({ [op]: list })),
    fc.boolean().map((isNull) => ({ isNull })),
  ];
  if (field === 'text')
    choices.push(
      fc
        .tuple(fc.constantFrom('contains', 'startsWith', 'endsWith'), text)
        .map(([op, value]) => ({ [op]: value })),
    );
  return fc.oneof(...choices);
};
const relationFilter: fc.Arbitrary<Where> = fc.oneof(
  fc.boolean().map((isNull) => ({ isNull })),
  fc
    .tuple(
      fc.constantFrom('is', 'isNot'),
      fc.oneof(
        fc.constant({}),
        valueFilter('text').map((label) => ({ label })),
      ),
    )
    .map(([op, inner]) => ({ [op]: inner })),
);
const { where } = fc.letrec<{ where: Where }>((tie) => ({
  where: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...FIELDS).chain((field) => valueFilter(field).map((filter) => ({ [field]: filter }))),
    relationFilter.map((box) => ({ box })),
    fc.array(tie('where'), { maxLength: 3 }).map((AND) => ({ AND })),
    fc.array(tie('where'), { maxLength: 3 }).map((OR) => ({ OR })),
    tie('where').map((NOT) => ({ NOT })),
  ),
}));

// ---- the model: orders --------------------------------------------------------------------------------------------

const DIRECTIONS = [
  'ASC',
  'DESC',
  'ASC_NULLS_FIRST',
  'ASC_NULLS_LAST',
  'DESC_NULLS_FIRST',
  'DESC_NULLS_LAST',
] as const;
type Direction = (typeof DIRECTIONS)[number];
interface Key {
  readonly field: Field | 'label' | 'id';
  readonly direction: Direction;
}
const orderBy = fc.array(
  fc.record({
    field: fc.constantFrom<Key['field']>(...FIELDS, 'label', 'id'),
    direction: fc.constantFrom(...DIRECTIONS),
  }),
  { maxLength: 3 },
);

const orderInput = (keys: readonly Key[]) =>
  keys.map(({ field, direction }) =>
    field === 'label' ? { box: { label: direction } } : { [field]: direction },
  );

function sorted(items: readonly Item[], keys: readonly Key[], boxes: readonly Box[]): Item[] {
  const descending = keys.at(-1)?.direction.startsWith('DESC') ?? false;
  const full: readonly Key[] = [...keys, { field: 'id', direction: descending ? 'DESC' : 'ASC' }];
  const keyValue = (item: Item, field: Key['field']) =>
    rank(field, field === 'label' ? (item.box === null ? null : boxes[item.box]?.label) : item[field]);
  return [...items].sort((a, b) => {
    for (const { field, direction } of full) {
      const order = compareKeys(keyValue(a, field), keyValue(b, field), direction);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compareKeys(a: Comparable | null, b: Comparable | null, direction: Direction): number {
  const descending = direction.startsWith('DESC');
  const nullsFirst = direction.endsWith('FIRST') || (descending && !direction.endsWith('LAST'));
  if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1;
  return descending ? compare(b, a) : compare(a, b);
}

// ---- the properties -----------------------------------------------------------------------------------------------

const RUNS = 40;
const LIMIT = { interruptAfterTimeLimit: 14_000, numRuns: RUNS } as const;
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('reads agree with a model in memory', () => {
  it('on filters, orders, limits and offsets', async () => {
    const query =
      'query ($where: ItemWhere, $orderBy: [ItemOrderBy!], $limit: Int, $offset: Int) { items(where: $where, orderBy: $orderBy, limit: $limit, offset: $offset) { id } }';
    await fc.assert(
      fc.asyncProperty(
        world,
        fc.array(fc.tuple(where, orderBy, fc.nat(20), fc.nat(3)), { minLength: 8, maxLength: 8 }),
        async (data, cases) => {
          await store(data);
          for (const [filter, keys, limit, offset] of cases) {
            const expected = sorted(
              data.items.filter((item) => holds(filter, item, data.boxes) === true),
              keys,
              data.boxes,
            ).slice(offset, offset + limit);
            const { items } = await reads.read(query, {
              variables: { where: filter, orderBy: orderInput(keys), limit, offset },
            });
            expect(ids(items)).toEqual(ids(expected));
          }
        },
      ),
      LIMIT,
    );
  }, 60_000);

  it('on walking pages forwards and backwards, with nulls and ties', async () => {
    await fc.assert(
      fc.asyncProperty(
        world,
        orderBy,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (data, keys, size, forwards) => {
          await store(data);
          const expected = ids(sorted(data.items, keys, data.boxes));
          expect(await walk(orderInput(keys), size, forwards, expected.length)).toEqual(expected);
        },
      ),
      LIMIT,
    );
  }, 60_000);

  it('on aggregates and groups', async () => {
    const query = `query ($where: ItemWhere) {
      itemsAggregate(where: $where) { count countDistinct { num kind boxId price } sum { num price } avg { num } min { text at price } max { text num ratio } }
      itemsGroups(by: [{ field: kind }, { field: num }], where: $where) { key { kind num at } aggregate { count sum { num } max { price } } }
    }`;
    await fc.assert(
      fc.asyncProperty(world, where, async (data, filter) => {
        await store(data);
        const rows = data.items.filter((item) => holds(filter, item, data.boxes) === true);
        const answer = await reads.read(query, { variables: { where: filter } });
        expect(answer).toEqual(numbers(rows));
      }),
      LIMIT,
    );
  }, 60_000);
});

async function walk(order: unknown, size: number, forwards: boolean, total: number): Promise<string[]> {
  const args = forwards ? 'first: $size, after: $cursor' : 'last: $size, before: $cursor';
  const query = `query ($order: [ItemOrderBy!], $size: Int, $cursor: String) { itemsConnection(orderBy: $order, ${args}) { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const found: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const { itemsConnection: page }: Loose = await reads.read(query, { variables: { order, size, cursor } });
    const nodes = page.edges.map((edge: Loose) => edge.node.id);
    if (forwards) found.push(...nodes);
    else found.unshift(...nodes);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    expect(page.totalCount).toBe(total);
    const more = found.length < total;
    const further = cursor !== null && total > 0;
    expect([forwards ? hasNextPage : hasPreviousPage, forwards ? hasPreviousPage : hasNextPage]).toEqual([
      more,
      further,
    ]);
    expect([startCursor, endCursor]).toEqual([
      page.edges[0]?.cursor ?? null,
      page.edges.at(-1)?.cursor ?? null,
    ]);
    if (!more || nodes.length === 0) return found;
    cursor = forwards ? endCursor : startCursor;
  }
}

function numbers(rows: readonly Item[]) {
  const values = (field: Field, of = rows) => of.map((row) => row[field]).filter((value) => value !== null);
  const best = (field: Field, sign: number, of = rows) =>
    values(field, of).sort(
      (a, b) => sign * compare(rank(field, a) as Comparable, rank(field, b) as Comparable),
    )[0] ?? null;
  const distinct = (field: Field | 'box') =>
    new Set(rows.map((row) => row[field]).filter((value) => value !== null)).size;
  const sum = (of = rows) =>
    values('num', of).length === 0 ? null : (values('num', of) as number[]).reduce((a, b) => a + b, 0);
  const groups = new Map<string, Item[]>();
  for (const row of rows)
    groups.set(JSON.stringify([row.kind, row.num]), [
      ...(groups.get(JSON.stringify([row.kind, row.num])) ?? []),
      row,
    ]);
  const total = sum();
  const average = total === null ? null : total / values('num').length;
  return {
    itemsAggregate: {
      count: rows.length,
      countDistinct: {
        num: distinct('num'),
        kind: distinct('kind'),
        boxId: distinct('box'),
        price: distinct('price'),
      },
      sum: { num: total, price: decimalSum(values('price') as string[]) },
      avg: { num: average === null ? null : expect.closeTo(average, 9) },
      min: { text: best('text', 1), at: best('at', 1), price: best('price', 1) },
      max: { text: best('text', -1), num: best('num', -1), ratio: best('ratio', -1) },
    },
    itemsGroups: [...groups.values()]
      .sort(
        ([a], [b]) =>
          compareKeys(rank('kind', a?.kind), rank('kind', b?.kind), 'ASC') ||
          compareKeys(a?.num ?? null, b?.num ?? null, 'ASC'),
      )
      .map((group) => ({
        key: { kind: group[0]?.kind, num: group[0]?.num, at: null },
        aggregate: {
          count: group.length,
          sum: { num: sum(group) },
          max: { price: best('price', -1, group) },
        },
      })),
  };
}

function decimalSum(values: readonly string[]): string | null {
  if (values.length === 0) return null;
  const sum = values.map(decimal).reduce((a, b) => a + b, 0n);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(10, '0');
  const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
  return sum < 0n ? `-${text}` : text;
}
