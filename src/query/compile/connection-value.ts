import type { FieldNode, GraphQLObjectType } from 'graphql';
import { THIS } from '../../model/expr.ts';
import { orderMark } from '../read/cursor.ts';
import { makePlan, pageOf } from '../read/make-plan.ts';
import type { ConnectionPage } from '../read/read-plan.ts';
import { cursorOf, cursorValue, keyText } from '../sql/keyset.ts';
import { limitSql } from '../sql/limit.ts';
import {
  betweenCursors,
  countAll,
  existsBeyond,
  type PlacedPlan,
  placePlan,
  reversed,
} from '../sql/select-rows.ts';
import { columnOf, ident, join, raw, type Sql, sql } from '../sql/sql.ts';
import { type BuildContext, firstOf, objectTypeOf } from './build-context.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { entityMembers } from './entity-members.ts';
import { FromLevel } from './from-level.ts';
import {
  constantJson,
  type JsonText,
  listOf,
  type Member,
  objectText,
  quotedText,
  typeName,
} from './json-text.ts';
import { isLongPage, type RowsAsk } from './rows-ask.ts';

/**
 * A connection. Its rows are selected once, one more than the page has, each with everything that is said of it; the
 * connection's object is then one row of aggregates over them.
 */
export function connectionValue(context: BuildContext, ask: RowsAsk): JsonText {
  const plan = makePlan(context.scope, ask.entity, ask.args, []);
  const page = pageOf(context.scope, plan, ask.args);
  const placed = placePlan(plan, ask.source(), ask.env);
  const level = new FromLevel(isLongPage(ask, page.size) ? placed.source.row : undefined);
  const building = new ConnectionBuilding(context, placed, page, orderMark(plan), level);
  const members = building.members(ask.type, ask.nodes);
  return { sql: sql`(SELECT ${objectText(members)}${building.from(ask)})`, nullable: false };
}

const PLACE = 'place';

class ConnectionBuilding {
  readonly #context: BuildContext;
  readonly #placed: PlacedPlan;
  readonly #page: ConnectionPage;
  readonly #mark: string;
  readonly #level: FromLevel;
  /** What the page's SELECT has to offer, by column. */
  readonly #columns = new Map<string, Sql>();
  /** What is aggregated over the page's rows, by column. An aggregate may not stand inside an object's own SELECT. */
  readonly #facts: Sql[] = [];
  readonly #rowsAlias: string;
  readonly #factsAlias: string;

  constructor(
    context: BuildContext,
    placed: PlacedPlan,
    page: ConnectionPage,
    mark: string,
    level: FromLevel,
  ) {
    this.#context = context;
    this.#level = level;
    this.#placed = placed;
    this.#page = page;
    this.#mark = mark;
    this.#rowsAlias = placed.env.namer.next('page');
    this.#factsAlias = placed.env.namer.next('facts');
  }

