import { type GraphQLInputType, getNamedType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import type { Rule, RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { relationOfKey } from '../../query/sql/sql-type.ts';
import { exprFacts, relationTables } from './expr-facts.ts';
import type { Owners } from './owners.ts';

/** A read rule that an answer depends on: that of rows, of one field of them, or that of a call. */
export interface RuleRead {
  readonly entity: Entity;
  /** Undefined: the rule of the rows themselves. */
  readonly field: string | undefined;
}

/** What the reading of an operation looks at: tables, and the rules that decide what is seen of them. */
export class Reads {
  readonly tables: Set<string>;
  /** Rules with the viewer in them, by name. All others say the same to everybody. */
  readonly rules: Map<string, RuleRead>;
  /** A rule looks at the time. */
  now: boolean;
  readonly #app: AppModel;
  readonly #book: RuleBook;
  readonly #seen: Set<string>;

  constructor(app: AppModel, book: RuleBook, from?: Reads) {
    this.#app = app;
    this.#book = book;
    this.tables = new Set(from?.tables);
    this.rules = new Map(from?.rules);
    this.now = from?.now ?? false;
    this.#seen = new Set(from?.seen);
  }

  get seen(): ReadonlySet<string> {
    return this.#seen;
  }

  /** Rows of `entity`, as far as they may be read. */
  row(entity: Entity): void {
    if (this.#isNew(entity.name)) this.#rule(entity, undefined, this.#book.row(entity, 'read'));
    this.tables.add(entity.table);
  }

  /** The rule of the field `name` alone, wherever that leads: to whoever is told whether it may be read. */
  ownRule(entity: Entity, name: string): void {
    if (this.#isNew(`rule of ${entity.name}.${name}`))
      this.#rule(entity, name, this.#book.field(entity, name, 'read'));
  }

  /** The field `name`, or the key of that name. Nothing where `entity` has none. */
  field(entity: Entity, name: string): void {
    if (!this.#isNew(`${entity.name}.${name}`)) return;
    const field = entity.fieldByName.get(name);
    if (field) this.ownRule(entity, name);
    const relation = field?.kind === 'relation' ? field : relationOfKey(entity, name);
    if (!relation) return;
    if (relation !== field) this.field(entity, relation.name);
    for (const table of relationTables(this.#app, entity, relation.name)) this.tables.add(table);
    const target = this.#app.entityByName.get(relation.target);
    if (target) this.row(target);
  }

  /** The value of an argument: filters, orders and groups name fields, and lead to other rows. */
  input(value: unknown, type: GraphQLInputType, owners: Owners): void {
    if (value === null || value === undefined) return;
    if (isNonNullType(type)) return this.input(value, type.ofType, owners);
    if (isListType(type)) {
      // One value stands for a list of one.
      for (const item of Array.isArray(value) ? value : [value]) this.input(item, type.ofType, owners);
      return;
    }
    const owner = owners.inputs.get(getNamedType(type).name);
    if (typeof value === 'string' && owner) return this.field(owner, value);
    if (!isInputObjectType(type) || typeof value !== 'object') return;
    const fields = type.getFields();
    for (const [key, inner] of Object.entries(value)) {
      if (owner) this.field(owner, key);
      const field = fields[key];
      if (field) this.input(inner, field.type, owners);
    }
  }

  #rule(entity: Entity, field: string | undefined, rule: Rule | undefined): void {
    if (!rule) return;
    const facts = exprFacts(this.#app, rule.expr);
    for (const table of facts.tables) this.tables.add(table);
    if (facts.now) this.now = true;
    if (facts.viewer)
      this.rules.set(field === undefined ? entity.name : `${entity.name}.${field}`, { entity, field });
  }

  #isNew(name: string): boolean {
    if (this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }
}
