import { argument, directive, stringArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { modelFields } from './walk.ts';

const MAKES_NO_SENSE: readonly string[] = ['createOnly', 'readOnly'];

/** `@preset` says when and what. */
export const presets: Rule = (judged) => {
  const { problems } = judged;
  for (const { node, path } of modelFields(judged)) {
    const used = directive(node, 'preset');
    if (!used || node.name.value === 'id') continue;
    if (argument(used, 'create') === undefined && argument(used, 'update') === undefined) {
      const message = `@preset on ${path} says neither when nor what. Write @preset(create: "…") or @preset(update: "…").`;
      problems.error(placeOf(used), 'PRESET_WITHOUT_EXPRESSION', message);
    }
    for (const name of ['create', 'update'] as const) {
      if (stringArgument(used, name)?.trim() !== '') continue;
      const message = `The expression of @preset(${name}:) is empty. Write one, such as "viewer.id", or remove it.`;
      problems.error(placeOf(used), 'EMPTY_RULE', message);
    }
    for (const name of MAKES_NO_SENSE) {
      const other = directive(node, name);
      if (!other) continue;
      const message = `${path} has @preset, so it is in no input anyway. Remove @${name}.`;
      problems.error(placeOf(other), 'CONTRADICTORY_EXPOSURE', message);
    }
  }
};
