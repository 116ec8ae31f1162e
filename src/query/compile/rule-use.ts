import type { RowOperation, RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { type Expr, type Value, VIEWER } from '../../model/expr.ts';

/**
 * What the read rules of an app look at beside the rows. `compared`: only ever compared with something of a row, so that
 * its value is a parameter; `decides`: a rule may come to another condition by it.
 */
export interface RuleUse {
  readonly viewerId: Use;
  readonly now: Use;
}

export type Use = 'none' | 'compared' | 'decides';

/** Looks through every rule that reading applies. */
export function ruleUse(app: AppModel, rules: RuleBook): RuleUse {
  const use: Uses = { viewerId: 'none', now: 'none' };
  for (const entity of app.entities) {
    const row = rules.row(entity, 'read');
    if (row) inspect(row.expr, use);
    for (const field of entity.fields) {
      const rule = rules.field(entity, field.name, 'read');
      if (rule) inspect(rule.expr, use);
    }
  }
  return use;
}

/**
 * As `ruleUse`, for writing a row of `entity` and reading the answer. The time is always a value of the row (or could be),
 * so it is at least compared.
 */
export function writeUse(app: AppModel, rules: RuleBook, entity: Entity, operation: RowOperation): RuleUse {
  const use: Uses = { ...ruleUse(app, rules) };
  if (use.now === 'none') use.now = 'compared';
  const row = rules.row(entity, operation);
  if (row) inspect(row.expr, use);
  for (const { name } of entity.fields) {
    const rule = rules.field(entity, name, 'write');
    if (rule) inspect(rule.expr, use);
    for (const kind of ['default', 'presetOnCreate', 'presetOnUpdate'] as const) {
      const value = rules.value(entity, name, kind)?.value;
      if (value) inspectStored(value, use);
    }
  }
  return use;
}

/** A value of the server's that is stored as it is. */
function inspectStored(value: Value, use: Uses): void {
  if (value.kind === 'now') use.now = later(use.now);
  else if (value.kind === 'viewer' && value.path.length === 1 && value.path[0] === 'id')
    use.viewerId = later(use.viewerId);
  else inspect(value, use);
}

interface Uses {
  viewerId: Use;
  now: Use;
}

function inspect(node: unknown, use: Uses): void {
  if (Array.isArray(node)) {
    for (const item of node) inspect(item, use);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const expr = node as Expr | Value;
  if (!('kind' in expr)) return inspectAll(node, use);
  switch (expr.kind) {
    case 'literal':
      return;
    case 'viewer':
      // Everything but the id is part of the shape already.
      if (expr.path[0] === 'id') use.viewerId = 'decides';
      return;
    case 'now':
      use.now = 'decides';
      return;
    case 'compare':
      return inspectPair(expr.left, expr.right, use);
    case 'in':
      return inspectPair(expr.item, expr.list, use);
    case 'isNull':
      // Whether there is a viewer is part of the shape, and there is always a time.
      if (expr.value.kind !== 'viewer' && expr.value.kind !== 'now') inspect(expr.value, use);
      return;
    default:
      inspectAll(node, use);
  }
}

function inspectAll(node: object, use: Uses): void {
  for (const value of Object.values(node)) inspect(value, use);
}

/** Opposite a column of a row, a value cannot be folded away. */
function inspectPair(left: Value, right: Value, use: Uses): void {
  inspectSide(left, right, use);
  inspectSide(right, left, use);
}

function inspectSide(side: Value, other: Value, use: Uses): void {
  const isPlain = other.kind === 'column' && other.row.from !== VIEWER;
  if (!isPlain) return inspect(side, use);
  if (side.kind === 'viewer' && side.path[0] === 'id') use.viewerId = later(use.viewerId);
  else if (side.kind === 'now') use.now = later(use.now);
  else inspect(side, use);
}

function later(use: Use): Use {
  return use === 'decides' ? use : 'compared';
}
