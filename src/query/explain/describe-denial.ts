import { explainRule, type RuleTerm } from '../../access/explain-rule.ts';
import type { RowOperation } from '../../access/rule-book.ts';
import { preview } from '../../kit/preview.ts';
import type { CustomField, Entity, JsonValue, RuleSource } from '../../model/app-model.ts';
import type { RequestScope } from '../request-scope.ts';
import { relationOfKey } from '../sql/sql-type.ts';
import type { ChainLink, ExplainedTerm, Explanation, Verdict } from './explained.ts';
import { markForOperator } from './for-operators.ts';
import { probeTerms } from './probe-terms.ts';
import { weighTerms } from './weigh-terms.ts';

/** What was denied, and which row it was about. */
export type Denial =
  | {
      readonly kind: 'row';
      readonly entity: Entity;
      readonly operation: RowOperation;
      /** The rule of this field instead of the row's: its read rule for `read`, else its write rule. */
      readonly field?: string | undefined;
      readonly id?: string | undefined;
      /** Whether the row has been written already. */
      readonly image?: 'before' | 'after' | 'now' | undefined;
      readonly chain?: readonly ChainLink[] | undefined;
    }
  | { readonly kind: 'call'; readonly field: CustomField };

/** Why something is denied whatever the row; undefined where denials are not explained to this request. No SQL. */
export function explainWithoutRow(scope: RequestScope, denial: Denial): Explanation | undefined {
  return scope.explain ? addressed(scope, withoutRow(scope, denial)) : undefined;
}

function addressed(scope: RequestScope, explanation: Explanation): Explanation {
  return scope.explain?.toOperator ? markForOperator(explanation) : explanation;
}

function withoutRow(scope: RequestScope, denial: Denial): Explanation {
  const term = termOf(scope, denial);
  if (!term) return { ...base(scope, denial), because: withoutRule(denial), verdicts: [] };
  const rule = weighTerms(scope, term);
  return { ...base(scope, denial), because: sayWhy(denial, rule), verdicts: [{ rule }] };
}

/**
 * Why something is denied for one row: the rule's terms with what they saw, asked in one statement on the connection of the
 * denial. Undefined where denials are not explained to this request. A failure to explain is no failure of the request.
 */
export async function explainDenial(scope: RequestScope, denial: Denial): Promise<Explanation | undefined> {
  if (!scope.explain) return undefined;
  try {
    return addressed(scope, await explainRow(scope, denial));
  } catch {
    return explainWithoutRow(scope, denial);
  }
}

/** As `explainDenial`, for a scope that is known to explain. @throws DatabaseError */
export async function explainRow(scope: RequestScope, denial: Denial): Promise<Explanation> {
  const term = termOf(scope, denial);
  if (denial.kind === 'call' || denial.id === undefined || !term) return withoutRow(scope, denial);
  const { entity, id, image = 'now' } = denial;
  const found = await probeTerms(scope, scope.db, { entity, id }, term);
  const start = { ...base(scope, denial), model: entity.name, id };
  if (!found) return { ...start, because: `There is no ${entity.name} with this id.`, verdicts: [] };
  const before = image === 'after' ? await probeBefore(scope, denial, { entity, id }, term) : [];
  const verdicts = [...before, { image, rule: found }];
  return { ...start, because: sayWhy(denial, found), verdicts };
}

/** An update is judged before and after: what was committed is seen from outside of the transaction. */
async function probeBefore(
  scope: RequestScope,
  denial: Denial & { kind: 'row' },
  place: { entity: Entity; id: string },
  term: RuleTerm,
): Promise<readonly Verdict[]> {
  if (denial.operation !== 'update' || !scope.explain) return [];
  const rule = await probeTerms(scope, scope.explain.committed, place, term);
  return rule ? [{ image: 'before', rule }] : [];
}

function termOf(scope: RequestScope, denial: Denial): RuleTerm | undefined {
  const source = sourceOf(scope, denial);
  const use = denial.kind === 'call' ? 'call' : 'row';
  const entity = denial.kind === 'call' ? undefined : denial.entity;
  return source && explainRule(scope.app, scope.rules, { source, use, entity });
}

function sourceOf({ rules }: RequestScope, denial: Denial): RuleSource | undefined {
  if (denial.kind === 'call') return rules.call(denial.field.root, denial.field.name)?.source;
  const { entity, operation, field } = denial;
  if (field === undefined) return rules.row(entity, operation)?.source;
  const ruled = entity.fieldByName.has(field) ? field : (relationOfKey(entity, field)?.name ?? field);
  return rules.field(entity, ruled, operation === 'read' ? 'read' : 'write')?.source;
}

function base(scope: RequestScope, denial: Denial): Omit<Explanation, 'because' | 'verdicts'> {
  const chain = denial.kind === 'row' ? denial.chain : undefined;
  return {
    denied: nameOf(denial),
    viewer: describeViewer(scope),
    ...(denial.kind === 'row' && { model: denial.entity.name }),
    ...(denial.kind === 'row' && denial.id !== undefined && { id: denial.id }),
    ...(chain !== undefined && chain.length > 0 && { chain }),
  };
}

function nameOf(denial: Denial): string {
  if (denial.kind === 'call') return `call ${denial.field.name}`;
  const { entity, operation, field } = denial;
  if (field === undefined) return `${operation} ${entity.name}`;
  return `${operation === 'read' ? 'read' : 'write'} ${entity.name}.${field}`;
}

function describeViewer({ viewer }: RequestScope): JsonValue {
  if (viewer.kind !== 'viewer') return viewer.kind === 'admin' ? 'the admin key' : null;
  const { id, roles, email, emailVerified } = viewer;
  return {
    id,
    ...(roles && { roles: [...roles] }),
    ...(email !== undefined && { email }),
    ...(emailVerified !== undefined && { emailVerified }),
  };
}

function withoutRule(denial: Denial): string {
  if (denial.kind === 'call') return `${denial.field.name} has no rule, so nobody may call it.`;
  return `@access of ${denial.entity.name} does not name ${denial.operation}, so nobody may, except with the admin key.`;
}

const MAX_CULPRITS = 3;

function sayWhy(denial: Denial, rule: ExplainedTerm): string {
  if (rule.holds === 'true') return `The rule of ${nameOf(denial)} is true for this row.`;
  const moment = denial.kind === 'row' && denial.image === 'after' ? ' of the row as it would be stored' : '';
  const found = culprits(rule);
  const named = found.slice(0, MAX_CULPRITS).map(describeCulprit);
  const more = found.length > MAX_CULPRITS ? `, and ${found.length - MAX_CULPRITS} more` : '';
  return `The rule of ${nameOf(denial)} ${isTruth(rule.holds)}${moment}: ${named.join('; ')}${more}.`;
}

function isTruth(holds: ExplainedTerm['holds']): string {
  return holds === 'depends on the row' ? holds : `is ${holds}`;
}

/** The tests that would have to come out otherwise. */
function culprits(term: ExplainedTerm): readonly ExplainedTerm[] {
  const inner = (term.terms ?? []).filter(({ holds }) => holds !== 'true');
  return inner.length > 0 ? inner.flatMap(culprits) : [term];
}

function describeCulprit({ text, holds, values = {} }: ExplainedTerm): string {
  const seen = Object.entries(values).map(([path, value]) => `${path} is ${previewJson(value)}`);
  return `\`${text}\` ${isTruth(holds)}${seen.length > 0 ? ` (${seen.join(', ')})` : ''}`;
}

function previewJson(value: JsonValue): string {
  return Array.isArray(value) ? JSON.stringify(value) : preview(value);
}
