import type { GraphQLResolveInfo } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import { and } from '../../model/expr.ts';
import { badInput, type InputPath } from '../read/bad-input.ts';
import { cleanText } from '../read/input-values.ts';
import { planWhere } from '../read/make-plan.ts';
import type { ReadRow } from '../read/read-rows.ts';
import { isHidden, readableRows } from '../read/readable.ts';
import { canonicalIdOf, idIn } from '../read/rows-by-id.ts';
import { runStatement, statementEnv } from '../read/run-statement.ts';
import type { RequestScope } from '../request-scope.ts';
import { idColumn } from '../sql/row-path.ts';
import { allRows, placePlan, selectFrom } from '../sql/select-rows.ts';
import { join, param, sql } from '../sql/sql.ts';
import { entityOf } from '../sql/sql-type.ts';
import { rowLoader } from './loaders.ts';
import { neededColumns } from './needed-columns.ts';
import type { Resolver } from './resolver.ts';

const entityOfRow = new WeakMap<object, Entity>();

/** The entity of a row that `node` or `nodes` answered, for `Node`'s type. */
export function entityOfNode(row: object): Entity | undefined {
  return entityOfRow.get(row);
}

/** Remembers which entity a row is of, where the type of the field does not say. */
export function rememberEntity(row: ReadRow | undefined, entity: Entity): ReadRow | null {
  if (row) entityOfRow.set(row, entity);
  return row ?? null;
}

export const findNode: Resolver = async (_source, args, { scope }, info) => {
  const [row] = await rowsOfAnyEntity(scope, [String(args.id)], info, ['id']);
  return row ?? null;
};

export const findNodes: Resolver = (_source, args, { scope }, info) => {
  const ids = (args.ids as readonly string[]).map(String);
  const { maxListLength } = scope.limits;
  if (ids.length > maxListLength) throw badInput(['ids'], `At most ${maxListLength} ids.`, 'maxItems');
  return rowsOfAnyEntity(scope, ids, info, ['ids']);
};

/** Rows in the order of `ids`. One statement finds the entities, one per entity that was found reads its rows. */
async function rowsOfAnyEntity(
  scope: RequestScope,
  ids: readonly string[],
  info: GraphQLResolveInfo,
  path: InputPath,
): Promise<(ReadRow | null)[]> {
  for (const id of ids) cleanText(id, path);
  const found = await findEntities(scope, [...new Set(ids)]);
  return Promise.all(
    ids.map(async (id, index) => {
      const entities = found.get(id) ?? [];
      const [entity] = entities;
      if (!entity) return null;
      if (entities.length > 1) {
        const several = entities.map(({ name }) => name).join(', ');
        throw badInput(
          path[0] === 'ids' ? [...path, index] : path,
          `This id is ambiguous: ${several} each have a row with it.`,
          'ambiguous',
        );
      }
      const columns = neededColumns(scope, entity, info, info.fieldNodes);
      return rememberEntity(await rowLoader(scope, entity, columns).load(id), entity);
    }),
  );
}

async function findEntities(scope: RequestScope, ids: readonly string[]): Promise<Map<string, Entity[]>> {
  const found = new Map<string, Entity[]>();
  const env = statementEnv(scope);
  const candidates = scope.app.entities.flatMap((entity) => {
    const possible = ids.filter((id) => canonicalIdOf(entity, id) !== undefined);
    return possible.length === 0 || isHidden(scope, entity) ? [] : [{ entity, possible }];
  });
  if (candidates.length === 0) return found;
  const selects = candidates.map(({ entity, possible }) => {
    const plan = planWhere(scope, entity, and(idIn(entity, possible), readableRows(scope, entity)), []);
    const placed = placePlan(plan, allRows(entity, env), env);
    const columns = sql`${param(entity.name, 'text')} AS entity, ${idColumn(placed.source.row)}::text AS id`;
    return selectFrom(placed, columns, placed.where);
  });
  const rows = await runStatement(scope, join(selects, ' UNION ALL '));
  for (const id of ids) {
    const hits = rows.filter((row) => row.id === canonicalIdOf(entityOf(scope.app, String(row.entity)), id));
    found.set(
      id,
      hits.map((row) => entityOf(scope.app, String(row.entity))),
    );
  }
  return found;
}