  members(type: GraphQLObjectType, nodes: readonly FieldNode[]): readonly Member[] {
    const fields = collectFields(this.#context, type, selectionsOf(nodes));
    return [...fields].map(([key, own]) => ({ key, value: this.#value(type, own) }));
  }

  /** ` FROM` the numbered rows of the page; empty where nothing is said of rows. */
  from(ask: RowsAsk): Sql {
    if (this.#facts.length === 0) return raw('');
    const { source, where, keys, env } = this.#placed;
    const columns =
      this.#columns.size === 0
        ? raw('1 AS one')
        : join([...this.#columns].map(([name, value]) => sql`${value} AS ${ident(name)}`));
    const ordered = this.#page.fromEnd ? keys.map(reversed) : keys;
    const conditions = [...where, ...betweenCursors(this.#placed, this.#page)];
    const limit = sql` ${limitSql(this.#page.size + 1)}`;
    const { row, tables } = source;
    const rows = this.#level.select(columns, { row, tables, where: conditions, keys: ordered, limit }, env);
    const inner = ident(env.namer.next(`${ask.entity.singular}_rows`));
    const numbered = sql`SELECT ${inner}.*, row_number() OVER () AS ${ident(PLACE)} FROM (${rows}) AS ${inner}`;
    const facts = join(this.#facts.map((fact, index) => sql`${fact} AS ${ident(`f${index}`)}`));
    return sql` FROM (SELECT ${facts} FROM (${numbered}) AS ${ident(this.#rowsAlias)}) AS ${ident(this.#factsAlias)}`;
  }

  #fact(aggregate: Sql): Sql {
    this.#facts.push(aggregate);
    return columnOf(this.#factsAlias, `f${this.#facts.length - 1}`);
  }

  #value(type: GraphQLObjectType, nodes: readonly FieldNode[]): JsonText {
    const { name } = firstOf(nodes);
    switch (name.value) {
      case '__typename':
        return typeName(type);
      case 'totalCount':
        return solid(sql`(${countAll(this.#placed)}::int4)::text`);
      case 'pageInfo':
        return solid(objectText(this.#pageInfo(objectTypeOf(type, firstOf(nodes)), nodes)));
      case 'nodes':
        return this.#list(this.#node(objectTypeOf(type, firstOf(nodes)), nodes));
      case 'edges':
        return this.#list(this.#edge(objectTypeOf(type, firstOf(nodes)), nodes));
      default:
        throw new Error(`${type.name}.${name.value} cannot be compiled`);
    }
  }

  #node(type: GraphQLObjectType, nodes: readonly FieldNode[]): Sql {
    const { plan, source, env } = this.#placed;
    const inside = env.with(THIS, source.row);
    const place = { entity: plan.entity, row: source.row, env: inside, level: this.#level, isOnly: false };
    return objectText(entityMembers(this.#context, type, nodes, place));
  }

  #edge(type: GraphQLObjectType, nodes: readonly FieldNode[]): Sql {
    const fields = collectFields(this.#context, type, selectionsOf(nodes));
    const members = [...fields].map(([key, own]): Member => {
      const { name } = firstOf(own);
      if (name.value === '__typename') return { key, value: typeName(type) };
      if (name.value === 'cursor') return { key, value: solid(quotedText(this.#cursor())) };
      return { key, value: solid(this.#node(objectTypeOf(type, firstOf(own)), own)) };
    });
    return objectText(members);
  }

  #cursor(): Sql {
    return cursorValue(this.#placed.keys, this.#mark);
  }

  /** The objects of the page's rows in the connection's order, without the row that is one too many. */
  #list(object: Sql): JsonText {
    const column = this.#column(`object${this.#columns.size}`, object);
    const filter = sql` FILTER (WHERE ${this.#onPage()})`;
    return solid(this.#fact(listOf(column, this.#order('start'), filter)));
  }

  #column(name: string, value: Sql): Sql {
    if (!this.#columns.has(name)) this.#columns.set(name, value);
    return columnOf(this.#rowsAlias, name);
  }

  #onPage(): Sql {
    return sql`${columnOf(this.#rowsAlias, PLACE)} <= ${raw(String(this.#page.size))}`;
  }

  /** Rows are numbered as they were read: from the end, the last one has number one. */
  #order(from: 'start' | 'end'): Sql {
    const descending = this.#page.fromEnd === (from === 'start');
    return sql` ORDER BY ${columnOf(this.#rowsAlias, PLACE)}${raw(descending ? ' DESC' : '')}`;
  }

  #pageInfo(type: GraphQLObjectType, nodes: readonly FieldNode[]): readonly Member[] {
    const fields = collectFields(this.#context, type, selectionsOf(nodes));
    return [...fields].map(([key, own]) => ({ key, value: this.#pageFact(type, firstOf(own).name.value) }));
  }

  #pageFact(type: GraphQLObjectType, name: string): JsonText {
    switch (name) {
      case '__typename':
        return typeName(type);
      case 'startCursor':
        return this.#outermostCursor('start');
      case 'endCursor':
        return this.#outermostCursor('end');
      case 'hasNextPage':
        return this.#hasMore('next', !this.#page.fromEnd);
      case 'hasPreviousPage':
        return this.#hasMore('previous', this.#page.fromEnd);
      default:
        throw new Error(`${type.name}.${name} cannot be compiled`);
    }
  }

  /** The keys of the one row are picked first, since making a cursor costs more than everything else about a row. */
  #outermostCursor(side: 'start' | 'end'): JsonText {
    const texts = this.#placed.keys.map((key, index) => {
      const column = this.#column(`key${index}`, keyText(key));
      const all = sql`array_agg(${column}${this.#order(side)}) FILTER (WHERE ${this.#onPage()})`;
      return this.#fact(sql`(${all})[1]`);
    });
    const isThere = this.#fact(sql`count(*) FILTER (WHERE ${this.#onPage()}) > 0`);
    const cursor = quotedText(cursorOf(texts, this.#mark));
    return { sql: sql`(CASE WHEN ${isThere} THEN ${cursor} END)`, nullable: true };
  }

  #hasMore(side: 'next' | 'previous', isOpenSide: boolean): JsonText {
    const isBounded = side === 'next' ? this.#page.before : this.#page.after;
    const beyond = existsBeyond(this.#placed, this.#page)[side];
    if (!isOpenSide) return isBounded ? solid(sql`(${beyond})::text`) : constantJson('false');
    const more = this.#fact(sql`count(*) > ${raw(String(this.#page.size))}`);
    return solid(sql`(${isBounded ? sql`${more} OR ${beyond}` : more})::text`);
  }
}

function solid(text: Sql): JsonText {
  return { sql: text, nullable: false };
}
