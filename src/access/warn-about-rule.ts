import type { Problems } from '../kit/problem.ts';
import { placeInside } from '../kit/rule-place.ts';
import type { AppModel, Entity } from '../model/app-model.ts';
import { type Expr, type Rows, THIS, type Value } from '../model/expr.ts';
import { decidedWithoutRow } from './decide.ts';
import { entityAt, relationNamed } from './field-type.ts';
import type { RowOperation, Rule } from './rule-book.ts';
import { visit } from './transform.ts';

interface RowRule {
  readonly entity: Entity;
  readonly operation: RowOperation;
  readonly rule: Rule;
}

/** What is legal in a row rule and hardly ever meant. */
export function warnAboutRule(app: AppModel, problems: Problems, { entity, operation, rule }: RowRule): void {
  const { source, expr } = rule;
  if (operation === 'create') warnAboutNewRow(app, problems, entity, rule);
  if (source.text.trim() !== 'false' && decidedWithoutRow(expr) === false) {
    const message = `This rule is never true, so nobody may ${operation} a ${entity.name}. Write "false" if that is meant.`;
    problems.warning(source.place, 'RULE_NEVER_TRUE', message);
  }
}

/** `create` is judged by the row as stored, so rows of the same model reached from it include it, and its twins. */
function warnAboutNewRow(app: AppModel, problems: Problems, entity: Entity, { source, expr }: Rule): void {
  const seen = new Map<string, 'itself' | 'twins'>();
  const look = (rows: Rows, as: string, where: Expr, vouches: boolean): void => {
    if (targetName(app, rows) !== entity.name) return;
    const relation = rows.kind === 'related' ? rows.relation : entity.name;
    if (!excludesThis(where, as)) seen.set(relation, 'itself');
    else if (vouches && !seen.has(relation) && !isOneRow(app, entity, rows, as, where))
      seen.set(relation, 'twins');
  };
  visit(expr, {
    expr: (part) => {
      if (part.kind === 'exists' || part.kind === 'all')
        look(part.rows, part.as, part.where, part.kind === 'exists');
    },
    value: (part) => {
      if (part.kind === 'count') look(part.rows, part.as, part.where, true);
    },
  });
  for (const [relation, what] of seen) {
    const offset = Math.max(0, source.text.indexOf(`.${relation}`) + 1);
    const place = placeInside(source, offset);
    if (what === 'itself') problems.warning(place, 'RULE_SEES_NEW_ROW', seesItself(relation, entity));
    else problems.warning(place, 'RULE_SEES_TWINS', seesTwins(relation, entity));
  }
}

function seesItself(relation: string, entity: Entity): string {
  return `"${relation}" includes the new ${entity.name} itself, since create is judged by the row as stored. Add "m.id != this.id" inside if it must not count.`;
}

function seesTwins(relation: string, entity: Entity): string {
  return `Two new rows of ${entity.name} that are made at once are in "${relation}" of each other, so each may allow the other. Add @unique over the fields that the condition fixes, so that only one row can meet it.`;
}

/** At most one row can meet the condition: a unique lies within what the relation and the condition fix. */
function isOneRow(app: AppModel, entity: Entity, rows: Rows, as: string, where: Expr): boolean {
  const fixed = new Set<string>(rows.kind === 'related' ? keyTo(app, entity, rows) : []);
  for (const term of where.kind === 'and' ? where.terms : [where]) {
    if (term.kind !== 'compare' || term.op !== 'eq') continue;
    for (const [side, other] of [
      [term.left, term.right],
      [term.right, term.left],
    ] as const) {
      const name = nameOf(entity, side, as);
      if (name !== undefined && !(other.kind === 'column' && other.row.from === as)) fixed.add(name);
    }
  }
  return entity.uniques.some((unique) => unique.fields.every((name) => fixed.has(name)));
}

/** The key by which rows are in a one-to-many relation: all of them have it alike. */
function keyTo(app: AppModel, entity: Entity, rows: Rows & { kind: 'related' }): readonly string[] {
  const { inverse } = relationNamed(entityAt(app, rows.row), rows.relation);
  const back = inverse === undefined ? undefined : entity.fieldByName.get(inverse);
  return back?.kind === 'relation' && back.storage.kind === 'key' ? [back.storage.key] : [];
}

/** `m.slug`, `m.orgId` or `m.org.id` as the name of a stored field or key. */
function nameOf(entity: Entity, value: Value, as: string): string | undefined {
  if (value.kind !== 'column' || value.row.from !== as) return undefined;
  const [step, ...more] = value.row.steps;
  if (!step) return value.field;
  const relation = entity.fieldByName.get(step.relation);
  const isKey = more.length === 0 && value.field === 'id' && relation?.kind === 'relation';
  return isKey && relation.storage.kind === 'key' ? relation.storage.key : undefined;
}

function targetName(app: AppModel, rows: Rows): string {
  if (rows.kind === 'entity') return rows.entity;
  return relationNamed(entityAt(app, rows.row), rows.relation).target;
}

/** Has the conjunct `m.id != this.id`. */
function excludesThis(where: Expr, as: string): boolean {
  const terms = where.kind === 'and' ? where.terms : [where];
  return terms.some((term) => {
    const compared = term.kind === 'not' ? term.term : term;
    if (compared.kind !== 'compare') return false;
    if (compared.op !== (term.kind === 'not' ? 'eq' : 'ne')) return false;
    const sides = [compared.left, compared.right];
    return sides.some((side) => isIdOf(side, as)) && sides.some((side) => isIdOf(side, THIS));
  });
}

function isIdOf(value: Value, from: string): boolean {
  return (
    value.kind === 'column' && value.field === 'id' && value.row.from === from && value.row.steps.length === 0
  );
}
