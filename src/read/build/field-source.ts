import type { FieldDefinitionNode } from 'graphql';
import type { ScalarField, ValueSource, ValueType } from '../../model/app-model.ts';
import { argument, directive, ruleArgument } from '../arguments.ts';
import { readLiteral } from '../literal.ts';

/** `@default`. A literal that does not fit the type counts as none; rules/default-value.ts tells. */
export function defaultOf(node: FieldDefinitionNode, type: ValueType | undefined): ValueSource | undefined {
  const used = directive(node, 'default');
  const expr = ruleArgument(used, 'expr');
  if (expr) return { kind: 'expr', expr };
  const value = argument(used, 'value');
  if (!value || !type) return undefined;
  const literal = readLiteral(value, type, undefined);
  return literal.ok ? { kind: 'value', value: literal.value } : undefined;
}

export function presetOf(node: FieldDefinitionNode): ScalarField['preset'] {
  const used = directive(node, 'preset');
  return used && { create: ruleArgument(used, 'create'), update: ruleArgument(used, 'update') };
}
