import { argument, directive, stringArgument } from '../arguments.ts';
import { readLiteral } from '../literal.ts';
import { placeOf } from '../locate.ts';
import { printType } from '../type-shape.ts';
import type { Judged, Rule } from './rule.ts';
import { type ModelField, modelFields } from './walk.ts';

/** `@default` gives one value, and one of the field's type. */
export const defaults: Rule = (judged) => {
  for (const field of modelFields(judged)) {
    const used = directive(field.node, 'default');
    if (!used || field.node.name.value === 'id') continue;
    const given = (used.arguments ?? []).map((item) => item.name.value);
    const error = (code: string, message: string): void =>
      judged.problems.error(placeOf(used), code, message);
    if (given.includes('value') && given.includes('expr')) {
      error(
        'DEFAULT_TWICE',
        `@default takes either value or expr, and ${field.path} gives both. Remove one.`,
      );
    } else if (!given.includes('value') && !given.includes('expr')) {
      error(
        'DEFAULT_WITHOUT_VALUE',
        `@default says nothing. Write @default(value: …) or @default(expr: "…").`,
      );
    }
    if (stringArgument(used, 'expr')?.trim() === '') {
      error('EMPTY_RULE', `The expression of @default is empty. Write one, such as "now" or "viewer.id".`);
    }
    if (directive(field.node, 'preset')) {
      const message = `${field.path} has @preset, which leaves nothing for @default to do. Keep @preset if the server decides, @default if the client may.`;
      error('DEFAULT_WITH_PRESET', message);
    }
    literalFits(judged, field);
  }
};

function literalFits({ app, problems }: Judged, { node, kind, path }: ModelField): void {
  const used = directive(node, 'default');
  if (kind.kind !== 'value') return;
  const isNull = used?.arguments?.find(
    (item) => item.name.value === 'value' && item.value.kind === 'NullValue',
  );
  if (isNull) {
    const message = `A field without a default is null anyway. Remove @default from ${path}.`;
    problems.error(placeOf(isNull.value), 'DEFAULT_VALUE', message);
  }
  const value = argument(used, 'value');
  if (!value) return;
  const names = app.enumByName.get(kind.type.name)?.values.map((item) => item.name);
  const literal = readLiteral(value, kind.type, names);
  if (literal.ok) return;
  const message = `The default of ${path}, which is ${printType(node.type)}, does not fit. Give ${literal.wanted}.`;
  problems.error(placeOf(value), 'DEFAULT_VALUE', message);
}
