import { type DocumentNode, Kind, visit } from 'graphql';

/** Arguments whose value stands in the SQL's text: a plan for an unknown limit would be one for all rows. */
const IN_TEXT: ReadonlySet<string> = new Set(['limit', 'first', 'last']);
const CURSORS: ReadonlySet<string> = new Set(['after', 'before']);

/** How a document uses its variables, as far as it matters to the SQL's text. */
export interface VariableUse {
  /** Part of the shape by value. */
  readonly fixed: ReadonlySet<string>;
  /** Cursors, and nothing else. */
  readonly cursors: ReadonlySet<string>;
}

/** Reads off a document which variables go where. */
export function variableUse(document: DocumentNode): VariableUse {
  const fixed = new Set<string>();
  const cursors = new Set<string>();
  const elsewhere = new Set<string>();
  visit(document, {
    Argument(node) {
      if (node.value.kind !== Kind.VARIABLE) return;
      const variable = node.value.name.value;
      if (IN_TEXT.has(node.name.value)) fixed.add(variable);
      else if (CURSORS.has(node.name.value)) cursors.add(variable);
      else elsewhere.add(variable);
    },
    ObjectField(node) {
      if (node.value.kind === Kind.VARIABLE) elsewhere.add(node.value.name.value);
    },
    ListValue(node) {
      for (const item of node.values) if (item.kind === Kind.VARIABLE) elsewhere.add(item.name.value);
    },
  });
  for (const variable of cursors) if (elsewhere.has(variable) || fixed.has(variable)) fixed.add(variable);
  return { fixed, cursors: new Set([...cursors].filter((variable) => !fixed.has(variable))) };
}
