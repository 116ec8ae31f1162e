import { type Problem, Problems } from '../kit/problem.ts';
import type { AppModel, Entity, Field, RuleSource } from '../model/app-model.ts';
import { fieldType } from './field-type.ts';
import { DENIED, type ParsedRule, parseCondition, parseValue } from './parse-rule.ts';
import type { RowOperation, Rule, RuleBook, ValueRule } from './rule-book.ts';
import { type FindRule, RuleCheck, type RuleUse } from './rule-check.ts';
import { scalarOf } from './term.ts';
import { warnAboutRule } from './warn-about-rule.ts';

const OPERATIONS: readonly RowOperation[] = ['read', 'create', 'update', 'delete'];

/**
 * Reads and type-checks every rule and server-side value of the schema. `problems` holds all mistakes, located inside the
 * author's rule strings, and warnings; with an error among them the book must not be used (broken rules deny).
 */
export function compileRules(app: AppModel): { rules: RuleBook; problems: readonly Problem[] } {
  const compiler = new RuleCompiler(app);
  for (const entity of app.entities) {
    for (const operation of OPERATIONS) compiler.compileRow(entity, operation);
    for (const field of entity.fields) compiler.compileField(entity, field);
    compiler.compileChecks(entity);
  }
  for (const { root, name, call } of app.customFields) {
    compiler.compile(`call ${root}.${name}`, call, 'call', undefined);
  }
  return { rules: compiler.book(), problems: compiler.problems.sorted() };
}

type CompiledRow = Rule | 'denied' | 'broken';

class RuleCompiler {
  readonly problems = new Problems();
  readonly #app: AppModel;
  readonly #rules = new Map<string, Rule>();
  readonly #values = new Map<string, ValueRule>();
  readonly #checks = new Map<string, readonly Rule[]>();
  readonly #rows = new Map<string, CompiledRow>();
  /** Row rules being compiled, outermost first: how a rule that needs itself is found out. */
  readonly #underway: string[] = [];
  #names = 0;

  constructor(app: AppModel) {
    this.#app = app;
  }

  book(): RuleBook {
    const rules = new Map(this.#rules);
    const values = new Map(this.#values);
    const checks = new Map(this.#checks);
    return Object.freeze<RuleBook>({
      row: (entity, operation) => rules.get(rowKey(entity, operation)),
      field: (entity, field, operation) => rules.get(`${operation} ${entity.name}.${field}`),
      call: (root, field) => rules.get(`call ${root}.${field}`),
      value: (entity, field, use) => values.get(`${use} ${entity.name}.${field}`),
      checks: (entity) => checks.get(entity.name) ?? [],
    });
  }

  compileRow(entity: Entity, operation: RowOperation): CompiledRow {
    const key = rowKey(entity, operation);
    const done = this.#rows.get(key);
    if (done) return done;
    this.#underway.push(key);
    const source = entity.access[operation];
    const rule = source && this.compile(key, source, 'row', entity);
    this.#underway.pop();
    const result = rule ?? (source ? 'broken' : 'denied');
    this.#rows.set(key, result);
    if (source && rule) warnAboutRule(this.#app, this.problems, { entity, operation, rule });
    return result;
  }

  compileField(entity: Entity, field: Field): void {
    for (const operation of ['read', 'write'] as const) {
      const source = field.access[operation];
      if (source) this.compile(`${operation} ${entity.name}.${field.name}`, source, 'row', entity);
    }
    if (field.kind !== 'scalar' && field.kind !== 'relation') return;
    if (field.default?.kind === 'expr') this.#compileValue(entity, field, 'default', field.default.expr);
    if (field.preset?.create) this.#compileValue(entity, field, 'presetOnCreate', field.preset.create);
    if (field.preset?.update) this.#compileValue(entity, field, 'presetOnUpdate', field.preset.update);
  }

  compileChecks(entity: Entity): void {
    const rules = entity.checks.map(({ expr }, index) =>
      this.compile(`check ${entity.name}.${index}`, expr, 'check', entity),
    );
    this.#checks.set(entity.name, Object.freeze(rules.map((rule) => rule ?? { source: NOWHERE, ...DENIED })));
  }

  compile(key: string, source: RuleSource, use: RuleUse, entity: Entity | undefined): Rule | undefined {
    const parsed = parseCondition(this.#check(source, use, entity));
    const rule = parsed && Object.freeze<Rule>({ source, ...parsed });
    this.#rules.set(key, rule ?? broken(source));
    return rule;
  }

  #compileValue(entity: Entity, field: Field, use: string, source: RuleSource): void {
    const goal = this.#goalOf(entity, field);
    const value = goal && parseValue(this.#check(source, 'value', undefined), goal);
    if (value) this.#values.set(`${use} ${entity.name}.${field.name}`, Object.freeze({ source, value }));
  }

  #goalOf(entity: Entity, field: Field) {
    const label = `${entity.name}.${field.name}`;
    if (field.kind === 'relation') {
      return { type: scalarOf('ID'), keyTo: this.#app.entityByName.get(field.target), label };
    }
    const known = fieldType(this.#app, entity, field.name);
    return known && { type: known.type, keyTo: known.keyTo, label };
  }

  #check(source: RuleSource, use: RuleUse, entity: Entity | undefined): RuleCheck {
    return new RuleCheck({
      app: this.#app,
      source,
      use,
      entity,
      problems: this.problems,
      findRule: this.#findRule,
      freshName: (stem) => `${stem}_${++this.#names}`,
    });
  }

  readonly #findRule: FindRule = (entity, operation) => {
    const key = rowKey(entity, operation);
    const start = this.#underway.indexOf(key);
    if (start >= 0) return { cycle: [...this.#underway.slice(start), key].map(readable) };
    const found = this.compileRow(entity, operation);
    if (found === 'broken') return { broken: true };
    return found === 'denied' ? DENIED : found;
  };
}

function rowKey(entity: Entity, operation: RowOperation): string {
  return `row ${operation} ${entity.name}`;
}

/** `row read Task` → `read of Task`. */
function readable(key: string): string {
  const [, operation = '', entity = ''] = key.split(' ');
  return `${operation} of ${entity}`;
}

/** Stands in for a rule with mistakes, so that nothing is open should anybody use the book all the same. */
function broken(source: RuleSource): Rule {
  return Object.freeze({ source, ...(DENIED satisfies ParsedRule) });
}

const NOWHERE: RuleSource = Object.freeze({ text: 'false', place: { file: '', line: 1, column: 1 } });
