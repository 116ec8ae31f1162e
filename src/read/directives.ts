import { type DirectiveDefinitionNode, Kind, parse, specifiedDirectives } from 'graphql';
import { SCALARS } from '../model/scalars.ts';

/*
 * The schema language, as one SDL text. The reader derives from it which directives, arguments and enum values exist;
 * `directives.graphql` is the same text for editors. What is not in here does not exist.
 */

const SCALAR_NOTES: Record<string, string> = {
  BigInt: 'A 64-bit integer. Travels as a string.',
  Bytes: 'Binary data. Travels as base64.',
  Date: 'A calendar day, "2026-01-31".',
  DateTime: 'An instant with milliseconds, "2026-01-31T12:00:00.000Z".',
  Decimal: 'An exact decimal number. Travels as a string without trailing zeros, "10.5".',
  JSON: 'Any JSON value.',
  Time: 'A time of day, "12:30:00".',
  UUID: 'A UUID, "0190a6f0-0000-7000-8000-000000000000".',
};

const BUILT_IN_SCALARS = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);

const scalarDeclarations = Object.keys(SCALARS)
  .filter((name) => !BUILT_IN_SCALARS.has(name))
  .map(
    (name) =>
      `"${(SCALAR_NOTES[name] ?? `As in graphql-scalars; checked on input.`).replaceAll('"', '\\"')}"\nscalar ${name}`,
  )
  .join('\n\n');

const directiveDeclarations = `"How the id of a model comes about."
enum PlinthIdKind {
  "A version 7 UUID made by the server. The default."
  UUID7
  "An integer counted up by the database."
  INT
  "Given by the client on create."
  NONE
}

"Kinds of index."
enum PlinthIndexKind {
  "Equality, ranges and order. The default."
  BTREE
  "Lists and JSON: what they contain."
  GIN
  "Text: contains, startsWith, endsWith."
  TRIGRAM
}

"What becomes of a row when the row that its relation leads to is deleted."
enum PlinthOnDelete {
  "It is deleted too."
  CASCADE
  "The delete is refused. The default of a required relation."
  RESTRICT
  "Its relation becomes null. The default of an optional relation."
  SET_NULL
}

"Named formats of text."
enum PlinthFormat {
  EMAIL
  URL
  UUID
  SLUG
  IPV4
  IPV6
  HOSTNAME
  DATE
  DATETIME
}

"Who may keep an answer."
enum CacheControlScope {
  "Everybody who asks is answered the same: also caches that serve several people. The default."
  PUBLIC
  "Only the one who asked."
  PRIVATE
}

"Stores the type in a table of its own and gives it an API. It needs \`id: ID!\` and \`@access\`."
directive @model(
  "Name of the table; the type's name if left out."
  table: String
  "Name of the root field for many, where the English plural does not fit."
  plural: String
) on OBJECT

"The account model: what \`viewer\` is. At most one."
directive @user on OBJECT

"How \`id\` comes about."
directive @id(auto: PlinthIdKind! = UUID7) on FIELD_DEFINITION

"The stored column, where the default does not fit."
directive @column(
  "Name of the column."
  name: String
  "PostgreSQL type, such as \`varchar(160)\` or \`numeric(10,2)\`."
  type: String
) on FIELD_DEFINITION

"No two rows have the same value (on a type: the same combination). Gives a lookup in the API."
directive @unique(
  "On a type only: the fields that are unique together."
  fields: [String!]
) repeatable on OBJECT | FIELD_DEFINITION

"A database index."
directive @index(
  "On a type only: the fields, in order."
  fields: [String!]
  kind: PlinthIndexKind! = BTREE
  "SQL over the table's columns: index only the rows for which it is true."
  where: String
) repeatable on OBJECT | FIELD_DEFINITION

"The value of a new row when the client gives none. Either \`value\` or \`expr\`."
directive @default(
  "A literal of the field's type. A Decimal is a string."
  value: JSON
  "An expression of the rule language, such as \`now\` or \`viewer.id\`."
  expr: String
) on FIELD_DEFINITION

"Set by the server from an expression; in no input."
directive @preset(
  "When the row is created."
  create: String
  "At every update."
  update: String
) on FIELD_DEFINITION

"Set by the server when the row is created. \`DateTime!\`."
directive @createdAt on FIELD_DEFINITION

"Set by the server at every write. \`DateTime!\`."
directive @updatedAt on FIELD_DEFINITION

"Counted up by the server at every write, for \`expectVersion\`. \`Int!\`."
directive @version on FIELD_DEFINITION

"Disambiguates or names a relation, or says what a delete does."
directive @relation(
  "The same name on both sides makes them one relation; names the join table of many-to-many."
  name: String
  "On the side that holds the key."
  onDelete: PlinthOnDelete
  "The declared \`ID\` field that holds the key, where it is not called \`<field>Id\`."
  fields: [String!]
) on FIELD_DEFINITION

"The next migration renames instead of dropping and adding."
directive @renamedFrom("The former name." name: String!) on OBJECT | FIELD_DEFINITION

"Checked before the write and by the database."
directive @constraint(
  "Length in characters. Text only."
  minLength: Int
  maxLength: Int
  "Inclusive bounds. Numbers only; as a string for Decimal."
  min: JSON
  max: JSON
  "A regular expression that PostgreSQL and JavaScript read alike. Text only."
  pattern: String
  format: PlinthFormat
  "Number of elements. Lists only."
  minItems: Int
  maxItems: Int
) on FIELD_DEFINITION

"A rule over several fields of \`this\`, checked at every write."
directive @check(expr: String!, "What the client is told." message: String) repeatable on OBJECT

"""
Who may do it, in the rule language. On a model: \`read\`, \`create\`, \`update\`, \`delete\` (what is not named is denied).
On a field of a model: \`read\`, \`write\`. On a root field of your own: \`call\`.
"""
directive @access(
  read: String
  create: String
  update: String
  delete: String
  write: String
  call: String
) on OBJECT | FIELD_DEFINITION

"In no input."
directive @readOnly on FIELD_DEFINITION

"In the input of create, not in that of update."
directive @createOnly on FIELD_DEFINITION

"In inputs only; never answered."
directive @writeOnly on FIELD_DEFINITION

"In neither inputs nor outputs."
directive @hidden on FIELD_DEFINITION

"Computed by the database (\`sql\`) or, without it, by a resolver of yours."
directive @computed("SQL over the columns of the same row." sql: String) on FIELD_DEFINITION

"What the field costs each time it is answered, beside what is below it; 1 where nothing is said."
directive @cost("A number, or as text as in the cost specification." weight: JSON!) on FIELD_DEFINITION

"Searched by \`search:\` of the model's lists. Text only."
directive @search on FIELD_DEFINITION

"""
How long answers with this field, or with fields of this type, may be kept. An operation is as short-lived as the
shortest-lived of its fields. Root fields, and fields that lead to a type, are not kept unless they or their type say so.
"""
directive @cacheControl(
  "Seconds. 0 means never."
  maxAge: Int
  scope: CacheControlScope
  "On a field that leads to a type: as long as the object that the field belongs to."
  inheritMaxAge: Boolean
) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
`;

