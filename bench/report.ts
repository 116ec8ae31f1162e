import { OPERATIONS, type OperationName, TITLES } from './operations.ts';

/** One contestant under one operation's load for some seconds. */
export interface Cell {
  readonly contestant: string;
  readonly operation: OperationName;
  readonly connections: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of CPU for one request: of the server's process, and of PostgreSQL. */
  readonly serverMs: number;
  readonly databaseMs: number;
}

export interface Facts {
  readonly name: string;
  readonly title: string;
  readonly startMs: number;
  readonly idleMb: number;
  readonly loadedMb: number;
}

/** Tables in Markdown: ratios to the limit (`bare`), the figures behind them, and what each process takes. */
export function report(cells: readonly Cell[], facts: readonly Facts[]): string {
  const loads = [...new Set(cells.map(({ connections }) => connections))];
  return [
    ...loads.flatMap((connections) =>
      forLoad(
        cells.filter((cell) => cell.connections === connections),
        facts,
        connections,
      ),
    ),
    '',
    ...memory(facts),
  ].join('\n');
}

function forLoad(cells: readonly Cell[], facts: readonly Facts[], connections: number): readonly string[] {
  const names = facts.map(({ name }) => name);
  const operations = OPERATIONS.filter((operation) => cells.some((cell) => cell.operation === operation));
  const of = (operation: OperationName, name: string) =>
    cells.filter((cell) => cell.operation === operation && cell.contestant === name);
  const table = (
    title: string,
    value: (operation: OperationName, name: string) => string,
    last: readonly string[] = [],
  ) => [
    '',
    `### ${title}, ${connections} connections`,
    '',
    `| | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---:').join('|')}|`,
    ...operations.map(
      (operation) =>
        `| ${operation} ${TITLES[operation]} | ${names.map((name) => value(operation, name)).join(' | ')} |`,
    ),
    ...last,
  ];
  const ratio = (operation: OperationName, name: string) =>
    middle(of(operation, name).map(({ perSecond }) => perSecond)) /
    middle(of(operation, 'bare').map(({ perSecond }) => perSecond));
  const cost = (cell: Cell) => cell.serverMs + cell.databaseMs;
  const saving = (operation: OperationName, name: string) =>
    middle(of(operation, 'bare').map(cost)) / middle(of(operation, name).map(cost));
  const measured = operations.filter((operation) => operation !== 'Q0');
  const mean = (value: typeof ratio) => [
    `| **geometric mean Q1–Q9** | ${names.map((name) => `**${geometric(measured.map((operation) => value(operation, name))).toFixed(2)}**`).join(' | ')} |`,
  ];
  return [
    ...table(
      'Requests per second as a share of the limit',
      (operation, name) => ratio(operation, name).toFixed(2),
      mean(ratio),
    ),
    ...table(
      'CPU of the limit per CPU of the contestant (server and PostgreSQL)',
      (operation, name) => saving(operation, name).toFixed(2),
      mean(saving),
    ),
    ...table('Requests per second', (operation, name) =>
      middle(of(operation, name).map(({ perSecond }) => perSecond)).toFixed(0),
    ),
    ...table(
      'Milliseconds p50 / p99',
      (operation, name) =>
        `${middle(of(operation, name).map(({ p50 }) => p50)).toFixed(0)} / ${middle(of(operation, name).map(({ p99 }) => p99)).toFixed(0)}`,
    ),
    ...table(
      'CPU milliseconds per request, server + PostgreSQL',
      (operation, name) =>
        `${middle(of(operation, name).map(({ serverMs }) => serverMs)).toFixed(2)} + ${middle(of(operation, name).map(({ databaseMs }) => databaseMs)).toFixed(2)}`,
    ),
  ];
}

function memory(facts: readonly Facts[]): readonly string[] {
  return [
    '| | first answer | idle | after the runs |',
    '|---|---:|---:|---:|',
    ...facts.map(
      ({ title, startMs, idleMb, loadedMb }) =>
        `| ${title} | ${startMs.toFixed(0)} ms | ${idleMb.toFixed(0)} MB | ${loadedMb.toFixed(0)} MB |`,
    ),
  ];
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function geometric(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return Math.exp(known.reduce((sum, value) => sum + Math.log(value), 0) / known.length);
}
