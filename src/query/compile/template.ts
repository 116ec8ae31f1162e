import type { RowsForm } from '../../data/index.ts';
import { statementName } from '../../kit/statement-name.ts';
import { likePattern } from '../sql/atoms.ts';
import type { AnswerMarks } from './build-context.ts';
import type { BuiltStatement, RootMember } from './build-statement.ts';
import type { OneValue, Slot, SlotValue } from './slots.ts';

/** A statement with holes for the slots of a shape: what every request of the shape runs. */
export interface Template {
  readonly text: string;
  /** Of the prepared statement; the same for the same text. */
  readonly name: string;
  readonly params: readonly ParamSource[];
  readonly members: readonly RootMember[];
  readonly marks: AnswerMarks;
  readonly rows?: RowsForm | undefined;
}

/** Where a parameter comes from. */
export type ParamSource =
  | { readonly constant: unknown }
  | { readonly slot: number; readonly form: ParamForm };

type Form = (value: SlotValue) => unknown;

const each =
  (form: (value: OneValue) => unknown): Form =>
  (value) =>
    Array.isArray(value) ? value.map(form) : form(value);

/** Every way in which rendering hands a value on. The first one that fits both statements is taken. */
const FORMS = {
  same: (value) => value,
  text: each(String),
  contains: each((value) => likePattern('contains', String(value))),
  startsWith: each((value) => likePattern('startsWith', String(value))),
  endsWith: each((value) => likePattern('endsWith', String(value))),
  day: each((value) => String(value).slice(0, 10)),
  bytes: each((value) => Buffer.from(String(value), 'base64')),
  json: (value) => JSON.stringify(value),
  jsons: each((value) => JSON.stringify(value)),
} satisfies Record<string, Form>;

/** How a slot's value becomes a parameter's. By name, so that a template is plain data. */
type ParamForm = keyof typeof FORMS;

const FORM_NAMES = Object.keys(FORMS) as ParamForm[];

/**
 * Finds out which parameters follow which slots, by comparing the statement of a request with the one of stand-ins for
 * its slots: the code that renders SQL need not know about templates. Undefined where the text differs or a parameter
 * cannot be explained; such a request is built anew each time.
 */
export function inferTemplate(
  built: BuiltStatement,
  slots: readonly Slot[],
  trial: BuiltStatement,
  standIns: readonly SlotValue[],
): Template | undefined {
  if (built.text !== trial.text || built.params.length !== trial.params.length) return undefined;
  if (answerOf(built) !== answerOf(trial)) return undefined;
  const params: ParamSource[] = [];
  for (const [index, value] of built.params.entries()) {
    const source = sourceOf(value, trial.params[index], slots, standIns);
    if (!source) return undefined;
    params.push(source);
  }
  const { text, members, marks, rows } = built;
  return { text, name: statementName(text), params, members, marks, rows };
}

/** How a statement's answer becomes the operation's. */
function answerOf({ members, marks, rows }: BuiltStatement): string {
  return JSON.stringify([members, marks, rows]);
}

function sourceOf(
  value: unknown,
  trial: unknown,
  slots: readonly Slot[],
  standIns: readonly SlotValue[],
): ParamSource | undefined {
  if (same(value, trial)) return { constant: value };
  for (const [slot, standIn] of standIns.entries()) {
    const own = slots[slot];
    if (!own) continue;
    const form = FORM_NAMES.find(
      (name) => same(FORMS[name](standIn), trial) && same(FORMS[name](own.value), value),
    );
    if (form) return { slot, form };
  }
  return undefined;
}

function same(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** The parameters of one request. */
export function fillTemplate(template: Template, slots: readonly Slot[]): readonly unknown[] {
  return template.params.map((source) => {
    if ('constant' in source) return source.constant;
    const slot = slots[source.slot];
    if (!slot) throw new Error('The shape has fewer slots than its template');
    return FORMS[source.form](slot.value);
  });
}
