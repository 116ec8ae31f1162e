import type { DefinitionNode } from 'graphql';
import type { Place } from '../kit/problem.ts';
import type { RawText } from '../kit/rule-place.ts';
import type { ScalarName } from './scalars.ts';

/**
 * Everything that `schema.graphql` says, read, checked and frozen. Stages after `read/` know the author's file only
 * through this. Arrays are in the order of the file unless said otherwise.
 */
export interface AppModel {
  readonly entities: readonly Entity[];
  readonly enums: readonly EnumType[];
  /** Fields of `extend type Query | Mutation | Subscription`, implemented in `resolvers/*.ts`. */
  readonly customFields: readonly CustomField[];
  /** Types, inputs, interfaces, unions and scalars of the author's that are not stored: carried into the API as they are. */
  readonly customTypes: readonly DefinitionNode[];
  /** By name; the arrays above hold the same objects. */
  readonly entityByName: ReadonlyMap<string, Entity>;
  readonly enumByName: ReadonlyMap<string, EnumType>;
  /** `@cost(weight:)` by `Type.field`. */
  readonly weights: ReadonlyMap<string, number>;
  /** `@cacheControl` by where it stands: `Task`, `Task.comments`, `Query.weather`. */
  readonly cacheHints: ReadonlyMap<string, CacheHint>;
  /** The `@user` model, if there is one. */
  readonly user: Entity | undefined;
}

export type IdKind = 'UUID7' | 'INT' | 'NONE';

/** One stored type. */
export interface Entity {
  readonly name: string;
  readonly description: string | undefined;
  /** Table name as PostgreSQL has it; the entity's name unless `@model(table:)`. */
  readonly table: string;
  /** `task`: root field for one, and stem of connection names. */
  readonly singular: string;
  /** `tasks`: root field for many. */
  readonly plural: string;
  /** How `id` comes about; its scalar is `ID` in the API for every kind. */
  readonly idKind: IdKind;
  /** Every field that is stored or computed or resolved, `id` included, in the order of the file. */
  readonly fields: readonly Field[];
  readonly fieldByName: ReadonlyMap<string, Field>;
  /** Uniques apart from `id`. Single-field ones included. */
  readonly uniques: readonly UniqueKey[];
  readonly indexes: readonly Index[];
  readonly checks: readonly RowCheck[];
  readonly access: EntityAccess;
  readonly renamedFrom: string | undefined;
  readonly place: Place;
}

/** An absent operation is denied to everyone but the admin key. */
export interface EntityAccess {
  readonly read: RuleSource | undefined;
  readonly create: RuleSource | undefined;
  readonly update: RuleSource | undefined;
  readonly delete: RuleSource | undefined;
}

/** The text of a rule or expression and where its first character stands (inside the quotes). */
export interface RuleSource {
  readonly text: string;
  readonly place: Place;
  /** How the file spells it, where escapes or indentation make it differ; read by `placeInside` of kit/rule-place.ts. */
  readonly raw?: RawText;
}

export interface UniqueKey {
  /**
   * Field names as the API names them, `id`-valued key names (`orgId`) for to-one relations.
   * One name: `taskBySlug(slug:)` and `slug:` in `TaskUnique`. More: `taskByAAndB(a:, b:)` and `a_b: {…}`.
   */
  readonly fields: readonly string[];
  readonly place: Place;
}

export interface Index {
  /** Field names; key names for to-one relations. */
  readonly fields: readonly string[];
  readonly kind: 'BTREE' | 'GIN' | 'TRIGRAM';
  /** Raw SQL over the table's columns: a partial index. */
  readonly where: string | undefined;
  readonly place: Place;
}

export interface RowCheck {
  readonly expr: RuleSource;
  readonly message: string | undefined;
  readonly place: Place;
}

export type Field = ScalarField | RelationField | ComputedField | ResolvedField;

interface FieldBase {
  readonly name: string;
  readonly description: string | undefined;
  /** The reason given to `@deprecated`. */
  readonly deprecated: string | undefined;
  readonly access: { readonly read: RuleSource | undefined; readonly write: RuleSource | undefined };
  readonly exposure: Exposure;
  readonly renamedFrom: string | undefined;
  readonly place: Place;
}

/** Where a field shows. `@hidden` is all false; `@readOnly` neither input; `@createOnly` not in update; `@writeOnly` no output. */
export interface Exposure {
  readonly output: boolean;
  readonly create: boolean;
  readonly update: boolean;
}

