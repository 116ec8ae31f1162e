import type { RelationField } from '../../model/app-model.ts';
import { THIS } from '../../model/expr.ts';
import { fieldRule, readableRows } from '../read/readable.ts';
import type { RequestScope } from '../request-scope.ts';
import { columnsToRead } from '../sql/columns-to-read.ts';
import type { SortOperand } from '../sql/keyset.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { idColumn, linkRows, type Pairs } from '../sql/row-path.ts';
import { orderBy, type RowSource } from '../sql/select-rows.ts';
import { allOf, columnOf, ident, join, parens, raw, type Sql, sql, textOf } from '../sql/sql.ts';
import type { RowInScope, SqlEnv } from '../sql/sql-env.ts';
import { idType } from '../sql/sql-type.ts';

/** A to-one relation of a row of a level. */
export interface ToOne {
  readonly scope: RequestScope;
  readonly row: RowInScope;
  readonly relation: RelationField;
  readonly env: SqlEnv;
}

/** What is asked of a row that others lead to: columns of its own, rows that it leads to, or lists, be they of its own or of these. */
export type Reach = 'itself' | 'others' | 'lists';

/** The rows of a level that are worth being read first, and then what they lead to. */
export interface LongPage {
  readonly row: RowInScope;
  /** Whether PostgreSQL writes their JSON. An object that many of them lead to is written once then, if it is read once. */
  readonly isWritten: boolean;
  /** Whether many keys at once are the fastest way to find rows. */
  readonly findsManyAtOnce: boolean;
}

/** The rows of a level by themselves. */
export interface LevelRows {
  readonly source: RowSource;
  readonly where: readonly Sql[];
  /** What they are ordered by, the last key telling all of them apart. */
  readonly keys: readonly SortOperand[];
  readonly limit: Sql;
  /** Whether these are the first of many that have to be sorted, so that whatever else is said of them had better wait. */
  readonly areSorted: boolean;
}

/**
 * The FROM clause that grows while the rows of one level are rendered: to-one relations become outer joins on a unique
 * key, so the number of rows stays what it was, and PostgreSQL chooses how to join.
 *
 * A level that *shares parents* reads its rows first, and then those they lead to by all their keys at once, as a DataLoader
 * would: of 100 tracks of 7 albums, the tracks of an album are then read 7 times, and not 100 times as for joined rows.
 */
export class FromLevel {
  readonly #page: LongPage | undefined;
  readonly #joins: Sql[] = [];
  readonly #joined = new Map<string, RowInScope>();
  readonly #parents = new Map<string, Parents>();

  /** @param page the level's own rows, where it may share their parents */
  constructor(page?: LongPage) {
    this.#page = page;
  }

  /** The row that the relation leads to, joined once however often it is selected; no row where it is hidden. */
  follow({ scope, row, relation, env }: ToOne): RowInScope {
    const key = `${row.alias}.${relation.name}`;
    const known = this.#joined.get(key);
    if (known) return known;
    const link = linkRows(row, relation, env);
    const rule = fieldRule(scope, row.entity, relation.name);
    const conditions = kept([
      link.on,
      exprToSql(readableRows(scope, link.row.entity), env.with(THIS, link.row)),
      ...(rule ? [exprToSql(rule, env.with(THIS, row))] : []),
    ]);
    const tables = link.pairs ? parens(link.tables) : link.tables;
    this.#joins.push(sql` LEFT JOIN ${tables} ON ${allOf(conditions)}`);
    this.#joined.set(key, link.row);
    return link.row;
  }

