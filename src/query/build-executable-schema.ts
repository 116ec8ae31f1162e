import {
  buildASTSchema,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import type { RuleBook } from '../access/rule-book.ts';
import { parseDocument } from '../kit/parse-document.ts';
import { UserError } from '../kit/user-error.ts';
import type { AppModel } from '../model/app-model.ts';
import type { GraphQLContext } from './graphql-context.ts';
import { attachGuards, type Guard } from './guards/index.ts';
import {
  findStrayScalars,
  guardedScalar,
  isScalarCode,
  type ScalarCode,
} from './resolvers/author-scalars.ts';
import {
  type CustomResolvers,
  customFieldResolvers,
  customTypeResolver,
  customValue,
  findStrayResolvers,
  resolvedFieldResolver,
} from './resolvers/custom-resolvers.ts';
import { entityResolvers } from './resolvers/entity-resolvers.ts';
import { entityOfNode } from './resolvers/node-resolvers.ts';
import { PAGE_INFO, pageResolvers } from './resolvers/page-resolvers.ts';
import type { Resolver, ResolverMap } from './resolvers/resolver.ts';
import { queryResolvers } from './resolvers/root-resolvers.ts';
import { settleDefaults } from './resolvers/settle-defaults.ts';

export interface SchemaParts {
  readonly app: AppModel;
  readonly rules: RuleBook;
  /** The API as `emit/` prints it. */
  readonly apiSdl: string;
  /** How each scalar of the SDL is parsed and serialized, by name. */
  readonly scalars: Readonly<Record<string, GraphQLScalarType>>;
  /** Resolvers of the generated mutations, and of types that only they answer. */
  readonly writeResolvers: ResolverMap;
  /** What `resolvers/*.ts` export, by type. */
  readonly customResolvers: CustomResolvers;
  /** Guards of root fields that do not come from the model. A root field that nobody guards does not boot. */
  readonly guards?: readonly Guard[];
}

/**
 * The API with a resolver on every field: nothing is left to GraphQL's default, which would hand out whatever property a
 * row happens to have. The context of a request is a `GraphQLContext`.
 * @throws UserError that lists every field without a resolver or without the guard it has to have, and every resolver of
 *   the author's without a field
 */
export function buildExecutableSchema(parts: SchemaParts): GraphQLSchema {
  // Every mistake that an author can bring into it has been found in the author's own text, and the tests validate what is emitted:
  // the rules of SDL would take as long as the parser and the schema together.
  const schema = buildASTSchema(parseDocument(parts.apiSdl, { noLocation: true }), { assumeValidSDL: true });
  const resolvers = generatedResolvers(parts);
  const faults: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isScalarType(type)) attachScalar(type, parts);
    if (isObjectType(type)) faults.push(...attachFields(type, resolvers, parts));
    if (isAbstractType(type)) attachTypeResolver(type, parts);
  }
  faults.push(...settleDefaults(schema));
  faults.push(...findStrayScalars(schema, parts.app, parts.customResolvers, parts.scalars));
  faults.push(...findStrayResolvers(parts.app, parts.customResolvers, ownFields(schema, parts)));
  // Last: what is in front of a resolver has to be in front of the one that will run.
  faults.push(...attachGuards(schema, parts.app, parts.guards));
  if (faults.length > 0) throw new UserError(faults.join('\n'));
  return schema;
}

/** By type and field; a resolver of the author's that is missing is found when it is attached. */
function generatedResolvers({ app, writeResolvers, customResolvers }: SchemaParts): ResolverMap {
  const map: Record<string, Record<string, Resolver>> = { PageInfo: { ...PAGE_INFO } };
  const add = (more: ResolverMap) => {
    for (const [type, fields] of Object.entries(more)) map[type] = { ...map[type], ...fields };
  };
  for (const entity of app.entities) {
    add(pageResolvers(entity));
    const own = entityResolvers(app, entity, (field) => {
      const found = typeof customValue(customResolvers, entity.name, field.name) === 'function';
      return found ? resolvedFieldResolver(customResolvers, entity.name, field) : unimplemented;
    });
    add({ [entity.name]: own });
  }
  add({ Query: queryResolvers(app) });
  add(writeResolvers);
  return map;
}

