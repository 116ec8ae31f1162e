import { bindValue } from '../../../access/bind-viewer.ts';
import type { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity, JsonValue, RelationField, ScalarField } from '../../../model/app-model.ts';
import { declaredKey } from '../../../model/input-fields.ts';
import type { RequestScope } from '../../request-scope.ts';
import { canonicalId, elementFor, IMPOSSIBLE } from '../../sql/literal.ts';
import { ident, param, raw, type Sql, sql } from '../../sql/sql.ts';
import { type ColumnInfo, columnInfo, type SqlType } from '../../sql/sql-type.ts';
import { badInput } from '../plan/input-reader.ts';
import type { CreatePlan, InputPath } from '../write-plan.ts';

/** Who writes, and how they are refused: a `WriteRun`, or a write that is being compiled. */
export interface Writer {
  readonly scope: RequestScope;
  denied(what: string): ViewerError;
}

/** A column and what goes into it. */
export type Cells = Map<string, Sql>;

/** The keys that relations resolved to, by key name. */
export type Keys = ReadonlyMap<string, string | null>;

/** A value as it goes into a column of that type. */
export function cellFor(type: SqlType, value: JsonValue): Sql {
  const pg = type.list ? `${type.pg}[]` : type.pg;
  if (value === null) return raw(`NULL::${pg}`);
  if (!type.list) return param(storable(type, value), pg);
  return param(
    (Array.isArray(value) ? value : [value]).map((item) => storable(type, item as JsonValue)),
    pg,
  );
}

function storable(type: SqlType, value: JsonValue): unknown {
  const element = elementFor(type, value);
  if (element === IMPOSSIBLE) throw new Error(`A value that was not checked cannot be stored as ${type.pg}`);
  return element;
}

export function columnOf(run: Writer, entity: Entity, name: string): ColumnInfo {
  const info = columnInfo(run.scope.app, entity, name);
  if (!info) throw new Error(`${entity.name}.${name} is not stored`);
  return info;
}

/**
 * Every stored column of a row that is made: given, preset, maintained by the server, default, or nothing. Without an id the
 * database makes one.
 */
export function cellsOfNewRow(run: Writer, plan: CreatePlan, id: string | undefined, keys: Keys): Cells {
  const cells: Cells = new Map();
  for (const field of plan.entity.fields) {
    if (field.kind === 'scalar' && field.keyOf === undefined) {
      const info = columnOf(run, plan.entity, field.name);
      cells.set(info.column, newScalar(run, plan, field, info.type, id));
    } else if (field.kind === 'relation' && field.storage.kind === 'key') {
      const info = columnOf(run, plan.entity, field.storage.key);
      cells.set(info.column, newKey(run, plan, field, field.storage.key, info.type, keys));
    }
  }
  return cells;
}

function newScalar(
  run: Writer,
  plan: CreatePlan,
  field: ScalarField,
  type: SqlType,
  id: string | undefined,
): Sql {
  if (field.name === 'id') return id === undefined ? raw('DEFAULT') : cellFor(type, id);
  if (field.preset?.create) return ruleCell(run, plan.entity, field, 'presetOnCreate', type, plan.path);
  if (field.maintained === 'version') return cellFor(type, 1);
  if (field.maintained) return cellFor(type, run.scope.now.toISOString());
  const given = plan.values.get(field.name);
  if (given !== undefined) return cellFor(type, given);
  return defaultCell(run, plan, field, type) ?? cellFor(type, field.type.list && field.required ? [] : null);
}

function newKey(
  run: Writer,
  plan: CreatePlan,
  relation: RelationField,
  key: string,
  type: SqlType,
  keys: Keys,
): Sql {
  const preset = fieldWith(plan.entity, relation, (field) => field.preset?.create !== undefined);
  if (preset) return presetKey(run, plan, preset, keys.get(key), type);
  const resolved = keys.get(key);
  if (resolved !== undefined) return cellFor(type, resolved);
  const given = plan.values.get(key);
  if (given !== undefined) return cellFor(type, given);
  const source = fieldWith(plan.entity, relation, (field) => field.default !== undefined);
  return (source && defaultCell(run, plan, source, type)) ?? cellFor(type, null);
}

