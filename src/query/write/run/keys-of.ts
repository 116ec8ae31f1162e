import type { Entity, RelationField } from '../../../model/app-model.ts';
import { listFor } from '../../sql/literal.ts';
import { idColumn } from '../../sql/row-path.ts';
import { columnOf, ident, raw, type Sql, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import { entityOf, idType, relationField } from '../../sql/sql-type.ts';
import { idIn } from './judge-rows.ts';
import type { WriteRun } from './write-run.ts';

/** What a to-one relation of some rows points at now: owner's id → target's id, where there is one. */
export async function keysOf(
  run: WriteRun,
  entity: Entity,
  relation: RelationField,
  owners: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { storage } = relation;
  if (owners.length === 0 || storage.kind !== 'key') return new Map();
  const row = { alias: entity.singular, entity };
  const key = columnOf(row.alias, storage.column);
  const rows = await run.query<{ owner: string; id: string }>(
    sql`SELECT ${idColumn(row)}::text AS owner, ${key}::text AS id FROM ${raw(tableAs(entity, row.alias))} WHERE ${idIn(row, owners)} AND ${key} IS NOT NULL`,
  );
  return new Map(rows.map((one) => [one.owner, one.id]));
}

/** A row and one that is related to it. */
export interface Pair {
  readonly owner: string;
  readonly id: string;
}

/** The rows on the far side of `relation` (whose key is not on this side) of each owner: all, or those among `ids`. */
export async function relatedPairs(
  run: WriteRun,
  relation: RelationField,
  owner: Entity,
  owners: readonly string[],
  ids?: readonly string[],
): Promise<readonly Pair[]> {
  if (owners.length === 0 || ids?.length === 0) return [];
  const { storage } = relation;
  const target = entityOf(run.scope.app, relation.target);
  const ownerIds = listFor(idType(owner), owners);
  const among = (column: Sql): Sql =>
    ids ? sql` AND ${column} = ANY(${listFor(idType(target), ids)})` : raw('');
  if (storage.kind === 'join') {
    const [own, other] = [ident(storage.own), ident(storage.other)];
    return run.query<Pair>(
      sql`SELECT ${own}::text AS owner, ${other}::text AS id FROM ${ident(storage.table)} WHERE ${own} = ANY(${ownerIds})${among(other)}`,
    );
  }
  const row = { alias: target.singular, entity: target };
  const key = columnOf(row.alias, holderOf(run, relation).column);
  return run.query<Pair>(
    sql`SELECT ${key}::text AS owner, ${idColumn(row)}::text AS id FROM ${raw(tableAs(target, row.alias))} WHERE ${key} = ANY(${ownerIds})${among(idColumn(row))}`,
  );
}

/** The relation on the far side that holds the key of an `inverse` one. */
export interface KeyHolder {
  readonly entity: Entity;
  readonly field: RelationField;
  readonly key: string;
  readonly column: string;
  readonly unique: boolean;
  /** Names whose write rules a change of the key asks. */
  readonly given: readonly string[];
}

export function holderOf(run: WriteRun, relation: RelationField): KeyHolder {
  const entity = entityOf(run.scope.app, relation.target);
  const field = relationField(entity, relation.inverse ?? '');
  const { storage } = field;
  if (storage.kind !== 'key') throw new Error(`${relation.name} has no key on its far side`);
  const given = storage.declared ? [field.name, storage.key] : [field.name];
  return { entity, field, key: storage.key, column: storage.column, unique: storage.unique, given };
}
