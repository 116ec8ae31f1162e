import type {
  AppModel,
  Entity,
  Field,
  RelationField,
  ScalarField,
  ValueType,
} from '../../model/app-model.ts';
import { readColumnType } from '../../model/column-types.ts';
import { SCALARS, type ScalarType, scalarType } from '../../model/scalars.ts';
import { quoteIdent } from './sql.ts';

/** How a value stands in PostgreSQL, and how it leaves for the API. */
export interface SqlType {
  /** PostgreSQL type of one element, as SQL text: what parameters are cast to. */
  readonly pg: string;
  readonly list: boolean;
  /** The row of the scalar; undefined for an enum. */
  readonly scalar: ScalarType | undefined;
  /** The values of an enum; undefined for a scalar. */
  readonly enumValues: ReadonlySet<string> | undefined;
}

/** Of a literal, a call or a list: an `ID` without a column to follow is text. */
export function sqlTypeOf(app: AppModel, type: ValueType): SqlType {
  const enumType = type.kind === 'enum' ? app.enumByName.get(type.name) : undefined;
  if (enumType) {
    return {
      pg: quoteIdent(enumType.name),
      list: type.list,
      scalar: undefined,
      enumValues: new Set(enumType.values.map((value) => value.name)),
    };
  }
  const scalar = scalarType(type.name) ?? SCALARS.String;
  return { pg: scalar.postgres, list: type.list, scalar, enumValues: undefined };
}

/** PostgreSQL type of an entity's `id`, and of every key that leads to it. */
export function idType(entity: Entity): SqlType {
  const field = entity.fieldByName.get('id');
  const declared = field?.kind === 'scalar' ? keyTypeByColumnType(field.columnType) : undefined;
  const byKind = { UUID7: 'uuid', INT: 'int4', NONE: 'text' } as const;
  return { pg: declared ?? byKind[entity.idKind], list: false, scalar: SCALARS.ID, enumValues: undefined };
}

function keyTypeByColumnType(columnType: string | undefined): string | undefined {
  const base = columnType?.toLowerCase().replace(/\(.*$/, '').trim();
  if (base === 'uuid') return 'uuid';
  if (base === 'bigint' || base === 'int8' || base === 'bigserial') return 'int8';
  if (isChar(columnType)) return 'bpchar';
  return undefined;
}

/** A char compared with a text becomes a text, spaces cut off, which none of its indexes serves: parameters are chars, too. */
function isChar(columnType: string | undefined): boolean {
  return columnType !== undefined && /^\s*char(acter)?\s*(\(|$)/i.test(columnType);
}

/** What a name of a row leads to: a stored or computed field, or the key of a to-one relation. */
export interface ColumnInfo {
  readonly column: string;
  /** Casts that make the column's value one of `type`; empty where it is one. */
  readonly casts: string;
  readonly type: SqlType;
  readonly required: boolean;
  readonly field: Field;
}

const cache = new WeakMap<Entity, Map<string, ColumnInfo | undefined>>();

/** The column behind `name` (field or key name); undefined when the entity has none of that name. */
export function columnInfo(app: AppModel, entity: Entity, name: string): ColumnInfo | undefined {
  let known = cache.get(entity);
  if (!known) {
    known = new Map();
    cache.set(entity, known);
  }
  if (!known.has(name)) known.set(name, findColumn(app, entity, name));
  return known.get(name);
}

function findColumn(app: AppModel, entity: Entity, name: string): ColumnInfo | undefined {
  const field = entity.fieldByName.get(name);
  if (field?.kind === 'scalar' || field?.kind === 'computed') {
    const type = field.kind === 'scalar' ? scalarFieldType(app, entity, field) : sqlTypeOf(app, field.type);
    const casts = field.kind === 'scalar' ? castsTo(type, field) : '';
    return { column: field.column, casts, type, required: field.required, field };
  }
  const relation = relationOfKey(entity, name);
  if (relation?.storage.kind !== 'key') return undefined;
  const type = idType(entityOf(app, relation.target));
  return { column: relation.storage.column, casts: '', type, required: relation.required, field: relation };
}

/**
 * A real is the number that its text says: widened as it is, 1.1 would be 1.10000002384, which nobody has seen or asked for.
 * Lists have no operators between two types, where single values have.
 */
function castsTo(type: SqlType, field: ScalarField): string {
  if (field.columnType === undefined || field.name === 'id') return '';
  const column = readColumnType(field.columnType, field.type);
  const viaText = column.ok && column.postgres === 'real';
  if (type.list) return `${viaText ? '::text[]' : ''}::${type.pg}[]`;
  return viaText ? `::text::${type.pg}` : '';
}

function scalarFieldType(app: AppModel, entity: Entity, field: Field & { kind: 'scalar' }): SqlType {
  if (field.name === 'id') return idType(entity);
  const relation = field.keyOf === undefined ? undefined : entity.fieldByName.get(field.keyOf);
  if (relation?.kind === 'relation') return idType(entityOf(app, relation.target));
  const type = sqlTypeOf(app, field.type);
  return isChar(field.columnType) ? { ...type, pg: 'bpchar' } : type;
}

/** The to-one relation whose key goes by `name` (`authorId`), declared or not. */
export function relationOfKey(entity: Entity, name: string): RelationField | undefined {
  return entity.fields.find(
    (field): field is RelationField =>
      field.kind === 'relation' && field.storage.kind === 'key' && field.storage.key === name,
  );
}

/** The relation field `name`. @throws Error when there is none: the model was checked before */
export function relationField(entity: Entity, name: string): RelationField {
  const field = entity.fieldByName.get(name);
  if (field?.kind !== 'relation') throw new Error(`${entity.name}.${name} is not a relation`);
  return field;
}

/** The entity of that name. @throws Error when there is none: the model was checked before */
export function entityOf(app: AppModel, name: string): Entity {
  const entity = app.entityByName.get(name);
  if (!entity) throw new Error(`There is no entity ${name}`);
  return entity;
}

/** Names that a row can carry: scalar and computed fields, then the keys of to-one relations that are not declared. */
export function columnNames(entity: Entity): readonly string[] {
  const fields = entity.fields.filter((field) => field.kind === 'scalar' || field.kind === 'computed');
  const keys = entity.fields.flatMap((field) =>
    field.kind === 'relation' && field.storage.kind === 'key' && !field.storage.declared
      ? [field.storage.key]
      : [],
  );
  return [...fields.map((field) => field.name), ...keys];
}
