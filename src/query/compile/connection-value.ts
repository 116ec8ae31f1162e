import type { GraphQLObjectType } from 'graphql';
import { cursorOf, keyText } from '../sql/keyset.ts';
import { countAll } from '../sql/select-rows.ts';
import { columnOf, ident, join, raw, type Sql, sql } from '../sql/sql.ts';
import type { BuildContext } from './build-context.ts';
import { type Beyond, type Built, ConnectionBuilding, type Side } from './connection-building.ts';
import { ConnectionRows } from './connection-rows.ts';
import {
  constantJson,
  type JsonText,
  listOf,
  type Member,
  objectText,
  quotedText,
  typeName,
} from './json-text.ts';
import type { RowsAsk } from './rows-ask.ts';

/**
 * A connection. Its rows are selected once, one more than the page has, each with everything that is said of it; the
 * connection's object is then one row of aggregates over them, or made by whoever reads the rows.
 */
export function connectionValue(context: BuildContext, ask: RowsAsk): JsonText {
  const text = new ConnectionText(context, ask).text(ask);
  return { sql: text, nullable: false, inRow: { rows: () => new ConnectionRows(context, ask).rows(ask) } };
}

const PLACE = 'place';

class ConnectionText extends ConnectionBuilding<JsonText> {
  /** What the page's SELECT has to offer, by column. */
  readonly #columns = new Map<string, Sql>();
  /** What is aggregated over the page's rows, by column. An aggregate may not stand inside an object's own SELECT. */
  readonly #facts: Sql[] = [];
  readonly #rowsAlias: string;
  readonly #factsAlias: string;

  constructor(context: BuildContext, ask: RowsAsk) {
    super(context, ask);
    this.#rowsAlias = this.placed.env.namer.next('page');
    this.#factsAlias = this.placed.env.namer.next('facts');
  }

  text(ask: RowsAsk): Sql {
    const members = this.members(ask.type, ask.nodes);
    return sql`(SELECT ${objectText(members)}${this.#from(ask)})`;
  }

  /** ` FROM` the numbered rows of the page; empty where nothing is said of rows. */
  #from(ask: RowsAsk): Sql {
    if (this.#facts.length === 0) return raw('');
    const columns =
      this.#columns.size === 0
        ? raw('1 AS one')
        : join([...this.#columns].map(([name, value]) => sql`${value} AS ${ident(name)}`));
    const inner = ident(this.placed.env.namer.next(`${ask.entity.singular}_rows`));
    const numbered = sql`SELECT ${inner}.*, row_number() OVER () AS ${ident(PLACE)} FROM (${this.select(columns)}) AS ${inner}`;
    const facts = join(this.#facts.map((fact, index) => sql`${fact} AS ${ident(`f${index}`)}`));
    return sql` FROM (SELECT ${facts} FROM (${numbered}) AS ${ident(this.#rowsAlias)}) AS ${ident(this.#factsAlias)}`;
  }

  #fact(aggregate: Sql): Sql {
    this.#facts.push(aggregate);
    return columnOf(this.#factsAlias, `f${this.#facts.length - 1}`);
  }

  protected override known(type: GraphQLObjectType): JsonText {
    return typeName(type);
  }

  protected override object(members: readonly Built<JsonText>[]): JsonText {
    return solid(objectText(members));
  }

  protected override total(): JsonText {
    return solid(sql`(${countAll(this.placed)}::int4)::text`);
  }

  /** The objects of the page's rows in the connection's order, without the row that is one too many. */
  protected override list(members: readonly Member[]): JsonText {
    const column = this.#column(`object${this.#columns.size}`, objectText(members));
    const filter = sql` FILTER (WHERE ${this.#onPage()})`;
    return solid(this.#fact(listOf(column, this.#order('start'), filter)));
  }

  #column(name: string, value: Sql): Sql {
    if (!this.#columns.has(name)) this.#columns.set(name, value);
    return columnOf(this.#rowsAlias, name);
  }

  #onPage(): Sql {
    return sql`${columnOf(this.#rowsAlias, PLACE)} <= ${raw(String(this.page.size))}`;
  }

  /** Rows are numbered as they were read: from the end, the last one has number one. */
  #order(from: Side): Sql {
    const descending = this.page.fromEnd === (from === 'start');
    return sql` ORDER BY ${columnOf(this.#rowsAlias, PLACE)}${raw(descending ? ' DESC' : '')}`;
  }

  /** The keys of the one row are picked first, since making a cursor costs more than everything else about a row. */
  protected override outermostCursor(side: Side): JsonText {
    const texts = this.placed.keys.map((key, index) => {
      const column = this.#column(`key${index}`, keyText(key));
      const all = sql`array_agg(${column}${this.#order(side)}) FILTER (WHERE ${this.#onPage()})`;
      return this.#fact(sql`(${all})[1]`);
    });
    const isThere = this.#fact(sql`count(*) FILTER (WHERE ${this.#onPage()}) > 0`);
    const cursor = quotedText(cursorOf(texts, this.mark));
    return { sql: sql`(CASE WHEN ${isThere} THEN ${cursor} END)`, nullable: true };
  }

  protected override isMore({ isRead, exists }: Beyond): JsonText {
    if (!isRead) return exists ? solid(sql`(${exists})::text`) : constantJson('false');
    const more = this.#fact(sql`count(*) > ${raw(String(this.page.size))}`);
    return solid(sql`(${exists ? sql`${more} OR ${exists}` : more})::text`);
  }
}

function solid(text: Sql): JsonText {
  return { sql: text, nullable: false };
}
