import type { FieldConstraint } from '../../model/app-model.ts';
import type { ConstraintArgument } from '../../model/constraint-names.ts';
import type { ScalarRange } from '../../model/scalars.ts';

/** What is wrong with a value, said the same whether we or the database found it. Follows the field's name. */
export function constraintMessage(
  argument: ConstraintArgument,
  constraint: FieldConstraint | undefined,
  range?: ScalarRange,
): string {
  if (argument === 'range') return rangeMessage(range);
  const bound = argument === 'required' || argument === 'items' ? undefined : constraint?.[argument];
  switch (argument) {
    case 'minLength':
      return `must have at least ${count(bound, 'character')}`;
    case 'maxLength':
      return `must have at most ${count(bound, 'character')}`;
    case 'min':
      return `must be at least ${bound}`;
    case 'max':
      return `must be at most ${bound}`;
    case 'pattern':
      return `must match the pattern ${bound}`;
    case 'format':
      return `must have the format ${bound}`;
    case 'minItems':
      return `must have at least ${count(bound, 'element')}`;
    case 'maxItems':
      return `must have at most ${count(bound, 'element')}`;
    case 'required':
      return 'must not be null';
    case 'items':
      return 'must not contain null';
  }
}

function rangeMessage({ min, above, max, below }: ScalarRange = {}): string {
  const bounds = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(above === undefined ? [] : [`greater than ${above}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    ...(below === undefined ? [] : [`less than ${below}`]),
  ];
  return `must be ${bounds.join(' and ')}`;
}

function count(bound: string | number | undefined, unit: string): string {
  return `${bound} ${unit}${Number(bound) === 1 ? '' : 's'}`;
}
