import { decidedWithoutRow } from '../../access/decide.ts';
import type { Entity } from '../../model/app-model.ts';
import { THIS } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import { IMPOSSIBLE, scalarFor } from '../sql/literal.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { idColumn } from '../sql/row-path.ts';
import { allOf, raw, type Sql, sql } from '../sql/sql.ts';
import { type RowInScope, type SqlEnv, tableAs } from '../sql/sql-env.ts';
import { idType } from '../sql/sql-type.ts';
import type { Keys } from '../write/run/column-cells.ts';
import type { CreatePlan, UniquePlan, UpdatePlan } from '../write/write-plan.ts';

/** A row that the written one will point at. */
interface Target {
  readonly by: UniquePlan;
  readonly id: string;
}

/** What a plan does to the keys of its row. */
export interface Connected {
  readonly keys: Keys;
  /** That the viewer may read every row that the written one will point at. */
  conditions(env: SqlEnv): readonly Sql[];
}

/** What the plan connects by id or disconnects; undefined where it does anything else beside writing its row. */
export function connectedTargets(scope: RequestScope, plan: CreatePlan | UpdatePlan): Connected | undefined {
  if (plan.toMany.length > 0) return undefined;
  const keys = new Map<string, string | null>();
  const targets: Target[] = [];
  for (const { relation, verb } of plan.toOne) {
    if (relation.storage.kind !== 'key') return undefined;
    if (verb.kind === 'disconnect') {
      keys.set(relation.storage.key, null);
      continue;
    }
    if (verb.kind !== 'connect') return undefined;
    const [first, ...others] = verb.by.fields;
    if (first?.name !== 'id' || first.value === null || others.length > 0) return undefined;
    keys.set(relation.storage.key, String(first.value));
    targets.push({ by: verb.by, id: String(first.value) });
  }
  for (const field of plan.entity.fields) {
    if (field.kind !== 'relation' || field.storage.kind !== 'key' || !field.storage.declared) continue;
    const id = plan.values.get(field.storage.key);
    const entity = scope.app.entityByName.get(field.target);
    if (id == null || !entity) continue;
    keys.set(field.storage.key, String(id));
    targets.push({ by: { entity, path: plan.path, fields: [{ name: 'id', value: id }] }, id: String(id) });
  }
  return {
    keys,
    conditions: (env) => targets.flatMap((target) => isReadable(scope, target, plan.entity, env) ?? []),
  };
}

/** Undefined where it is enough that the row is there, which its foreign key sees to. */
function isReadable(scope: RequestScope, { by, id }: Target, from: Entity, env: SqlEnv): Sql | undefined {
  const row: RowInScope = { alias: env.namer.next(by.entity.singular), entity: by.entity };
  const wanted = scalarFor(idType(by.entity), id);
  if (wanted === IMPOSSIBLE) return raw('FALSE');
  const rule = scope.rowRule(by.entity, 'read');
  // The key of a row that points at itself holds as well, but the row was not there to be pointed at.
  if (decidedWithoutRow(rule) === true && by.entity !== from) return undefined;
  const readable = exprToSql(rule, env.with(THIS, row));
  const where = allOf([sql`${idColumn(row)} = ${wanted}`, readable]);
  return sql`EXISTS (SELECT FROM ${raw(tableAs(by.entity, row.alias))} WHERE ${where})`;
}
