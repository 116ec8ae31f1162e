import { type Expr, THIS, type Value } from '../../model/expr.ts';

/**
 * The same expression about another row: every path from `this` starts at `to`. Rules are written about `this`; a rule
 * that stands inside a filter speaks of the row which that filter has bound.
 */
export function renameRow<T extends Expr | Value>(expr: T, to: string): T {
  return to === THIS ? expr : (rename(expr, to) as T);
}

function rename(node: unknown, to: string): unknown {
  if (Array.isArray(node)) return node.map((item) => rename(item, to));
  if (typeof node !== 'object' || node === null) return node;
  const { kind, from } = node as { kind?: unknown; from?: unknown };
  if (kind === 'literal') return node;
  const renamed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    renamed[key] = kind === 'json' && key === 'operand' ? value : rename(value, to);
  }
  if (from === THIS) renamed.from = to;
  return renamed;
}
