import type { Entity, RelationField } from '../../model/app-model.ts';
import { and, type Expr, FALSE, not, or, THIS, TRUE } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import { badInput, type InputPath } from './bad-input.ts';
import { Comparisons } from './comparisons.ts';
import { filterToExpr } from './filter-to-expr.ts';
import { fieldRuleForUse, guardedBy, readableColumn, readableRelated, rowOf, sure } from './readable.ts';

/** Filters within filters; deeper ones are nobody's honest question. */
const MAX_DEPTH = 20;

interface Place {
  readonly scope: RequestScope;
  readonly entity: Entity;
  /** The row variable that the filter speaks of. */
  readonly as: string;
  readonly path: InputPath;
  readonly depth: number;
  readonly comparisons: Comparisons;
}

/**
 * A `where` argument as a condition on the row `as`. Null and undefined are no filter. Relations are followed only to
 * rows which the viewer may read, and a field's value counts as null where its rule hides it.
 * @throws ViewerError `BAD_USER_INPUT` with the path, or `FORBIDDEN`/`UNAUTHENTICATED` for a field that no row shows
 */
export function whereToExpr(
  scope: RequestScope,
  entity: Entity,
  where: unknown,
  path: InputPath = ['where'],
  as: string = THIS,
): Expr {
  return toExpr(where, { scope, entity, as, path, depth: 0, comparisons: new Comparisons(path) });
}

function toExpr(where: unknown, place: Place): Expr {
  if (where === null || where === undefined) return TRUE;
  if (place.depth > MAX_DEPTH)
    throw badInput(place.path, `A filter may nest at most ${MAX_DEPTH} levels.`, 'depth');
  const terms = Object.entries(where as object).map(([key, value]) =>
    entryToExpr(key, value, inside(place, key)),
  );
  return and(...terms);
}

function inside(place: Place, key: string | number): Place {
  return { ...place, path: [...place.path, key], depth: place.depth + (typeof key === 'string' ? 1 : 0) };
}

function entryToExpr(key: string, value: unknown, place: Place): Expr {
  if (value === null || value === undefined) return TRUE;
  if (key === 'AND')
    return and(...listOf(value, place).map((item, index) => toExpr(item, inside(place, index))));
  if (key === 'OR')
    return or(...listOf(value, place).map((item, index) => toExpr(item, inside(place, index))));
  if (key === 'NOT') return not(toExpr(value, place));
  const field = place.entity.fieldByName.get(key);
  if (!field || field.kind === 'resolved')
    throw badInput(place.path, `${place.entity.name} has no filter ${key}.`, 'unknown');
  if (field.kind === 'relation') return relationToExpr(field, value as Record<string, unknown>, place);
  const column = readableColumn(place.scope, place.entity, key, place.as);
  return filterToExpr(column, field.type, value as Record<string, unknown>, place);
}

function listOf(value: unknown, place: Place): readonly unknown[] {
  const list = Array.isArray(value) ? value : [value];
  const { maxListLength } = place.scope.limits;
  if (list.length > maxListLength) {
    throw badInput(place.path, `A list here may have at most ${maxListLength} elements.`, 'maxItems');
  }
  return list;
}

function relationToExpr(relation: RelationField, filter: Record<string, unknown>, place: Place): Expr {
  const { scope, entity, as } = place;
  const rule = fieldRuleForUse(scope, entity, relation.name, as);
  const terms = Object.entries(filter).map(([op, value]) => {
    const at = inside(place, op);
    if (value === null && (op === 'is' || op === 'isNot')) {
      throw badInput(at.path, `\`${op}: null\` is not a filter: use \`isNull\`.`, 'notNull');
    }
    if (value === null && op === 'isNull')
      throw badInput(at.path, 'Give `true` or `false` to `isNull`.', 'notNull');
    return value === null || value === undefined ? TRUE : relationOp(op, relation, value, at, rule);
  });
  return and(...terms);
}

/** Two-valued: a row is related or not. Where the relation's own rule hides it, nothing is related. */
function relationOp(
  op: string,
  relation: RelationField,
  value: unknown,
  place: Place,
  rule: Expr | undefined,
): Expr {
  place.comparisons.note(1);
  const shown = rule ? sure(rule) : TRUE;
  const some = (condition: unknown) => and(shown, related(relation, condition, place));
  switch (op) {
    case 'is':
    case 'some':
      return some(value);
    case 'isNot':
    case 'none':
      return not(some(value));
    case 'every':
      return not(and(shown, related(relation, value, place, true)));
    case 'isNull': {
      const none = isNullOf(relation, place, rule);
      return value === true ? none : not(none);
    }
    default:
      throw badInput(place.path, `${relation.name} has no filter ${op}.`, 'unknown');
  }
}

/** There is a readable related row for which the condition holds, or `except` for which it does not surely hold. */
function related(relation: RelationField, condition: unknown, place: Place, except = false): Expr {
  const { scope, entity, as } = place;
  const bound = `${as}:${place.depth}${place.path.join('.')}`;
  const { target, rows, readable } = readableRelated(scope, entity, relation.name, as, bound);
  const inner = sure(toExpr(condition, { ...place, entity: target, as: bound }));
  const where = and(readable, except ? not(inner) : inner);
  return where.kind === 'constant' && where.value === false
    ? FALSE
    : { kind: 'exists', rows, as: bound, where };
}

/** The key alone answers where the viewer may read every target; what cannot be read is as good as nothing. */
function isNullOf(relation: RelationField, place: Place, rule: Expr | undefined): Expr {
  const { scope, entity, as } = place;
  const { readable } = readableRelated(scope, entity, relation.name, as, 'any');
  const open = readable.kind === 'constant' && readable.value === true;
  if (relation.storage.kind !== 'key' || !open)
    return not(and(rule ? sure(rule) : TRUE, related(relation, {}, place)));
  const key = { kind: 'column', row: rowOf(entity, as), field: relation.storage.key } as const;
  return { kind: 'isNull', value: guardedBy(rule, key) };
}
