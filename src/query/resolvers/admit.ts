import {
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { Entity } from '../../model/app-model.ts';
import type { GraphQLContext } from '../graphql-context.ts';
import { rowLoader } from './loaders.ts';
import { neededColumns } from './needed-columns.ts';
import { rememberEntity } from './node-resolvers.ts';

/**
 * What the author's code answered, with every row in it read again by its id through the viewer's rules: code may return
 * whatever it found, the viewer gets what the viewer may read. Rows that may not be read are missing from lists and null
 * elsewhere; where null is impossible the answer is NOT_FOUND.
 */
export async function admit(
  value: unknown,
  type: GraphQLOutputType,
  context: GraphQLContext,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  const settled = await value;
  if (isNonNullType(type)) {
    const admitted = await admit(settled, type.ofType, context, info);
    if (isMissing(admitted) && !isMissing(settled))
      throw new ViewerError('NOT_FOUND', 'There is no such row.');
    return admitted;
  }
  if (isMissing(settled)) return settled;
  if (isListType(type)) return admitList(settled, type.ofType, context, info);
  const entity = entityOfValue(settled, type, context);
  if (!entity) return settled;
  const columns = neededColumns(context.scope, entity, info, info.fieldNodes);
  const row = await rowLoader(context.scope, entity, columns).load(idOf(settled, info));
  return rememberEntity(row, entity);
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

async function admitList(
  list: unknown,
  type: GraphQLOutputType,
  context: GraphQLContext,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  if (typeof list !== 'object' || list === null || !(Symbol.iterator in list)) return list;
  const given = Array.from(list as Iterable<unknown>);
  const item = isNonNullType(type) ? type.ofType : type;
  const admitted = await Promise.all(given.map((one) => admit(one, item, context, info)));
  return admitted.filter((one, index) => !isMissing(one) || isMissing(given[index]));
}

/** The entity that a value of this type is a row of; undefined for what is no row. */
function entityOfValue(
  value: unknown,
  type: GraphQLOutputType,
  { scope }: GraphQLContext,
): Entity | undefined {
  if (isObjectType(type)) return scope.app.entityByName.get(type.name);
  if (!isAbstractType(type)) return undefined;
  const name = (value as { __typename?: unknown }).__typename;
  if (typeof name === 'string') return scope.app.entityByName.get(name);
  throw new Error(`A resolver answered a ${type.name} without __typename, so that its type cannot be known`);
}

function idOf(value: unknown, info: GraphQLResolveInfo): string {
  const { id } = value as { id?: unknown };
  if (typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint') return String(id);
  throw new Error(`The resolver of ${info.parentType.name}.${info.fieldName} answered a row without an id`);
}
