import type { ConstDirectiveNode } from 'graphql';
import type { ValueType } from '../../model/app-model.ts';
import { scalarType } from '../../model/scalars.ts';
import { argument, directive, intArgument, stringArgument } from '../arguments.ts';
import { readLiteral } from '../literal.ts';
import { placeOf } from '../locate.ts';
import { portablePattern } from '../portable-pattern.ts';
import type { Judged, Rule } from './rule.ts';
import { modelFields } from './walk.ts';

/** Each argument of `@constraint` with what it applies to. */
const APPLIES: Record<string, 'text' | 'numbers' | 'lists'> = {
  minLength: 'text',
  maxLength: 'text',
  pattern: 'text',
  format: 'text',
  min: 'numbers',
  max: 'numbers',
  minItems: 'lists',
  maxItems: 'lists',
};

/** `@constraint` that fits the field's type and can be met. */
export const constraints: Rule = (judged) => {
  for (const { node, kind, path } of modelFields(judged)) {
    const used = directive(node, 'constraint');
    if (!used || kind.kind !== 'value') continue;
    if ((used.arguments ?? []).length === 0) {
      const message = `@constraint on ${path} asks for nothing. Give it a bound, or remove it.`;
      judged.problems.error(placeOf(used), 'EMPTY_CONSTRAINT', message);
    }
    appliesTo(judged, used, kind.type, path);
    range(judged, used, 'minLength', 'maxLength');
    range(judged, used, 'minItems', 'maxItems');
    bounds(judged, used, kind.type, path);
    pattern(judged, used);
  }
};

function isA(type: ValueType, what: 'text' | 'numbers' | 'lists'): boolean {
  if (what === 'lists' || type.list) return what === 'lists' && type.list;
  const row = type.kind === 'scalar' ? scalarType(type.name) : undefined;
  return what === 'text' ? row?.text === true : row?.sum !== undefined;
}

function appliesTo({ problems }: Judged, used: ConstDirectiveNode, type: ValueType, path: string): void {
  for (const given of used.arguments ?? []) {
    const what = APPLIES[given.name.value];
    if (!what || isA(type, what)) continue;
    const shown = type.list ? `a list of ${type.name}` : `of type ${type.name}`;
    const fitting = Object.keys(APPLIES).filter((name) => isA(type, APPLIES[name] ?? 'lists'));
    const remedy = fitting.length > 0 ? `Use ${fitting.join(', ')}, or remove it` : 'Remove it';
    const message = `"${given.name.value}" bounds ${what}, and ${path} is ${shown}. ${remedy}.`;
    problems.error(placeOf(given), 'CONSTRAINT_TYPE', message);
  }
}

function range({ problems }: Judged, used: ConstDirectiveNode, low: string, high: string): void {
  const [min, max] = [intArgument(used, low), intArgument(used, high)];
  for (const name of [low, high]) {
    const value = intArgument(used, name);
    const node = argument(used, name);
    if (value === undefined || value >= 0 || !node) continue;
    problems.error(
      placeOf(node),
      'CONSTRAINT_NEGATIVE',
      `"${name}" counts and cannot be negative. Give 0 or more.`,
    );
  }
  if (min !== undefined && max !== undefined && min > max) impossible(problems, used, low, high);
}

function impossible(problems: Judged['problems'], used: ConstDirectiveNode, low: string, high: string): void {
  const message = `No value can meet this: "${low}" is greater than "${high}". Swap or correct them.`;
  problems.error(placeOf(argument(used, low) ?? used), 'CONSTRAINT_IMPOSSIBLE', message);
}

function bounds({ problems }: Judged, used: ConstDirectiveNode, type: ValueType, path: string): void {
  if (!isA(type, 'numbers')) return;
  const read = (name: 'min' | 'max'): number | undefined => {
    const node = argument(used, name);
    const literal = node && readLiteral(node, type, undefined);
    if (node && literal?.ok === false) {
      const message = `"${name}" does not fit ${path}, which is ${type.name}. Give ${literal.wanted}.`;
      problems.error(placeOf(node), 'CONSTRAINT_BOUND', message);
    }
    return literal?.ok ? Number(literal.value) : undefined;
  };
  const [min, max] = [read('min'), read('max')];
  if (min !== undefined && max !== undefined && min > max) impossible(problems, used, 'min', 'max');
}

function pattern({ problems }: Judged, used: ConstDirectiveNode): void {
  const node = argument(used, 'pattern');
  const source = stringArgument(used, 'pattern');
  if (!node || source === undefined) return;
  const read = source === '' ? ({ ok: false, reason: 'it is empty' } as const) : portablePattern(source);
  if (read.ok) return;
  const message = `This pattern cannot be used: ${read.reason}. Write one that PostgreSQL and JavaScript read alike.`;
  problems.error(placeOf(node), 'CONSTRAINT_PATTERN', message);
}
