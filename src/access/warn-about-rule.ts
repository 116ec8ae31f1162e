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

/** `create` is judged by the row as stored, so rows of the same model reached from it include it. */
function warnAboutNewRow(app: AppModel, problems: Problems, entity: Entity, { source, expr }: Rule): void {
  const relations = new Set<string>();
  const look = (rows: Rows, as: string, where: Expr): void => {
    if (targetName(app, rows) === entity.name && !excludesThis(where, as)) {
      relations.add(rows.kind === 'related' ? rows.relation : entity.name);
    }
  };
  visit(expr, {
    expr: (part) => {
      if (part.kind === 'exists' || part.kind === 'all') look(part.rows, part.as, part.where);
    },
    value: (part) => {
      if (part.kind === 'count') look(part.rows, part.as, part.where);
    },
  });
  for (const relation of relations) {
    const offset = Math.max(0, source.text.indexOf(`.${relation}`) + 1);
    const message = `"${relation}" includes the new ${entity.name} itself, since create is judged by the row as stored. Add "m.id != this.id" inside if it must not count.`;
    problems.warning(placeInside(source, offset), 'RULE_SEES_NEW_ROW', message);
  }
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
