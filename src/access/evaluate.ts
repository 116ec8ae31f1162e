import { assertNever } from '../kit/assert-never.ts';
import type { AppModel, Entity, JsonValue, ValueType } from '../model/app-model.ts';
import { type Expr, type RowPath, type Rows, THIS, type Value, VIEWER } from '../model/expr.ts';
import { applyFunction } from './apply-function.ts';
import { commonStorage, holds, orderOf } from './compare-values.ts';
import { entityAt, fieldType, storageOf } from './field-type.ts';
import { containsJson, sameJson } from './json-tests.ts';
import { textHolds } from './text-tests.ts';

/**
 * Rows in memory. A row is whatever the graph makes of it; the evaluator only hands it back.
 * Values are JSON as the API has them (a Decimal or BigInt is a string, an instant ISO text), null where there is none.
 */
export interface RowGraph<Row> {
  /** A stored or computed field, or a key (`authorId`, declared or not). */
  column(row: Row, field: string): JsonValue;
  /** The rows that a relation leads to: none or one for a to-one. */
  related(row: Row, relation: string): readonly Row[];
  /** Every row of an entity. */
  all(entity: string): readonly Row[];
}

export interface World<Row> {
  readonly app: AppModel;
  readonly graph: RowGraph<Row>;
}

type Truth = boolean | null;

/**
 * What a bound expression says of `row`, in three-valued logic: null is unknown. Independent of `lower`: this and SQL
 * must agree on every row, which is tested on generated rules and rows.
 */
export function evaluate<Row>(expr: Expr, world: World<Row>, row: Row): Truth {
  return new Evaluator(world).truth(expr, new Map([[THIS, row]]));
}

// Longer than most files: one case for each kind of expression and value, side by side.
type Scope<Row> = ReadonlyMap<string, Row>;

class Evaluator<Row> {
  readonly #app: AppModel;
  readonly #graph: RowGraph<Row>;

  constructor(world: World<Row>) {
    this.#app = world.app;
    this.#graph = world.graph;
  }

