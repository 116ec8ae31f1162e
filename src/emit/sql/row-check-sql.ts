import { assertNever } from '../../kit/assert-never.ts';
import type { Entity, ValueType } from '../../model/app-model.ts';
import { columnOf, isValueField } from '../../model/exposed-fields.ts';
import type { CompareOp, Expr, Value, ValueFn } from '../../model/expr.ts';
import { postgresType, quoteName, sqlLiteral } from './sql-literal.ts';

/** A condition over the columns of one row, for a CHECK: no parameters, no other rows, no viewer. */
export interface RowCheckSql {
  readonly sql: string;
  /** Columns that it reads. */
  readonly columns: readonly string[];
}

type Call = Extract<Value, { readonly kind: 'call' }>;

/** Renders a `@check`. @throws for what needs more than the row, which `access/` has refused before */
export function rowCheckSql(entity: Entity, expr: Expr): RowCheckSql {
  const renderer = new RowCheckRenderer(entity);
  const sql = renderer.condition(expr);
  return { sql, columns: [...renderer.columns] };
}

class RowCheckRenderer {
  readonly columns = new Set<string>();
  readonly #entity: Entity;

  constructor(entity: Entity) {
    this.#entity = entity;
  }

  condition(expr: Expr): string {
    switch (expr.kind) {
      case 'constant':
        return expr.value === null ? 'NULL::bool' : expr.value ? 'TRUE' : 'FALSE';
      case 'and':
      case 'or':
        return this.#joined(expr);
      case 'not':
        return `(NOT ${this.condition(expr.term)})`;
      case 'sure':
        return `(${this.condition(expr.term)} IS TRUE)`;
      case 'compare':
        return this.#compare(expr);
      case 'in':
        return this.#in(expr.item, expr.list);
      case 'isNull':
        return `(${this.value(expr.value)} IS NULL)`;
      case 'text':
        return this.#text(expr);
      case 'list':
        return this.#list(expr);
      case 'json':
        return this.#json(expr);
      case 'truth':
        return this.value(expr.value);
      case 'noRow':
      case 'exists':
      case 'all':
        throw new Error(`A check of ${this.#entity.name} reads other rows (${expr.kind}).`);
      default:
        return assertNever(expr);
    }
  }

  value(value: Value): string {
    switch (value.kind) {
      case 'literal':
        return sqlLiteral(value.value, value.type);
      case 'column':
        return this.#column(value);
      case 'call':
        return this.#call(value);
      case 'list':
        return `ARRAY[${value.items.map((item) => this.value(item)).join(', ')}]::${postgresType({ ...value.type, list: true })}`;
      case 'viewer':
      case 'now':
      case 'count':
      case 'guarded':
        throw new Error(`A check of ${this.#entity.name} reads more than its row (${value.kind}).`);
      default:
        return assertNever(value);
    }
  }