/** The relation, or the field that declares its key, whichever has what is looked for. */
function fieldWith(
  entity: Entity,
  relation: RelationField,
  test: (field: ScalarField | RelationField) => boolean,
): ScalarField | RelationField | undefined {
  const key = declaredKey(entity, relation);
  return test(relation) ? relation : key && test(key) ? key : undefined;
}

/** A row nested under another cannot belong to a third: the preset and the nesting must agree. */
function presetKey(
  run: Writer,
  plan: CreatePlan,
  field: ScalarField | RelationField,
  parent: string | null | undefined,
  type: SqlType,
): Sql {
  const cell = ruleCell(run, plan.entity, field, 'presetOnCreate', type, plan.path);
  const value = valueOfRule(run, plan.entity, field.name, 'presetOnCreate');
  if (parent !== undefined && parent !== sameAsStored(type, value)) {
    const message = `cannot be created here: ${field.name} is set by the server to another row`;
    throw badInput([{ path: plan.path, message, constraint: 'preset' }]);
  }
  return cell;
}

/** A key in the form in which rows carry it, which a rule need not know. */
function sameAsStored(type: SqlType, key: JsonValue): JsonValue | undefined {
  return typeof key === 'string' ? canonicalId(type, key) : key;
}

function defaultCell(
  run: Writer,
  { entity, path }: CreatePlan,
  field: ScalarField | RelationField,
  type: SqlType,
): Sql | undefined {
  if (!field.default) return undefined;
  return field.default.kind === 'value'
    ? cellFor(type, field.default.value)
    : ruleCell(run, entity, field, 'default', type, path);
}

/** A value of the server's: an expression over the viewer and the time. */
export function valueOfRule(run: Writer, entity: Entity, field: string, use: ServerUse): JsonValue {
  const rule = run.scope.rules.value(entity, field, use);
  if (!rule) throw new Error(`${entity.name}.${field} has no compiled ${use}`);
  return bindValue(rule.value, { viewer: run.scope.viewer, now: run.scope.now });
}

export type ServerUse = 'default' | 'presetOnCreate' | 'presetOnUpdate';

function ruleCell(
  run: Writer,
  entity: Entity,
  field: ScalarField | RelationField,
  use: ServerUse,
  type: SqlType,
  path: InputPath = ['input'],
): Sql {
  const value = valueOfRule(run, entity, field.name, use);
  // A required value that comes from the viewer is missing because there is none: signing in is the remedy.
  if (value === null && field.required && run.scope.viewer.kind === 'signedOut') {
    throw run.denied(`write a ${entity.name}`);
  }
  const isMisfit = !type.list && value !== null && elementFor(type, value) === IMPOSSIBLE;
  if (isMisfit || (value === null && field.required)) {
    const message = 'is set by the server, which has no value for this viewer';
    throw badInput([{ path: [...path, field.name], message, constraint: 'preset' }]);
  }
  return cellFor(type, value);
}

/** What changes in a row whenever anything of it does: `@updatedAt`, `@version`, and presets on update. */
export function cellsOfAnyUpdate(run: Writer, entity: Entity): Cells {
  const cells: Cells = new Map();
  for (const field of entity.fields) {
    if (field.kind === 'scalar' && field.keyOf === undefined) {
      const { column, type } = columnOf(run, entity, field.name);
      if (field.preset?.update) cells.set(column, ruleCell(run, entity, field, 'presetOnUpdate', type));
      else if (field.maintained === 'updatedAt')
        cells.set(column, cellFor(type, run.scope.now.toISOString()));
      else if (field.maintained === 'version') cells.set(column, sql`${ident(column)} + 1`);
    } else if (field.kind === 'relation' && field.storage.kind === 'key') {
      const preset = fieldWith(entity, field, (one) => one.preset?.update !== undefined);
      const { column, type } = columnOf(run, entity, field.storage.key);
      if (preset) cells.set(column, ruleCell(run, entity, preset, 'presetOnUpdate', type));
    }
  }
  return cells;
}
