import type { Entity, ValueType } from '../model/app-model.ts';
import type { Value } from '../model/expr.ts';
import { literalAs, plainLiteral } from './check-literal.ts';
import { commonStorage } from './compare-values.ts';
import { storageOf } from './field-type.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, type Term, type ValueTerm } from './term.ts';

/** A term and where it stands. */
export interface Placed {
  readonly node: Syntax;
  readonly term: Term;
}

/** Both sides as values of types that can be compared; undefined after reporting why not. */
export function matchTypes(
  check: RuleCheck,
  node: Syntax,
  left: Placed,
  right: Placed,
): readonly [ValueTerm, ValueTerm] | undefined {
  const a = typed(check, left, right);
  const b = typed(check, right, left);
  if (!a || !b) return undefined;
  if (areComparable(a, b)) return [a, b];
  check.fail(node, 'RULE_TYPE', mismatch(left, a, right, b));
  return undefined;
}

function typed(check: RuleCheck, placed: Placed, other: Placed): ValueTerm | undefined {
  const { term, node } = placed;
  const against = knownType(other.term);
  switch (term.kind) {
    case 'constant': {
      if (!against || against.type.list || isRequestKnowledge(other.term)) return plainLiteral(term);
      const made = literalAs(check, node, term, against.type, against.keyTo);
      return made.kind === 'value' ? made : undefined;
    }
    case 'claim':
      return knowledge(
        term.path,
        against ?? (other.term.kind === 'constant' ? plainLiteral(other.term) : undefined),
      );
    case 'value':
      return isRequestKnowledge(term) && against && !isRequestKnowledge(other.term)
        ? asTyped(term, against)
        : term;
    default:
      check.fail(node, 'RULE_TYPE', notAValue(placed));
      return undefined;
  }
}

function knownType(term: Term): ValueTerm | undefined {
  return term.kind === 'value' ? term : undefined;
}

function isRequestKnowledge(term: Term): boolean {
  return term.kind === 'value' && (term.value.kind === 'viewer' || term.value.kind === 'now');
}

/** A claim or a fact about the viewer, read as what it is compared with. */
export function knowledge(
  path: (Value & { kind: 'viewer' })['path'],
  against: { readonly type: ValueType; readonly keyTo: Entity | undefined } | undefined,
): ValueTerm {
  const value: Value = { kind: 'viewer', path };
  const type: ValueType = against?.type ?? { kind: 'scalar', name: 'String', list: false };
  if (!against) return { kind: 'value', value, type, keyTo: undefined };
  const idKind = against.keyTo?.idKind;
  return {
    kind: 'value',
    value: { ...value, as: { type, ...(idKind && { idKind }) } },
    type,
    keyTo: against.keyTo,
  };
}

const TEXTS: ReadonlySet<string> = new Set(['text', 'uuid', 'int4']);

/** `viewer.id` beside a UUID, a string or an integer key; `viewer.email` beside any text; `now` beside a Date. */
function asTyped(term: ValueTerm, against: ValueTerm): ValueTerm {
  const storage = storageOf(against.type, against.keyTo);
  if (term.value.kind === 'now') {
    return storage === 'date' ? { ...term, value: { kind: 'now', as: 'Date' }, type: against.type } : term;
  }
  if (term.value.kind !== 'viewer' || term.type.list || against.type.list) return term;
  const isId =
    term.value.path[0] === 'id' && TEXTS.has(storage) && (storage !== 'int4' || against.type.name === 'ID');
  const isText = term.type.name === 'String' && storage === 'text';
  return isId || isText ? knowledge(term.value.path, against) : term;
}

function areComparable(a: ValueTerm, b: ValueTerm): boolean {
  if (a.type.list || b.type.list) return false;
  const left = storageOf(a.type, a.keyTo);
  const right = storageOf(b.type, b.keyTo);
  if (['jsonb', 'bytea'].includes(left)) return false;
  const isKey = (term: ValueTerm): boolean => term.type.name === 'ID';
  if (isKey(a) !== isKey(b) && (left !== 'text' || right !== 'text')) return false;
  return commonStorage(left, right) !== undefined;
}

function mismatch(left: Placed, a: ValueTerm, right: Placed, b: ValueTerm): string {
  const list = a.type.list ? left : b.type.list ? right : undefined;
  if (list) {
    const other = list === left ? right : left;
    return `"${list.node.text}" is a list. Write "${other.node.text} in ${list.node.text}".`;
  }
  const what = `"${left.node.text}" is ${describe(a)} and "${right.node.text}" is ${describe(b)}`;
  return `${what}: they cannot be compared. Compare values of one type.`;
}

export function notAValue({ node, term }: Placed): string {
  if (term.kind === 'rows') {
    return `"${node.text}" is many rows of ${term.entity.name}, not a value. Write ${node.text}.exists(m, …) or ${node.text}.size().`;
  }
  if (term.kind === 'row')
    return `"${node.text}" is a row of ${term.entity.name}. Compare a field of it, such as ${node.text}.id.`;
  return `${node.text} is ${describe(term)}, not a single value. Compare fields, constants or facts about the viewer.`;
}