  #joined(expr: Extract<Expr, { readonly kind: 'and' | 'or' }>): string {
    if (expr.terms.length === 0) return expr.kind === 'and' ? 'TRUE' : 'FALSE';
    return `(${expr.terms.map((term) => this.condition(term)).join(expr.kind === 'and' ? ' AND ' : ' OR ')})`;
  }

  #column(value: Extract<Value, { readonly kind: 'column' }>): string {
    const column = columnOf(this.#entity, value.field);
    if (value.row.steps.length > 0 || column === undefined) {
      throw new Error(
        `A check of ${this.#entity.name} reads "${value.field}", which is no column of its own.`,
      );
    }
    this.columns.add(column);
    const field = this.#entity.fieldByName.get(value.field);
    // Ids are text in rules, whatever they are stored as.
    const isId = !field || !isValueField(field) || field.type.name === 'ID';
    return isId ? `${quoteName(column)}::text` : quoteName(column);
  }

  #compare(expr: Extract<Expr, { readonly kind: 'compare' }>): string {
    const [left, right] = this.#folded([expr.left, expr.right], expr.insensitive);
    return `(${left} ${OPERATORS[expr.op]} ${right})`;
  }

  #in(item: Value, list: Value): string {
    const items = list.kind === 'list' ? list.items : literalItems(list);
    if (items === undefined) return `(${this.value(item)} = ANY (${this.value(list)}))`;
    if (items.length === 0) return 'FALSE';
    return `(${this.value(item)} IN (${items.map((each) => this.value(each)).join(', ')}))`;
  }

  #text(expr: Extract<Expr, { readonly kind: 'text' }>): string {
    const [value, needle] = this.#folded([expr.value, expr.needle], expr.insensitive);
    switch (expr.op) {
      case 'contains':
        return `(strpos(${value}, ${needle}) > 0)`;
      case 'startsWith':
        return `starts_with(${value}, ${needle})`;
      case 'endsWith':
        return `(right(${value}, char_length(${needle})) = ${needle})`;
      case 'matches':
        return `(${value} ~ ${needle})`;
      default:
        return assertNever(expr.op);
    }
  }

  #list(expr: Extract<Expr, { readonly kind: 'list' }>): string {
    const value = this.value(expr.value);
    const operand = expr.operand === undefined ? 'NULL' : this.value(expr.operand);
    switch (expr.op) {
      case 'has':
        return `(${operand} = ANY (${value}))`;
      case 'hasSome':
        return `(${value} && ${operand})`;
      case 'hasEvery':
        return `(${value} @> ${operand})`;
      case 'isEmpty':
        return `(cardinality(${value}) = 0)`;
      default:
        return assertNever(expr.op);
    }
  }

  #json(expr: Extract<Expr, { readonly kind: 'json' }>): string {
    const path = sqlLiteral(expr.path, { kind: 'scalar', name: 'String', list: true });
    const part = expr.path.length === 0 ? this.value(expr.value) : `(${this.value(expr.value)} #> ${path})`;
    const operand = sqlLiteral(expr.operand, { kind: 'scalar', name: 'JSON', list: false });
    return `(${part} ${{ eq: '=', ne: '<>', contains: '@>' }[expr.op]} ${operand})`;
  }

  #call(value: Call): string {
    const [first = 'NULL', second = 'NULL'] = value.args.map((arg) => this.#operand(value, arg));
    switch (value.fn) {
      case 'add':
        return `(${first} + ${second})`;
      case 'subtract':
        return `(${first} - ${second})`;
      case 'multiply':
        return `(${first} * ${second})`;
      // Division by nothing is unknown, not an error that would refuse the whole statement.
      case 'divide':
        return value.type.name === 'Float'
          ? `(${first} / NULLIF(${second}, 0))`
          : `div(${first}, NULLIF(${second}, 0))`;
      case 'modulo':
        return `(${first} % NULLIF(${second}, 0))`;
      case 'negate':
        return `(- ${first})`;
      case 'length':
        return `char_length(${first})`;
      case 'size':
        return `cardinality(${first})`;
      case 'lower':
        return `lower(${first})`;
      case 'upper':
        return `upper(${first})`;
      case 'addTime':
        return `(${first} + ${second} * INTERVAL '1 millisecond')`;
      case 'at':
        return `(${first} #> ${second})`;
      default:
        return assertNever(value.fn);
    }
  }

  /** Arithmetic is exact and unbounded in rules, so whole numbers and decimals are reckoned as `numeric`. */
  #operand(call: Call, arg: Value): string {
    const isExact = ARITHMETIC.has(call.fn) && call.type.name !== 'Float';
    return isExact ? `${this.value(arg)}::numeric` : this.value(arg);
  }

  #folded(values: readonly [Value, Value], insensitive = false): readonly [string, string] {
    const [left, right] = [this.value(values[0]), this.value(values[1])];
    return insensitive ? [`lower(${left})`, `lower(${right})`] : [left, right];
  }
}

const ARITHMETIC: ReadonlySet<ValueFn> = new Set([
  'add',
  'subtract',
  'multiply',
  'divide',
  'modulo',
  'negate',
]);

const OPERATORS: Readonly<Record<CompareOp, string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
};

function literalItems(list: Value): readonly Value[] | undefined {
  if (list.kind !== 'literal' || !Array.isArray(list.value)) return undefined;
  const type: ValueType = { ...list.type, list: false };
  return list.value.map((value) => ({ kind: 'literal', value, type }));
}
