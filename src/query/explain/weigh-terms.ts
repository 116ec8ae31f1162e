import { bindViewer, bindViewerInValue } from '../../access/bind-viewer.ts';
import { decidedWithoutRow } from '../../access/decide.ts';
import type { RuleTerm, SeenValue } from '../../access/explain-rule.ts';
import type { Place } from '../../kit/problem.ts';
import type { JsonValue } from '../../model/app-model.ts';
import { type Expr, isConstant, not } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import type { ExplainedTerm, Truth } from './explained.ts';

/** What the terms of a rule come to for this viewer at this time, as far as no row is needed. */
export function weighTerms(scope: RequestScope, term: RuleTerm): ExplainedTerm {
  return describeTerm(term, {
    truth: (one) => truthWithoutRow(bindViewer(one.expr, scope)),
    value: (seen) => {
      const bound = bindViewerInValue(seen.value, scope);
      return bound.kind === 'literal' ? bound.value : undefined;
    },
  });
}

/** Where a term's truth and values come from. */
export interface Findings {
  truth(term: RuleTerm): Truth;
  /** Undefined where it is not known. */
  value(seen: SeenValue): JsonValue | undefined;
}

/** Puts findings beside the terms that they are about. */
export function describeTerm(term: RuleTerm, findings: Findings): ExplainedTerm {
  const values = Object.fromEntries(
    term.values.flatMap((seen) => {
      const value = findings.value(seen);
      return value === undefined ? [] : [[seen.text, shorten(value)] as const];
    }),
  );
  return {
    text: term.text.replace(/\s+/g, ' ').trim(),
    place: formatPlace(term.place),
    holds: findings.truth(term),
    ...(Object.keys(values).length > 0 && { values }),
    ...(term.terms.length > 0 && { terms: term.terms.map((one) => describeTerm(one, findings)) }),
  };
}

export function formatPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function truthWithoutRow(bound: Expr): Truth {
  if (decidedWithoutRow(bound) === true) return 'true';
  if (decidedWithoutRow(not(bound)) === true) return 'false';
  return isConstant(bound, null) ? 'unknown' : 'depends on the row';
}

const MAX_TEXT = 200;
const MAX_ITEMS = 20;

/** An explanation is read by people: a novel in a text column would hide the point. */
function shorten(value: JsonValue): JsonValue {
  if (typeof value === 'string' && value.length > MAX_TEXT) return `${value.slice(0, MAX_TEXT)}…`;
  if (Array.isArray(value) && value.length > MAX_ITEMS)
    return [...(value as readonly JsonValue[]).slice(0, MAX_ITEMS), '…'];
  return value;
}
