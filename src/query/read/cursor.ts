import { createHash } from 'node:crypto';
import type { Value } from '../../model/expr.ts';
import { badInput, type InputPath } from './bad-input.ts';
import type { CursorPlace, OrderKey, ReadPlan } from './read-plan.ts';

/** Short hexadecimal name of a plan's order: cursors carry it and are good for no other order. */
export function orderMark(plan: ReadPlan): string {
  const description = [plan.entity.name, ...plan.order.map((key) => describeKey(key, plan))];
  return createHash('sha256').update(JSON.stringify(description)).digest('hex').slice(0, 12);
}

function describeKey(key: OrderKey, plan: ReadPlan): unknown {
  const what = key.value.kind === 'rank' ? ['rank', plan.search?.text] : describeValue(key.value);
  return [what, key.descending, key.nullsFirst];
}

/** What is sorted by, without the rules around it: those change with the viewer and the time, the order does not. */
function describeValue(value: Value): unknown {
  if (value.kind === 'guarded') return describeValue(value.value);
  if (value.kind === 'column') return [...value.row.steps.map((step) => step.relation), value.field];
  if (value.kind === 'count' && value.rows.kind === 'related') {
    return [...value.rows.row.steps.map((step) => step.relation), value.rows.relation, 'count'];
  }
  throw new Error(`No order is made of a ${value.kind}`);
}

/** The place that a cursor names. @throws ViewerError for text that is no cursor, or one of another order */
export function decodeCursor(cursor: string, mark: string, keys: number, path: InputPath): CursorPlace {
  const parts = parse(cursor);
  if (!parts) throw badInput(path, 'This is not a cursor.', 'cursor');
  if (parts[0] !== mark) throw badInput(path, 'This cursor belongs to another order or list.', 'cursor');
  const place = parts.slice(1);
  if (place.length !== keys || !place.every(isKeyText))
    throw badInput(path, 'This is not a cursor.', 'cursor');
  return place;
}

function isKeyText(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && !value.includes('\u0000') && value.isWellFormed());
}

function parse(cursor: string): readonly unknown[] | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
