import type { RowOperation, RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { type Expr, type Value, VIEWER } from '../../model/expr.ts';
import { scalarType } from '../../model/scalars.ts';
import { KINDS, type KindOf, textKind } from './slots.ts';

/**
 * What the read rules of an app look at beside the rows. `compared`: only ever compared with something of a row, so that
 * its value is a parameter; `decides`: a rule may come to another condition by it.
 */
export interface RuleUse {
  readonly viewerId: Use;
  readonly now: Use;
  /** What else rules look at of the viewer. Whatever is not here has no influence on any answer. */
  readonly facts: readonly ViewerFact[];
}

/** Something that is known of viewers, such as their email or a claim. */
export interface ViewerFact {
  readonly path: ViewerPath;
  /** How its values are told apart, where they are only compared with something of a row; undefined where they decide. */
  readonly kindOf: KindOf | undefined;
}

export type Use = 'none' | 'compared' | 'decides';

/** Looks through every rule that reading applies. */
export function ruleUse(app: AppModel, rules: RuleBook): RuleUse {
  return usesOfReading(app, rules).result;
}

function usesOfReading(app: AppModel, rules: RuleBook): Uses {
  const use = new Uses();
  for (const entity of app.entities) {
    const row = rules.row(entity, 'read');
    if (row) inspect(row.expr, use);
    for (const field of entity.fields) {
      const rule = rules.field(entity, field.name, 'read');
      if (rule) inspect(rule.expr, use);
    }
  }
  return use;
}

/**
 * As `ruleUse`, for writing a row of `entity` and reading the answer. The time is always a value of the row (or could be),
 * so it is at least compared.
 */
export function writeUse(app: AppModel, rules: RuleBook, entity: Entity, operation: RowOperation): RuleUse {
  const use = usesOfReading(app, rules);
  if (use.now === 'none') use.now = 'compared';
  const row = rules.row(entity, operation);
  if (row) inspect(row.expr, use);
  for (const { name } of entity.fields) {
    const rule = rules.field(entity, name, 'write');
    if (rule) inspect(rule.expr, use);
    for (const kind of ['default', 'presetOnCreate', 'presetOnUpdate'] as const) {
      const value = rules.value(entity, name, kind)?.value;
      if (value) inspectStored(value, use);
    }
  }
  return use.result;
}

/** A value of the server's that is stored as it is. */
function inspectStored(value: Value, use: Uses): void {
  if (value.kind === 'now') use.now = later(use.now);
  else if (value.kind === 'viewer' && value.path[0] === 'id') use.compares(value);
  else inspect(value, use);
}

type ViewerPath = ViewerValue['path'];
type ViewerValue = Value & { readonly kind: 'viewer' };

interface FactUse {
  readonly path: ViewerPath;
  kindOf: KindOf | undefined;
  decides: boolean;
}

/** Filled while rules are looked through. */
class Uses {
  viewerId: Use = 'none';
  now: Use = 'none';
  readonly #facts = new Map<string, FactUse>();

  get result(): RuleUse {
    const facts = [...this.#facts.values()].map(({ path, kindOf, decides }) => ({
      path,
      kindOf: decides ? undefined : (kindOf ?? textKind),
    }));
    return { viewerId: this.viewerId, now: this.now, facts };
  }

  decidedBy({ path }: ViewerValue): void {
    if (path[0] === 'id') this.viewerId = 'decides';
    else this.#fact(path).decides = true;
  }

  /** Read as values of two kinds, a fact can be one where it is none of the other. */
  compares(value: ViewerValue): void {
    const { path } = value;
    if (path[0] === 'id') this.viewerId = later(this.viewerId);
    else {
      const fact = this.#fact(path);
      const kindOf = kindOfFact(value);
      if (kindOf === undefined || (fact.kindOf && fact.kindOf !== kindOf)) fact.decides = true;
      fact.kindOf = kindOf;
    }
  }

  /** Whether there is a viewer is part of the shape, and so is whether something is known; values of all kinds are something. */
  testsForNull(value: ViewerValue): void {
    if (value.path[0] === 'id') return;
    if (value.as) this.decidedBy(value);
    else this.#fact(value.path);
  }

  #fact(path: ViewerPath): FactUse {
    const key = JSON.stringify(path);
    let fact = this.#facts.get(key);
    if (!fact) {
      fact = { path, kindOf: undefined, decides: false };
      this.#facts.set(key, fact);
    }
    return fact;
  }
}

const KINDS_BY_STORAGE: Readonly<Record<string, KindOf | undefined>> = {
  text: textKind,
  uuid: KINDS.get('UUID'),
  int4: KINDS.get('Int'),
  int8: KINDS.get('BigInt'),
};

/** Undefined where a value of that type may be read as another one, or as none, by more than what its kind tells. */
function kindOfFact({ path, as }: ViewerValue): KindOf | undefined {
  if (!as) return path[0] === 'email' ? textKind : undefined;
  if (as.type.kind === 'enum') return undefined;
  if (as.type.name === 'ID') return KINDS.get('ID');
  return KINDS_BY_STORAGE[scalarType(as.type.name)?.postgres ?? ''];
}

function inspect(node: unknown, use: Uses): void {
  if (Array.isArray(node)) {
    for (const item of node) inspect(item, use);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const expr = node as Expr | Value;
  if (!('kind' in expr)) return inspectAll(node, use);
  switch (expr.kind) {
    case 'literal':
      return;
    case 'viewer':
      return use.decidedBy(expr);
    case 'now':
      use.now = 'decides';
      return;
    case 'compare':
      return expr.insensitive ? inspectAll(node, use) : inspectPair(expr.left, expr.right, use);
    case 'in':
      return inspectPair(expr.item, expr.list, use);
    case 'isNull':
      if (expr.value.kind === 'viewer') return use.testsForNull(expr.value);
      // There is always a time.
      if (expr.value.kind !== 'now') inspect(expr.value, use);
      return;
    default:
      inspectAll(node, use);
  }
}

function inspectAll(node: object, use: Uses): void {
  for (const value of Object.values(node)) inspect(value, use);
}

/** Opposite a column of a row, a value cannot be folded away. */
function inspectPair(left: Value, right: Value, use: Uses): void {
  inspectSide(left, right, use);
  inspectSide(right, left, use);
}

function inspectSide(side: Value, other: Value, use: Uses): void {
  const isPlain = other.kind === 'column' && other.row.from !== VIEWER;
  if (!isPlain) return inspect(side, use);
  if (side.kind === 'viewer') use.compares(side);
  else if (side.kind === 'now') use.now = later(use.now);
  else inspect(side, use);
}

function later(use: Use): Use {
  return use === 'decides' ? use : 'compared';
}
