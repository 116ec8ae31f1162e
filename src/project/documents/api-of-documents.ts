import { buildSchema, GraphQLError, type GraphQLScalarType, type GraphQLSchema, isScalarType } from 'graphql';
import { scalarTypes } from '../../emit/scalars/index.ts';

/** The API as documents are compared with it: nothing answers, but scalars know which values are theirs. */
export function apiOfDocuments(apiSdl: string): GraphQLSchema {
  const schema = buildSchema(apiSdl);
  for (const type of Object.values(schema.getTypeMap())) {
    const known = Object.hasOwn(scalarTypes, type.name) ? scalarTypes[type.name] : undefined;
    if (!isScalarType(type) || !known || known === type) continue;
    type.serialize = known.serialize.bind(known);
    type.parseValue = known.parseValue.bind(known);
    type.parseLiteral = withPlace(known);
  }
  return schema;
}

/** A refusal that says where the value stands. */
function withPlace(scalar: GraphQLScalarType): GraphQLScalarType['parseLiteral'] {
  return (node, variables) => {
    try {
      return scalar.parseLiteral(node, variables);
    } catch (error) {
      throw new GraphQLError((error as Error).message, { nodes: node });
    }
  };
}
