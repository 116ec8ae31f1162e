import type { Contestant } from './contestants.ts';

/** What an operation is asked about; the same for every contestant. */
export interface Parameters {
  readonly trackId: number;
  readonly artistName: string;
  readonly playlistId: number;
  readonly pageSize: number;
  /** Rows before the page that Q6 asks for. */
  readonly rowsBefore: number;
  readonly albumIds: readonly number[];
  readonly invoice: {
    readonly customerId: number;
    readonly date: string;
    readonly total: number;
    readonly city: string;
  };
}

export const OPERATIONS = ['Q0', 'Q1', 'Q2', 'Q3', 'Q4', 'Q5', 'Q6', 'Q7', 'Q8', 'Q9'] as const;
export type OperationName = (typeof OPERATIONS)[number];

export const TITLES: Readonly<Record<OperationName, string>> = {
  Q0: '{ __typename }',
  Q1: 'one track by id',
  Q2: '50 tracks, 6 scalars',
  Q3: '20 albums → tracks → genre',
  Q4: 'one artist by name → albums → tracks',
  Q5: 'one playlist → 200 tracks → album → artist',
  Q6: 'page 50 by cursor with totalCount',
  Q7: 'count and sum per genre',
  Q8: 'create an invoice, read its customer',
  Q9: 'Q3 for 20 ids, other ids each time',
};

/** One request of a contestant: its body, and what of the answer is compared. */
export interface Request {
  readonly body: object;
  readonly pick: (data: Loose) => unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: answers differ in shape between contestants; picks spell them out.
export type Loose = any;

/** Asks a contestant one operation while it is being prepared (to find the cursor of a page). */
export type AskOne = (body: object) => Promise<Loose>;

export type MakeRequest = (parameters: Parameters, ask: AskOne) => Promise<Request> | Request;

/** What there is to ask for in the data. */
export type Data = 'chinook' | 'made-up';

const BASE: Readonly<Record<Data, Omit<Parameters, 'albumIds'>>> = {
  chinook: {
    trackId: 1234,
    artistName: 'Iron Maiden',
    playlistId: 5,
    pageSize: 20,
    rowsBefore: 980,
    invoice: { customerId: 7, date: '2026-01-02T00:00:00.000Z', total: 9.9, city: 'Bench' },
  },
  'made-up': {
    trackId: 123,
    artistName: "River Ain't 23",
    playlistId: 5,
    pageSize: 20,
    rowsBefore: 40,
    invoice: { customerId: 7, date: '2026-01-02T00:00:00.000Z', total: 9.9, city: 'Bench' },
  },
};

const ALBUMS: Readonly<Record<Data, number>> = { chinook: 347, 'made-up': 60 };

const SETS = 512;

/** Parameters of each request of an operation: Q9 asks for other albums each time. */
export function parametersOf(operation: OperationName, data: Data): readonly Parameters[] {
  const sets = albumSets(operation === 'Q9' ? SETS : 1, ALBUMS[data]);
  return sets.map((albumIds) => ({ ...BASE[data], albumIds }));
}

function albumSets(count: number, albums: number): readonly (readonly number[])[] {
  let state = 7;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % limit;
  };
  return Array.from({ length: count }, () => {
    const ids = new Set<number>();
    while (ids.size < 20) ids.add(1 + below(albums));
    return [...ids].sort((a, b) => a - b);
  });
}

/** The requests of one operation for one contestant. */
export async function requestsOf(
  contestant: Contestant,
  operation: OperationName,
  ask: AskOne,
  data: Data,
): Promise<readonly Request[]> {
  const make = contestant.operations[operation];
  if (!make) return [];
  const requests: Request[] = [];
  for (const parameters of parametersOf(operation, data)) requests.push(await make(parameters, ask));
  return requests;
}

const NUMBERS = new Set(['unitPrice', 'total', 'milliseconds', 'count', 'bytes', 'totalCount']);

/** Answers in one spelling: keys sorted, numbers and dates as such, made ids left out. */
export function canonical(value: unknown, key = '', operation?: OperationName): unknown {
  if (Array.isArray(value)) return value.map((item) => canonical(item, key, operation));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([name]) => !(operation === 'Q8' && name === 'invoiceId'));
    return Object.fromEntries(
      entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, item]) => [name, canonical(item, name, operation)]),
    );
  }
  if (value === null) return null;
  if (NUMBERS.has(key) || key.endsWith('Id')) return Number(value);
  return key === 'invoiceDate' ? new Date(String(value)).toISOString() : value;
}
