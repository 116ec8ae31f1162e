import type { FieldDefinitionNode } from 'graphql';
import type { ConstraintFormat, FieldConstraint, ValueType } from '../../model/app-model.ts';
import { argument, directive, enumArgument, intArgument, stringArgument } from '../arguments.ts';
import { readLiteral } from '../literal.ts';
import { portablePattern } from '../portable-pattern.ts';

/** `@constraint`. What does not fit the type is left out; rules/constraint-*.ts tell. */
export function constraintOf(node: FieldDefinitionNode, type: ValueType): FieldConstraint | undefined {
  const used = directive(node, 'constraint');
  if (!used) return undefined;
  const bound = (name: 'min' | 'max'): number | string | undefined => {
    const given = argument(used, name);
    const literal = given && readLiteral(given, { ...type, list: false }, undefined);
    const value = literal?.ok ? literal.value : undefined;
    return typeof value === 'number' || typeof value === 'string' ? value : undefined;
  };
  const source = stringArgument(used, 'pattern');
  const pattern = source === undefined ? undefined : portablePattern(source);
  return present({
    minLength: intArgument(used, 'minLength'),
    maxLength: intArgument(used, 'maxLength'),
    min: bound('min'),
    max: bound('max'),
    pattern: pattern?.ok ? pattern.pattern : undefined,
    format: enumArgument(used, 'format') as ConstraintFormat | undefined,
    minItems: intArgument(used, 'minItems'),
    maxItems: intArgument(used, 'maxItems'),
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;
}
