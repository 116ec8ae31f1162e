import { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity, RelationField } from '../../../model/app-model.ts';
import { listFor } from '../../sql/literal.ts';
import { idColumn } from '../../sql/row-path.ts';
import { columnOf as aliased, ident, join, raw, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import { idType } from '../../sql/sql-type.ts';
import type { InputPath } from '../write-plan.ts';
import { cellFor, cellsOfAnyUpdate, columnOf } from './column-cells.ts';
import { judgeBeforeChange, judgeRights, takeRows } from './judge-rows.ts';
import { holderOf, type Pair, relatedPairs } from './keys-of.ts';
import { setCells } from './update-rows.ts';
import type { WriteRun } from './write-run.ts';

/** The near side of a relation whose key is not in the near row. */
export interface Side {
  readonly owner: Entity;
  readonly relation: RelationField;
  readonly path: InputPath;
}

/** Relates existing rows. Pairs that are related already stay untouched, and ask for nothing. */
export async function link(run: WriteRun, side: Side, pairs: readonly Pair[]): Promise<void> {
  const owners = [...new Set(pairs.map((pair) => pair.owner))];
  const known = await relatedPairs(
    run,
    side.relation,
    side.owner,
    owners,
    pairs.map((pair) => pair.id),
  );
  const isKnown = new Set(known.map(nameOf));
  const fresh = [...new Map(pairs.map((pair) => [nameOf(pair), pair])).values()].filter(
    (pair) => !isKnown.has(nameOf(pair)),
  );
  if (fresh.length === 0) return;
  if (side.relation.storage.kind === 'join') await insertPairs(run, side, fresh);
  else await moveKeys(run, side, fresh);
}

const nameOf = (pair: Pair): string => JSON.stringify([pair.owner, pair.id]);

/** Writes the join rows of a many-to-many relation. */
export async function insertPairs(run: WriteRun, side: Side, pairs: readonly Pair[]): Promise<void> {
  const { storage } = side.relation;
  if (storage.kind !== 'join' || pairs.length === 0) return;
  const target = side.relation.target;
  const owners = listFor(
    idType(side.owner),
    pairs.map((pair) => pair.owner),
  );
  const entity = run.scope.app.entityByName.get(target) ?? side.owner;
  const ids = listFor(
    idType(entity),
    pairs.map((pair) => pair.id),
  );
  const columns = join([ident(storage.own), ident(storage.other)]);
  await judgePairs(run, side, entity, pairs);
  await run.write(
    sql`INSERT INTO ${ident(storage.table)} (${columns}) SELECT * FROM unnest(${owners}, ${ids}) ON CONFLICT DO NOTHING`,
    { entity: side.owner, path: side.path, operation: 'update' },
  );
}

/** One-to-many: the far rows' keys change, so it is their `update` that is asked. */
async function moveKeys(run: WriteRun, side: Side, pairs: readonly Pair[]): Promise<void> {
  const holder = holderOf(run, side.relation);
  if (holder.unique)
    await makeRoom(
      run,
      side,
      pairs.map((pair) => pair.owner),
    );
  await takeRows(
    run,
    holder.entity,
    pairs.map(({ id }) => ({ id, given: holder.given })),
    'update',
  );
  await judgeBeforeChange(
    run,
    holder.entity,
    pairs.map((pair) => pair.id),
  );
  const row = { alias: holder.entity.singular, entity: holder.entity };
  const cells = cellsOfAnyUpdate(run, holder.entity);
  cells.set(holder.column, aliased('$moved', 'owner'));
  const sets = [...cells].map(([column, cell]) => sql`${ident(column)} = ${cell}`);
  const owners = listFor(
    idType(side.owner),
    pairs.map((pair) => pair.owner),
  );
  const ids = listFor(
    idType(holder.entity),
    pairs.map((pair) => pair.id),
  );
  await run.write(
    sql`UPDATE ${raw(tableAs(holder.entity, row.alias))} SET ${join(sets)} FROM unnest(${owners}, ${ids}) AS "$moved"(owner, id) WHERE ${idColumn(row)} = "$moved".id`,
    { entity: holder.entity, path: side.path, operation: 'update' },
  );
  run.touch(
    holder.entity,
    pairs.map((pair) => pair.id),
    'updated',
    holder.given,
  );
}

/** Pairs that this root field has made or ended before, and something was allowed since: both ends are judged first. */
async function judgePairs(
  run: WriteRun,
  { owner, relation }: Side,
  target: Entity,
  pairs: readonly Pair[],
): Promise<void> {
  if (relation.storage.kind !== 'join') return;
  const { table, own, other } = relation.storage;
  // The same pair has the same name from either side.
  const keyOf = (pair: Pair): string =>
    JSON.stringify(own < other ? [table, pair.owner, pair.id] : [table, pair.id, pair.owner]);
  const relied = pairs.filter((pair) => run.rights.isBehind(keyOf(pair)));
  if (relied.length > 0) {
    await judgeBeforeChange(
      run,
      owner,
      relied.map((pair) => pair.owner),
    );
    await judgeBeforeChange(
      run,
      target,
      relied.map((pair) => pair.id),
    );
  }
  run.rights.wrote(pairs.map(keyOf));
}

/** Ends relations of rows that are related. */
export async function unlink(run: WriteRun, side: Side, pairs: readonly Pair[]): Promise<void> {
  if (pairs.length === 0) return;
  const { storage } = side.relation;
  if (storage.kind === 'join') {
    const target = run.scope.app.entityByName.get(side.relation.target) ?? side.owner;
    const owners = listFor(
      idType(side.owner),
      pairs.map((pair) => pair.owner),
    );
    const ids = listFor(
      idType(target),
      pairs.map((pair) => pair.id),
    );
    await judgePairs(run, side, target, pairs);
    await run.write(
      sql`DELETE FROM ${ident(storage.table)} USING unnest(${owners}, ${ids}) AS "$gone"(owner, id) WHERE ${ident(storage.own)} = "$gone".owner AND ${ident(storage.other)} = "$gone".id`,
      { entity: side.owner, path: side.path, operation: 'update' },
    );
    return;
  }
  const holder = holderOf(run, side.relation);
  const ids = pairs.map((pair) => pair.id);
  await takeRows(
    run,
    holder.entity,
    ids.map((id) => ({ id, given: holder.given })),
    'update',
  );
  const cells = cellsOfAnyUpdate(run, holder.entity);
  cells.set(holder.column, cellFor(columnOf(run, holder.entity, holder.key).type, null));
  await setCells(run, holder.entity, ids, cells, side.path);
  run.touch(holder.entity, ids, 'updated', holder.given);
}

/**
 * One-to-one: whatever is related to the owners now gives way. Where its key is required, or the viewer may not know of
 * it, that is the same refusal as of any unique that is taken.
 * @throws ViewerError CONFLICT
 */
export async function makeRoom(run: WriteRun, side: Side, owners: readonly string[]): Promise<void> {
  const holder = holderOf(run, side.relation);
  if (!holder.unique) return;
  const present = await relatedPairs(run, side.relation, side.owner, owners);
  if (present.length === 0) return;
  const readable = await readablePairs(run, holder.entity, present);
  if (holder.field.required || readable.length < present.length) {
    throw new ViewerError('CONFLICT', `This ${side.owner.name} has another ${side.relation.name} already.`);
  }
  await unlink(run, side, present);
}

/** Those whose far row the viewer may read, or has just made. */
export async function readablePairs(
  run: WriteRun,
  target: Entity,
  pairs: readonly Pair[],
): Promise<readonly Pair[]> {
  const ids = [...new Set(pairs.map((pair) => pair.id))];
  const verdicts = await judgeRights(run, target, ids, { read: run.scope.rowRule(target, 'read') });
  return pairs.filter(({ id }) => verdicts.get(id)?.read || run.hasCreated(target, id));
}