/** The content of `directives.graphql`. */
export const DIRECTIVES_SDL = `# Plinth's schema language, for editors. Emitted from src/read/directives.ts; do not edit.

${scalarDeclarations}

${directiveDeclarations}`;

const languageDocument = parse(DIRECTIVES_SDL, { noLocation: true });

const builtIn = parse(
  `directive @deprecated(reason: String! = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
   directive @specifiedBy(url: String!) on SCALAR
   directive @oneOf on INPUT_OBJECT`,
  { noLocation: true },
);

/** Every directive that an author may use, GraphQL's own included, by name. */
export const DIRECTIVES: ReadonlyMap<string, DirectiveDefinitionNode> = new Map(
  [...languageDocument.definitions, ...builtIn.definitions].flatMap((node) =>
    node.kind === Kind.DIRECTIVE_DEFINITION ? [[node.name.value, node] as const] : [],
  ),
);

/** Enums that directive arguments take, by name. */
export const ARGUMENT_ENUMS: ReadonlyMap<string, readonly string[]> = new Map(
  languageDocument.definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION
      ? [[node.name.value, (node.values ?? []).map((value) => value.name.value)] as const]
      : [],
  ),
);

/** Known to the language's plan and refused in this version. */
export const NOT_YET_BUILT: ReadonlySet<string> = new Set([
  'realtime',
  'webhook',
  'audit',
  'softDelete',
  'encrypted',
  'tenant',
  'file',
]);

/** Directives that only mean something on a stored type or its fields. */
export const OWN_DIRECTIVES: ReadonlySet<string> = new Set(
  [...DIRECTIVES.keys()].filter((name) => !specifiedDirectives.some((directive) => directive.name === name)),
);
