import { and, THIS } from '../../../model/expr.ts';
import { fieldRuleForUse, leadsToReadable } from '../../read/readable.ts';
import { exprToSql } from '../../sql/predicate-to-sql.ts';
import { idColumn } from '../../sql/row-path.ts';
import { allOf, columnOf, join, raw, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import type { UniquePlan } from '../write-plan.ts';
import { cellFor, columnOf as storedColumn } from './column-cells.ts';
import { notFound, type WriteRun } from './write-run.ts';

/** A row that exists. */
export interface Found {
  readonly id: string;
  /** Whether the viewer may know of it by what it was looked up by: it passes the read rules, or this root field made it. */
  readonly readable: boolean;
}

/**
 * Looks rows up by their uniques, in the order asked for; one statement for each way of naming them.
 * @throws ViewerError FORBIDDEN or UNAUTHENTICATED where a unique is of a field that the viewer can read on no row
 */
export async function findRows(
  run: WriteRun,
  uniques: readonly UniquePlan[],
): Promise<readonly (Found | undefined)[]> {
  const found: (Found | undefined)[] = uniques.map(() => undefined);
  const groups = new Map<string, { readonly index: number; readonly unique: UniquePlan }[]>();
  for (const [index, unique] of uniques.entries()) {
    const key = unique.fields.map(({ name }) => name).join(' ');
    const group = groups.get(key) ?? [];
    group.push({ index, unique });
    groups.set(key, group);
  }
  for (const group of groups.values()) {
    for (const one of await findGroup(run, group)) found[one.index] = one;
  }
  return found;
}

async function findGroup(
  run: WriteRun,
  group: readonly { readonly index: number; readonly unique: UniquePlan }[],
): Promise<readonly (Found & { index: number })[]> {
  const [first] = group;
  if (!first) return [];
  const { entity, fields } = first.unique;
  const env = run.env();
  const row = { alias: env.namer.next(entity.singular), entity };
  const wanted = env.namer.next('wanted');
  const columns = fields.map(({ name }) => storedColumn(run, entity, name));
  const values = group.map(({ index, unique }) => {
    const cells = unique.fields.map(({ value }, at) => cellFor(columns[at]?.type ?? never(), value));
    return sql`(${join([raw(String(index)), ...cells])})`;
  });
  const names = columns.map((_, at) => `k${at}`);
  const on = columns.map(
    ({ column }, at) => sql`${columnOf(row.alias, column)} = ${columnOf(wanted, `k${at}`)}`,
  );
  // To find a row by a value is to read the value: its rule is asked as well as the row's.
  const rule = and(
    run.scope.rowRule(entity, 'read'),
    ...fields.flatMap(({ name }) => fieldRuleForUse(run.scope, entity, name) ?? []),
    ...fields.map(({ name }) => leadsToReadable(run.scope, entity, name)),
  );
  const readable = exprToSql(rule, env.with(THIS, row));
  const rows = await run.query<{ index: number; id: string; readable: boolean }>(
    sql`SELECT ${columnOf(wanted, 'index')} AS index, ${idColumn(row)}::text AS id, (${readable}) IS TRUE AS readable FROM (VALUES ${join(values)}) AS ${raw(`"${wanted}"(${['index', ...names].join(', ')})`)} JOIN ${raw(tableAs(entity, row.alias))} ON ${allOf(on)}`,
  );
  if (rows.some((one) => one.readable)) run.rights.use();
  const right = ['read by', ...fields.map(({ name }) => name)].join(' ');
  return rows.map((one) => ({
    ...one,
    readable: run.hasCreated(entity, one.id) || (one.readable && run.grants(entity, right, rule, one.id)),
  }));
}

/**
 * As `findRows`, for rows that must be there and readable.
 * @throws ViewerError NOT_FOUND
 */
export async function requireRows(run: WriteRun, uniques: readonly UniquePlan[]): Promise<readonly string[]> {
  const found = await findRows(run, uniques);
  const missing = found.findIndex((row) => !row?.readable);
  const entity = uniques[missing]?.entity;
  if (entity) {
    const id = found[missing]?.id;
    throw notFound(
      entity,
      id === undefined ? undefined : await run.explain({ entity, operation: 'read', id }),
    );
  }
  return found.map((row) => (row as Found).id);
}

function never(): never {
  throw new Error('A unique has as many values as columns');
}
