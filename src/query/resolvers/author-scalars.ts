import { type GraphQLScalarType, Kind } from 'graphql';
import type { AppModel } from '../../model/app-model.ts';
import type { CustomResolvers } from './custom-resolvers.ts';

/** What the values of a scalar are read and written with. */
export type ScalarCode = Pick<GraphQLScalarType, 'serialize' | 'parseValue' | 'parseLiteral'>;

const PARTS = ['serialize', 'parseValue', 'parseLiteral'] as const;

/** Told by what it has: the author's `import` may find another copy of graphql-js than ours, whose classes are not ours. */
export function isScalarCode(value: unknown): value is ScalarCode {
  if (typeof value !== 'object' || value === null) return false;
  return PARTS.every((name) => typeof (value as Partial<Record<string, unknown>>)[name] === 'function');
}

/** What is wrong with the scalars that the author exports, a line each. */
export function findStrayScalars(
  app: AppModel,
  custom: CustomResolvers,
  ours: Readonly<Record<string, unknown>>,
): readonly string[] {
  const declared = scalarsOf(app);
  return Object.entries(custom).flatMap(([name, value]) => {
    if (isScalarCode(value)) {
      if (Object.hasOwn(ours, name))
        return [`resolvers/*.ts export the scalar ${name}, which is Plinth's own: give yours another name.`];
      if (declared.has(name)) return [];
      return [
        `resolvers/*.ts export the scalar ${name}, which the schema does not declare: add \`scalar ${name}\`.`,
      ];
    }
    if (!declared.has(name)) return [];
    return [`resolvers/*.ts export ${name}, which is a scalar: make it a GraphQLScalarType of graphql-js.`];
  });
}

/** Names of the scalars that the author declares. */
export function scalarsOf(app: AppModel): ReadonlySet<string> {
  const nodes = app.customTypes.filter((node) => node.kind === Kind.SCALAR_TYPE_DEFINITION);
  return new Set(nodes.map(({ name }) => name.value));
}