  /** The rows that the relation leads to, to be written out once each; undefined where they have to be joined. */
  parents({ scope, row, relation, env }: ToOne, reach: Reach): Parents | undefined {
    const { storage } = relation;
    const isWorthIt = reach === 'lists' || (reach === 'others' && this.#page?.isWritten);
    if (!isWorthIt || row !== this.#page?.row) return undefined;
    if (storage.kind !== 'key' || fieldRule(scope, row.entity, relation.name)) return undefined;
    let parents = this.#parents.get(relation.name);
    if (!parents) {
      const { row: parent, tables } = linkRows(row, relation, env);
      const isReadable = exprToSql(readableRows(scope, parent.entity), env.with(THIS, parent));
      const alias = env.namer.next(`${relation.name}_once`);
      const keysAlias = env.namer.next(`${relation.name}_keys`);
      parents = new Parents({ alias, keysAlias, row: parent, tables, isReadable, key: storage.column });
      this.#parents.set(relation.name, parents);
    }
    return parents;
  }

  /** `tables` with everything that was followed so far. */
  from(tables: Sql): Sql {
    return join([tables, ...this.#joins], '');
  }

  /**
   * The pairs that alone tell which rows there are, and in which order: foreign keys see to it that each has its row, and ids without a
   * collation have one order. What is joined would be planned for far too few rows.
   */
  #decidingPairs({ source, where, keys }: LevelRows): Pairs | undefined {
    const { row, pairs } = source;
    if (!pairs || !this.#page?.findsManyAtOnce || this.#joins.length > 0) return undefined;
    if (!['int4', 'int8', 'uuid'].includes(idType(row.entity).pg)) return undefined;
    const [key, ...others] = keys;
    const isById = key && others.length === 0 && textOf(key.sql) === textOf(idColumn(row));
    return isById && kept(where).length === source.where.length ? pairs : undefined;
  }

  /** `SELECT columns FROM …` of the rows in their order, with everything that they lead to. */
  select(columns: Sql, rows: LevelRows, env: SqlEnv): Sql {
    const { row } = rows.source;
    const parents = [...this.#parents.values()];
    const pairs = this.#decidingPairs(rows);
    const { tables, restOf } = pairs ? foundByPairs(rows, pairs) : found(rows);
    const isJustRead = parents.length === 0 && !this.#waitsForOrder(columns, rows);
    if (isJustRead) return sql`SELECT ${columns} FROM ${this.from(tables)}${restOf}`;
    // No table of an author's begins like this: within the statement it would hide one of its name.
    const page = ident(env.namer.next(`plinth_${row.alias}_page`));
    const joins = parents.map((each) => each.joinTo(row, page));
    const beyond = this.from(join(joins, ''));
    // The keys are read with the rows: a window function that numbers them takes a tenth of such a statement's time.
    const read = columnsToRead(row.alias, join([columns, beyond]), rows.keys);
    const select = sql`SELECT ${read.columns} FROM ${tables}${restOf}`;
    const rest = sql`AS ${ident(row.alias)}${beyond}${orderBy(read.keys)}`;
    if (parents.length === 0) return sql`SELECT ${columns} FROM (${select}) ${rest}`;
    return sql`WITH ${page} AS MATERIALIZED (${select}) SELECT ${columns} FROM ${page} ${rest}`;
  }

  /** PostgreSQL joins whatever it is to sort, and makes the columns that it takes for cheap: of all rows, and not only of the first. */
  #waitsForOrder(columns: Sql, { areSorted }: LevelRows): boolean {
    return areSorted && (this.#joins.length > 0 || !NAMES.test(textOf(columns)));
  }
}

/** Nothing but columns, as they are sent. */
const NAMES = /^((''|\(?"[^"]*"\."[^"]*"\)?)(::[a-z0-9]+)?( AS "[^"]*")?(, |$))*$/;

/** Where a level's rows come from, and which of them, in which order. */
interface FoundRows {
  readonly tables: Sql;
  readonly restOf: Sql;
}

function found({ source, where, keys, limit }: LevelRows): FoundRows {
  return { tables: source.tables, restOf: sql`${whereOf(where)}${orderBy(keys)}${limit}` };
}

/** The far rows of the first pairs, by all their ids at once: of neighbours PostgreSQL then looks up one, and reads on. */
function foundByPairs({ source, where, keys, limit }: LevelRows, pairs: Pairs): FoundRows {
  const order = orderBy(keys.map((key) => ({ ...key, sql: pairs.id })));
  const ids = sql`ARRAY(SELECT ${pairs.id} FROM ${pairs.table}${whereOf(where)}${order}${limit})`;
  return { tables: pairs.far, restOf: sql` WHERE ${idColumn(source.row)} = ANY(${ids})${orderBy(keys)}` };
}

interface ParentsInit {
  readonly alias: string;
  readonly keysAlias: string;
  readonly row: RowInScope;
  readonly tables: Sql;
  readonly isReadable: Sql;
  /** The column of the level's rows that holds the id of a parent. */
  readonly key: string;
}

/** Rows that several rows of a level lead to. */
export class Parents {
  readonly row: RowInScope;
  readonly level = new FromLevel();
  readonly #init: ParentsInit;
  readonly #texts: Sql[] = [];

  constructor(init: ParentsInit) {
    this.row = init.row;
    this.#init = init;
  }

  /** What is said of each of them, on the rows that lead there: null where there is none, or none that may be read. */
  add(text: Sql): Sql {
    this.#texts.push(text);
    return columnOf(this.#init.alias, `o${this.#texts.length - 1}`);
  }

  /**
   * ` FULL JOIN …` of what is said of them. As each of them is one that a row leads to, it finds what a left join would, but never
   * by a nested loop, which would say everything of all of them anew for each row where PostgreSQL expects few. `OFFSET 0` keeps
   * it from being said anew where it is read.
   */
  joinTo(row: RowInScope, page: Sql): Sql {
    const { alias, keysAlias, tables, isReadable, key } = this.#init;
    const id = idColumn(this.row);
    const texts = this.#texts.map((text, index) => sql`${text} AS ${ident(`o${index}`)}`);
    const columns = join([sql`${id} AS ${ident('id')}`, ...texts]);
    const keys = sql`unnest(ARRAY(SELECT DISTINCT ${ident(key)} FROM ${page})) AS ${ident(keysAlias)} (id)`;
    const found = sql`${keys} JOIN ${tables} ON ${id} = ${columnOf(keysAlias, 'id')}`;
    const select = sql`SELECT ${columns} FROM ${this.level.from(found)}${whereOf([isReadable])} OFFSET 0`;
    return sql` FULL JOIN (${select}) AS ${ident(alias)} ON ${columnOf(alias, 'id')} = ${columnOf(row.alias, key)}`;
  }
}

/** Whether there is a row: an outer join that found nothing has a null id. */
export function isThere(row: RowInScope): Sql {
  return sql`${idColumn(row)} IS NOT NULL`;
}

/** A WHERE without the terms that are always true, so that statements stay readable. */
export function whereOf(conditions: readonly Sql[]): Sql {
  const terms = kept(conditions);
  return terms.length === 0 ? raw('') : sql` WHERE ${allOf(terms)}`;
}

function kept(conditions: readonly Sql[]): readonly Sql[] {
  return conditions.filter((one) => !(one.parts.length === 1 && one.parts[0] === 'TRUE'));
}