const unimplemented: Resolver = () => {
  throw new Error('This field has no resolver');
};

function attachFields(
  type: GraphQLObjectType,
  resolvers: ResolverMap,
  parts: SchemaParts,
): readonly string[] {
  const faults: string[] = [];
  for (const [name, field] of Object.entries(type.getFields())) {
    try {
      Object.assign(field, resolverOf(type, name, resolvers, parts));
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return faults;
}

function resolverOf(
  type: GraphQLObjectType,
  name: string,
  resolvers: ResolverMap,
  { app, customResolvers }: SchemaParts,
): { resolve: Resolver; subscribe?: Resolver } {
  const own = app.customFields.find((field) => field.root === type.name && field.name === name);
  const isOwn = own || isCustomType(app, type.name);
  if (isOwn) assertAnswersNoPage(app, type, name);
  if (own) return customFieldResolvers(customResolvers, own);
  const field = app.entityByName.get(type.name)?.fieldByName.get(name);
  // Asked for here so that its absence is one fault among the others.
  if (field?.kind === 'resolved') resolvedFieldResolver(customResolvers, type.name, field);
  const generated = resolvers[type.name]?.[name];
  if (generated) return { resolve: generated };
  if (isOwn) return { resolve: customTypeResolver(customResolvers, type.name, name) };
  throw new Error(`${type.name}.${name} is generated but nothing resolves it.`);
}

/** Pages and aggregates carry no ids by which their rows could be read again through the viewer's rules. */
function assertAnswersNoPage(app: AppModel, type: GraphQLObjectType, name: string): void {
  const field = type.getFields()[name];
  const answer = field ? getNamedType(field.type).name : '';
  if (!app.entities.some((entity) => Object.hasOwn(pageResolvers(entity), answer))) return;
  throw new Error(
    `${type.name}.${name} answers ${answer}, which only generated fields can: answer a list of rows instead.`,
  );
}

function isCustomType(app: AppModel, name: string): boolean {
  return app.customTypes.some((node) => 'name' in node && node.name?.value === name);
}

/** Names of all fields that the author resolves. */
function ownFields(schema: GraphQLSchema, { app }: SchemaParts): ReadonlySet<string> {
  const roots = app.customFields.map((field) => `${field.root}.${field.name}`);
  const resolved = app.entities.flatMap((entity) =>
    entity.fields.filter((field) => field.kind === 'resolved').map((field) => `${entity.name}.${field.name}`),
  );
  const custom = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && isCustomType(app, type.name)
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  );
  return new Set([...roots, ...resolved, ...custom]);
}

function attachScalar(type: GraphQLScalarType, { scalars, customResolvers }: SchemaParts): void {
  const scalar = scalars[type.name] ?? authorScalar(type, customResolvers[type.name]);
  if (!scalar || scalar === type) return;
  type.serialize = scalar.serialize.bind(scalar);
  type.parseValue = scalar.parseValue.bind(scalar);
  type.parseLiteral = scalar.parseLiteral.bind(scalar);
}

function authorScalar(type: GraphQLScalarType, custom: unknown): ScalarCode | undefined {
  if (isSpecifiedScalarType(type)) return undefined;
  // The type's own functions take and give whatever it is.
  const { serialize, parseValue, parseLiteral } = type;
  return guardedScalar(type.name, isScalarCode(custom) ? custom : { serialize, parseValue, parseLiteral });
}

/** A row of a model is known by what read it; anything else says its `__typename`. */
function attachTypeResolver(type: GraphQLAbstractType, { customResolvers }: SchemaParts): void {
  const custom = customValue(customResolvers, type.name, '__resolveType');
  type.resolveType = (value: unknown, context: GraphQLContext, info, abstract) => {
    const entity = typeof value === 'object' && value !== null ? entityOfNode(value) : undefined;
    if (entity) return entity.name;
    if (typeof custom === 'function') return custom(value, context, info, abstract);
    return (value as { __typename?: string } | null)?.__typename;
  };
}