/** A stored value. Also `id`, and a declared key such as `authorId: ID!`. */
export interface ScalarField extends FieldBase {
  readonly kind: 'scalar';
  readonly type: ValueType;
  readonly required: boolean;
  readonly column: string;
  /** PostgreSQL type as the author wrote it in `@column(type:)`. */
  readonly columnType: string | undefined;
  readonly unique: boolean;
  /** The to-one relation whose key this field declares (`authorId` of `author`). */
  readonly keyOf: string | undefined;
  readonly default: ValueSource | undefined;
  /** Set by the server from an expression and never by a client. */
  readonly preset:
    | { readonly create: RuleSource | undefined; readonly update: RuleSource | undefined }
    | undefined;
  /** Kept by the server. */
  readonly maintained: 'createdAt' | 'updatedAt' | 'version' | undefined;
  readonly constraint: FieldConstraint | undefined;
  readonly search: boolean;
}

/** `value` is a JSON value of the field's type as the API would take it (a Decimal is a string, an enum its name). */
export type ValueSource =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'expr'; readonly expr: RuleSource };

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A scalar or enum, or a list of one (never null inside). */
export interface ValueType {
  readonly kind: 'scalar' | 'enum';
  /** Scalar or enum name. */
  readonly name: ScalarName | (string & {});
  readonly list: boolean;
}

/** Lengths count Unicode code points, `min`/`max` are inclusive, items count list elements. */
export interface FieldConstraint {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number | string;
  readonly max?: number | string;
  /** PostgreSQL and JavaScript both take it: POSIX-compatible subset, checked at build. Unanchored. */
  readonly pattern?: string;
  readonly format?: ConstraintFormat;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export type ConstraintFormat =
  | 'EMAIL'
  | 'URL'
  | 'UUID'
  | 'SLUG'
  | 'IPV4'
  | 'IPV6'
  | 'HOSTNAME'
  | 'DATE'
  | 'DATETIME';

/** A field that leads to other rows. */
export interface RelationField extends FieldBase {
  readonly kind: 'relation';
  /** Name of the entity it leads to. */
  readonly target: string;
  /** True for `[Task!]!`. */
  readonly many: boolean;
  /** `!` on a to-one: its key is NOT NULL. Always true for lists, always false for the far side of one-to-one. */
  readonly required: boolean;
  readonly storage: RelationStorage;
  /** The field of the target that is this relation seen from the other side; undefined for a one-way to-one. */
  readonly inverse: string | undefined;
  /** Set where the relation is named by `@relation(name:)`. */
  readonly relationName: string | undefined;
  /** Set by the server from an expression (`@preset(create: "viewer.id")` on a to-one): the id of the target. */
  readonly preset:
    | { readonly create: RuleSource | undefined; readonly update: RuleSource | undefined }
    | undefined;
  readonly default: ValueSource | undefined;
}

export type RelationStorage =
  /** This row holds the key. `key` is the name of the key in the API and in rows (`authorId`), declared or not. */
  | {
      readonly kind: 'key';
      readonly key: string;
      readonly column: string;
      readonly columnType: string | undefined;
      readonly declared: boolean;
      readonly unique: boolean;
      readonly onDelete: 'CASCADE' | 'RESTRICT' | 'SET_NULL';
    }
  /** The other row holds the key, in the relation field named `inverse`. */
  | { readonly kind: 'inverse' }
  /** A join table of Prisma's: `own` and `other` are its columns ("A" or "B") for this side and the far side. */
  | { readonly kind: 'join'; readonly table: string; readonly own: 'A' | 'B'; readonly other: 'A' | 'B' };

/** A generated column: `sql` over the table's own columns. Readable, filterable, sortable, never written. */
export interface ComputedField extends FieldBase {
  readonly kind: 'computed';
  readonly type: ValueType;
  readonly required: boolean;
  readonly column: string;
  readonly sql: RuleSource;
}

/** A field of a model that the author resolves in TypeScript (`@computed` without `sql`, or one with arguments). */
export interface ResolvedField extends FieldBase {
  readonly kind: 'resolved';
  /** The type and arguments as the author wrote them. */
  readonly node: import('graphql').FieldDefinitionNode;
}

export interface EnumType {
  readonly name: string;
  readonly description: string | undefined;
  readonly values: readonly {
    readonly name: string;
    readonly description: string | undefined;
    readonly deprecated: string | undefined;
  }[];
  readonly place: Place;
}

/** How long answers may be kept, as far as one type or field is concerned. */
export interface CacheHint {
  /** Seconds; undefined where the hint does not say. */
  readonly maxAge: number | undefined;
  readonly scope: 'PUBLIC' | 'PRIVATE' | undefined;
  /** A field that leads to a type lives as long as the object that it belongs to. Excludes `maxAge`. */
  readonly inheritMaxAge: boolean;
}

/** A root field of the author's. */
export interface CustomField {
  readonly root: 'Query' | 'Mutation' | 'Subscription';
  readonly name: string;
  readonly node: import('graphql').FieldDefinitionNode;
  readonly call: RuleSource;
  readonly place: Place;
}