  truth(expr: Expr, scope: Scope<Row>): Truth {
    switch (expr.kind) {
      case 'constant':
        return expr.value;
      case 'and':
        return every(expr.terms, (term) => this.truth(term, scope));
      case 'or':
        return some(expr.terms, (term) => this.truth(term, scope));
      case 'not':
        return negate(this.truth(expr.term, scope));
      case 'sure':
        return this.truth(expr.term, scope) === true;
      case 'exists':
        return some(this.#rows(expr.rows, scope), (row) => this.truth(expr.where, bind(scope, expr.as, row)));
      case 'all':
        return every(this.#rows(expr.rows, scope), (row) =>
          this.truth(expr.where, bind(scope, expr.as, row)),
        );
      case 'noRow':
        return this.#row(expr.row, scope) === undefined;
      case 'isNull':
        return this.#value(expr.value, scope) === null;
      case 'truth': {
        const value = this.#value(expr.value, scope);
        return typeof value === 'boolean' ? value : null;
      }
      case 'compare':
        return this.#compare(expr, scope);
      case 'in':
        return this.#isIn(expr, scope);
      case 'text':
        return this.#text(expr, scope);
      case 'list':
        return this.#list(expr, scope);
      case 'json':
        return this.#json(expr, scope);
      default:
        return assertNever(expr);
    }
  }

  #compare(expr: Expr & { kind: 'compare' }, scope: Scope<Row>): Truth {
    const left = this.#value(expr.left, scope);
    const right = this.#value(expr.right, scope);
    if (left === null || right === null) return null;
    const fold = (value: JsonValue): JsonValue =>
      expr.insensitive && typeof value === 'string' ? value.toLowerCase() : value;
    return this.#ordered(expr.left, expr.right, (order) => {
      const result = order(fold(left), fold(right));
      return result === undefined ? null : holds(expr.op, result);
    });
  }

  #ordered(a: Value, b: Value, use: (order: ReturnType<typeof orderOf>) => Truth): Truth {
    const storage = this.#commonStorage(a, b);
    if (storage === undefined) return null;
    const enumType = storage.startsWith('enum:') ? this.#app.enumByName.get(storage.slice(5)) : undefined;
    return use(
      orderOf(
        storage,
        enumType?.values.map((value) => value.name),
      ),
    );
  }

  /** A literal is compared as whatever stands on the other side stores. */
  #commonStorage(a: Value, b: Value): string | undefined {
    const left = this.#storage(a);
    const right = this.#storage(b);
    const common = commonStorage(left, right);
    if (common !== undefined) return common;
    if (b.kind === 'literal') return left;
    return a.kind === 'literal' ? right : undefined;
  }

  #storage(value: Value): string {
    const [type, keyTo] = this.#typeOf(value);
    return storageOf(type, keyTo);
  }

  #typeOf(value: Value): readonly [ValueType, Entity | undefined] {
    switch (value.kind) {
      case 'column': {
        const known = fieldType(this.#app, entityAt(this.#app, value.row), value.field);
        if (!known) throw new Error(`${value.row.entity} has no column ${value.field}`);
        return [known.type, known.keyTo];
      }
      case 'guarded':
        return this.#typeOf(value.value);
      case 'count':
        return [{ kind: 'scalar', name: 'BigInt', list: false }, undefined];
      case 'literal':
      case 'call':
      case 'list':
        return [value.type, undefined];
      default:
        throw new Error(`${value.kind} must be bound before evaluation`);
    }
  }

  #isIn(expr: Expr & { kind: 'in' }, scope: Scope<Row>): Truth {
    const list = this.#value(expr.list, scope);
    if (list === null) return null;
    const items = Array.isArray(list) ? (list as readonly JsonValue[]) : [list];
    if (items.length === 0) return false;
    const item = this.#value(expr.item, scope);
    if (item === null) return null;
    return this.#ordered(expr.item, expr.list, (order) =>
      some(items, (one) => (one === null ? null : order(item, one) === 0)),
    );
  }

  #text(expr: Expr & { kind: 'text' }, scope: Scope<Row>): Truth {
    const value = this.#value(expr.value, scope);
    const needle = this.#value(expr.needle, scope);
    if (value === null || needle === null) return null;
    return textHolds(expr.op, String(value), String(needle), expr.insensitive === true) ?? null;
  }

  #list(expr: Expr & { kind: 'list' }, scope: Scope<Row>): Truth {
    const value = this.#value(expr.value, scope);
    const operand = expr.operand && this.#value(expr.operand, scope);
    if (value === null || operand === null || !Array.isArray(value)) return null;
    const items = value as readonly JsonValue[];
    if (expr.op === 'isEmpty') return (items.length === 0) === (operand ?? true);
    const wanted = Array.isArray(operand) ? (operand as readonly JsonValue[]) : [operand ?? null];
    return this.#ordered(expr.value, expr.value, (order) => {
      const has = (one: JsonValue): boolean => items.some((item) => order(item, one) === 0);
      return expr.op === 'hasEvery' ? wanted.every(has) : wanted.some(has);
    });
  }

  #json(expr: Expr & { kind: 'json' }, scope: Scope<Row>): Truth {
    const column = this.#value(expr.value, scope);
    const type: ValueType = { kind: 'scalar', name: 'JSON', list: false };
    const value = expr.path.length === 0 ? column : applyFunction('at', [column, expr.path], type);
    if (value === null) return null;
    if (expr.op === 'contains') return containsJson(value, expr.operand);
    return sameJson(value, expr.operand) === (expr.op === 'eq');
  }

  #value(value: Value, scope: Scope<Row>): JsonValue {
    switch (value.kind) {
      case 'literal':
        return value.value;
      case 'column': {
        const row = this.#row(value.row, scope);
        return row === undefined ? null : this.#graph.column(row, value.field);
      }
      case 'call':
        return applyFunction(
          value.fn,
          value.args.map((arg) => this.#value(arg, scope)),
          value.type,
        );
      case 'count':
        return this.#rows(value.rows, scope).filter(
          (row) => this.truth(value.where, bind(scope, value.as, row)) === true,
        ).length;
      case 'guarded':
        return this.truth(value.when, scope) === true ? this.#value(value.value, scope) : null;
      case 'list':
        return value.items.map((item) => this.#value(item, scope));
      default:
        throw new Error(`${value.kind} must be bound before evaluation`);
    }
  }

  #row(path: RowPath, scope: Scope<Row>): Row | undefined {
    let row = path.from === VIEWER ? this.#viewerRow(path) : scope.get(path.from);
    for (const { relation, guard } of path.steps) {
      if (row === undefined) return undefined;
      const [next] = this.#graph.related(row, relation);
      const passes =
        next !== undefined && (!guard || this.truth(guard.where, bind(scope, guard.as, next)) === true);
      row = passes ? next : undefined;
    }
    return row;
  }

  #viewerRow(path: RowPath): Row | undefined {
    return this.#graph.all(path.entity).find((row) => this.#graph.column(row, 'id') === path.id);
  }

  #rows(rows: Rows, scope: Scope<Row>): readonly Row[] {
    if (rows.kind === 'entity') return this.#graph.all(rows.entity);
    const row = this.#row(rows.row, scope);
    return row === undefined ? [] : this.#graph.related(row, rows.relation);
  }
}

function bind<Row>(scope: Scope<Row>, name: string, row: Row): Scope<Row> {
  return new Map(scope).set(name, row);
}

function negate(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

/** Kleene's OR: true where one is, else unknown where one is, else false. */
function some<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  let result: Truth = false;
  for (const item of items) {
    const truth = test(item);
    if (truth === true) return true;
    if (truth === null) result = null;
  }
  return result;
}

function every<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  return negate(some(items, (item) => negate(test(item))));
}
