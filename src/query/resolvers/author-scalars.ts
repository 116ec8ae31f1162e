import type { GraphQLScalarType, GraphQLSchema } from 'graphql';
import { messageOf } from '../../kit/message-of.ts';
import type { AppModel } from '../../model/app-model.ts';
import { ownScalars } from '../../model/own-scalars.ts';
import type { CustomResolvers } from './custom-resolvers.ts';

/** What the values of a scalar are read and written with. */
export type ScalarCode = Pick<GraphQLScalarType, 'serialize' | 'parseValue' | 'parseLiteral'>;

const PARTS = ['serialize', 'parseValue', 'parseLiteral'] as const;

/** Told by what it has: the author's `import` may find another copy of graphql-js than ours, whose classes are not ours. */
export function isScalarCode(value: unknown): value is ScalarCode {
  if (typeof value !== 'object' || value === null) return false;
  return PARTS.every((name) => typeof (value as Partial<Record<string, unknown>>)[name] === 'function');
}

/**
 * The author's code as graphql-js may call it, whatever the code throws or answers. What reading throws is told to the client with
 * its message alone: extensions of it would decide about the status of the answer, and graphql-js stumbles over what is no Error. What
 * JSON cannot write is a fault of the field, and not of the whole answer, which is written when a mutation has been committed.
 */
export function guardedScalar(name: string, code: ScalarCode): ScalarCode {
  return {
    parseValue: (value) => read(name, () => code.parseValue(value)),
    parseLiteral: (node, variables) => read(name, () => code.parseLiteral(node, variables)),
    serialize: (value) => writable(name, code.serialize(value)),
  };
}

function read(name: string, parse: () => unknown): unknown {
  let value: unknown;
  try {
    value = parse();
  } catch (error) {
    throw new Error(messageOf(error));
  }
  return atOnce(name, value);
}

function writable(name: string, value: unknown): unknown {
  const isWritten = typeof atOnce(name, value) !== 'object' ? !UNWRITTEN.has(typeof value) : isJson(value);
  if (!isWritten) throw new Error(`${name} cannot be written as JSON: it is a ${typeof value}.`);
  return value;
}

const UNWRITTEN: ReadonlySet<string> = new Set(['bigint', 'function', 'symbol']);

/** @throws TypeError for what is a circle, or has a bigint in it */
function isJson(value: unknown): boolean {
  return value === null || JSON.stringify(value) !== undefined;
}

/** @throws Error where the value is a promise, for which graphql-js does not wait here */
function atOnce(name: string, value: unknown): unknown {
  const { then } = (value ?? {}) as Partial<PromiseLike<unknown>>;
  if (typeof then !== 'function') return value;
  // Nobody else hears of its failure.
  then.call(value as PromiseLike<unknown>, undefined, () => undefined);
  throw new Error(`The code of ${name} must not be async.`);
}

/** What is wrong with the scalars that the author exports, a line each. */
export function findStrayScalars(
  schema: GraphQLSchema,
  app: AppModel,
  custom: CustomResolvers,
  ours: Readonly<Record<string, unknown>>,
): readonly string[] {
  const declared = ownScalars(app);
  return Object.entries(custom).flatMap(([name, value]) => {
    if (isScalarCode(value)) {
      const fault = Object.hasOwn(ours, name)
        ? "which is Plinth's own: give yours another name."
        : whyNoScalar(schema, name, declared);
      return fault === undefined ? [] : [`resolvers/*.ts export the scalar ${name}, ${fault}`];
    }
    if (!declared.has(name)) return [];
    return [`resolvers/*.ts export ${name}, which is a scalar: make it a GraphQLScalarType of graphql-js.`];
  });
}

function whyNoScalar(schema: GraphQLSchema, name: string, declared: ReadonlySet<string>): string | undefined {
  if (declared.has(name)) return undefined;
  if (schema.getType(name)) return 'which is no scalar in the schema.';
  return `which the schema does not declare: add \`scalar ${name}\`.`;
}
