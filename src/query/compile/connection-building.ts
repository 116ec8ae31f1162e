import type { FieldNode, GraphQLObjectType } from 'graphql';
import { THIS } from '../../model/expr.ts';
import { orderMark } from '../read/cursor.ts';
import { makePlan, pageOf } from '../read/make-plan.ts';
import type { ConnectionPage } from '../read/read-plan.ts';
import { hasIndexInOrder } from '../sql/has-index-in-order.ts';
import { cursorValue } from '../sql/keyset.ts';
import { limitSql } from '../sql/limit.ts';
import { betweenCursors, existsBeyond, type PlacedPlan, placePlan, reversed } from '../sql/select-rows.ts';
import { type Sql, sql } from '../sql/sql.ts';
import { type BuildContext, firstOf, objectTypeOf } from './build-context.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { entityMembers } from './entity-members.ts';
import { FromLevel } from './from-level.ts';
import { type InRow, type Member, objectText, quotedText, typeName } from './json-text.ts';
import { longPage, type RowsAsk } from './rows-ask.ts';
import { cursorSteps, objectSteps } from './sent-columns.ts';

export type Side = 'start' | 'end';

/** A member of an object as whatever it is built into. */
export interface Built<V> {
  readonly key: string;
  readonly value: V;
}

/** Whether there are rows beyond the page: where more were read than it has, or where they are looked for. */
export interface Beyond {
  /** True on the side from which the page is read: there one row more is read than the page has. */
  readonly isRead: boolean;
  /** Undefined where nothing bounds the page on that side. */
  readonly exists: Sql | undefined;
}

/** Takes a connection's selection apart; what it becomes is for who extends it to say. */
export abstract class ConnectionBuilding<V> {
  protected readonly placed: PlacedPlan;
  protected readonly page: ConnectionPage;
  protected readonly mark: string;
  readonly #context: BuildContext;
  readonly #level: FromLevel;
  readonly #isAskedOnce: boolean;

  constructor(context: BuildContext, ask: RowsAsk) {
    const plan = makePlan(context.scope, ask.entity, ask.args, []);
    this.#context = context;
    this.#isAskedOnce = ask.isAskedOnce;
    this.page = pageOf(context.scope, plan, ask.args);
    this.placed = placePlan(plan, ask.source(), ask.env);
    this.mark = orderMark(plan);
    this.#level = new FromLevel(longPage(context, ask, this.placed.source.row, this.page.size));
  }

  /** Known whatever the rows are. */
  protected abstract known(name: GraphQLObjectType): V;
  protected abstract object(members: readonly Built<V>[]): V;
  /** The number of all rows. */
  protected abstract total(): V;
  /** An object for each row of the page. */
  protected abstract list(members: readonly Member[]): V;
  /** The cursor of the first or the last row of the page; null where there is none. */
  protected abstract outermostCursor(side: Side): V;
  protected abstract isMore(beyond: Beyond): V;

  protected members(type: GraphQLObjectType, nodes: readonly FieldNode[]): readonly Built<V>[] {
    return this.#each(type, nodes, (name, inner, own) => {
      switch (name) {
        case 'totalCount':
          return this.total();
        case 'pageInfo':
          return this.object(this.#each(inner(), own, (fact) => this.#pageFact(fact)));
        case 'nodes':
          return this.list(this.#node(inner(), own));
        case 'edges':
          return this.list(this.#edge(inner(), own));
        default:
          return undefined;
      }
    });
  }

  /** `SELECT columns FROM …` of the page's rows in the order in which they are read, and of one more. */
  protected select(columns: Sql): Sql {
    const { plan, source, where, keys, env } = this.placed;
    const areSorted = this.#isAskedOnce && !hasIndexInOrder(plan.entity, plan.order);
    const ordered = this.page.fromEnd ? keys.map(reversed) : keys;
    const conditions = [...where, ...betweenCursors(this.placed, this.page)];
    const limit = sql` ${limitSql(this.page.size + 1)}`;
    return this.#level.select(columns, { source, where: conditions, keys: ordered, limit, areSorted }, env);
  }

  #each(
    type: GraphQLObjectType,
    nodes: readonly FieldNode[],
    valueAt: (name: string, inner: () => GraphQLObjectType, own: readonly FieldNode[]) => V | undefined,
  ): readonly Built<V>[] {
    const fields = collectFields(this.#context, type, selectionsOf(nodes));
    return [...fields].map(([key, own]) => {
      const node = firstOf(own);
      if (node.name.value === '__typename') return { key, value: this.known(type) };
      const value = valueAt(node.name.value, () => objectTypeOf(type, node), own);
      if (value === undefined) throw new Error(`${type.name}.${node.name.value} cannot be compiled`);
      return { key, value };
    });
  }

  #pageFact(name: string): V | undefined {
    switch (name) {
      case 'startCursor':
        return this.outermostCursor('start');
      case 'endCursor':
        return this.outermostCursor('end');
      case 'hasNextPage':
        return this.isMore(this.#beyond('next', !this.page.fromEnd));
      case 'hasPreviousPage':
        return this.isMore(this.#beyond('previous', this.page.fromEnd));
      default:
        return undefined;
    }
  }

  #beyond(side: 'next' | 'previous', isRead: boolean): Beyond {
    const isBounded = side === 'next' ? this.page.before : this.page.after;
    return { isRead, exists: isBounded && existsBeyond(this.placed, this.page)[side] };
  }

  #node(type: GraphQLObjectType, nodes: readonly FieldNode[]): readonly Member[] {
    const { plan, source, env } = this.placed;
    const inside = env.with(THIS, source.row);
    const place = { entity: plan.entity, row: source.row, env: inside, level: this.#level, isOnly: false };
    return entityMembers(this.#context, type, nodes, place);
  }

  #edge(type: GraphQLObjectType, nodes: readonly FieldNode[]): readonly Member[] {
    const fields = collectFields(this.#context, type, selectionsOf(nodes));
    return [...fields].map(([key, own]): Member => {
      const { name } = firstOf(own);
      if (name.value === '__typename') return { key, value: typeName(type) };
      if (name.value === 'cursor') {
        const inRow: InRow = {
          steps: (columns) => [
            { literal: '"' },
            { base64url: cursorSteps(this.placed.keys, this.mark, columns) },
            { literal: '"' },
          ],
        };
        const text = quotedText(cursorValue(this.placed.keys, this.mark));
        return { key, value: { sql: text, nullable: false, inRow } };
      }
      const members = this.#node(objectTypeOf(type, firstOf(own)), own);
      const inRow: InRow = { steps: (columns) => objectSteps(members, columns) };
      return { key, value: { sql: objectText(members), nullable: false, inRow } };
    });
  }
}
