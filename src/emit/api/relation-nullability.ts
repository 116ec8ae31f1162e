import { type ASTNode, parse } from '@marcbachmann/cel-js';
import type { RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity, RelationField } from '../../model/app-model.ts';
import { isConstant } from '../../model/expr.ts';

/**
 * Whether a to-one relation may be non-null in the API: it is required, has no field rule, and whoever can read the row
 * can read its target. That is so where the target's read rule is `true`, or where the row's own rule has
 * `can(this.target, 'read')` as a conjunct. Anything else answers null when the target is unreadable.
 *
 * The conjunct is looked for in the text of the rule: after compilation `can` is inlined and can no longer be told from
 * a condition that merely looks like it.
 */
export function isAlwaysReadable(
  app: AppModel,
  rules: RuleBook,
  entity: Entity,
  relation: RelationField,
): boolean {
  if (relation.many || !relation.required || relation.access.read) return false;
  const target = app.entityByName.get(relation.target);
  if (!target) return false;
  const targetRule = rules.row(target, 'read');
  if (targetRule && isConstant(targetRule.expr, true)) return true;
  const ownRule = entity.access.read;
  return ownRule !== undefined && conjuncts(ownRule.text).some((term) => isCanRead(term, relation.name));
}

/** The operands of the `&&` at the top of a rule; none when it does not parse (which `read/` has reported). */
function conjuncts(text: string): readonly ASTNode[] {
  try {
    return flatten(parse(text).ast);
  } catch {
    return [];
  }
}

function flatten(node: ASTNode): readonly ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(flatten) : [node];
}

/** `can(this.<relation>, 'read')`. */
function isCanRead(node: ASTNode, relation: string): boolean {
  if (node.op !== 'call' || node.args[0] !== 'can') return false;
  const [row, operation] = node.args[1];
  if (row?.op !== '.' || operation?.op !== 'value') return false;
  const [subject, name] = row.args;
  return operation.args === 'read' && subject.op === 'id' && subject.args === 'this' && name === relation;
}
