import type { NameNode, TypeDefinitionNode } from 'graphql';
import { scalarType } from '../../model/scalars.ts';
import { isRootName } from '../author-schema.ts';
import { ARGUMENT_ENUMS } from '../directives.ts';
import { SHARED_TYPES } from '../generated-types.ts';
import { placeOf } from '../locate.ts';
import { identifierFault } from './identifier-fault.ts';
import { POSTGRES_TYPES } from './postgres-types.ts';
import type { Judged, Rule } from './rule.ts';
import { everyType, modelFields } from './walk.ts';

/** Prisma makes TypeScript of model and enum names, so TypeScript's own words cannot be among them. */
const PRISMA_WORDS: ReadonlySet<string> = new Set(
  `Prisma PrismaClient Json async await break case catch class const continue debugger default delete do else enum export
   extends false finally for function if implements import in instanceof interface let new null package private protected
   public return super switch this throw true try using typeof var void while with yield`.split(/\s+/),
);

const SHARED_NAMES: ReadonlySet<string> = new Set(SHARED_TYPES.map((type) => type.name));

/** Keys that filters, unions of conditions and updates have beside the fields. */
const RESERVED_FIELDS: Record<string, string> = {
  AND: 'conditions are joined with it',
  OR: 'conditions are joined with it',
  NOT: 'conditions are negated with it',
  increment: 'updates add to numbers with it',
  true: 'it cannot be a value of the generated enum of fields',
  false: 'it cannot be a value of the generated enum of fields',
  null: 'it cannot be a value of the generated enum of fields',
};

/** Names that belong to GraphQL, to the generated API, or to the layers below. */
export const reservedNames: Rule = (judged) => {
  const { schema, problems } = judged;
  for (const type of everyType(schema)) typeName(judged, type);
  for (const node of schema.rootNodes) {
    if (node.directives?.some((used) => used.name.value === 'model')) {
      const message = `${node.name.value} is the root of the API and cannot be a model. Rename the type.`;
      problems.error(placeOf(node), 'RESERVED_NAME', message);
    }
  }
  for (const { node, path } of modelFields(judged)) {
    const { value } = node.name;
    const reason = Object.hasOwn(RESERVED_FIELDS, value) ? RESERVED_FIELDS[value] : underscore(node.name);
    if (reason)
      problems.error(placeOf(node), 'RESERVED_NAME', `${path} cannot have this name: ${reason}. Rename it.`);
  }
  for (const { node } of schema.roots) {
    const reason = node.name.value.startsWith('__') ? underscore(node.name) : undefined;
    if (reason) problems.error(placeOf(node), 'RESERVED_NAME', `${node.name.value}: ${reason}. Rename it.`);
  }
};

function underscore({ value }: NameNode): string | undefined {
  if (value.startsWith('__')) return 'names with two underscores at the front belong to GraphQL';
  return value.startsWith('_') ? 'stored names begin with a letter' : undefined;
}

function typeName({ schema, problems }: Judged, type: TypeDefinitionNode): void {
  const { value } = type.name;
  const isStored = schema.models.has(value) || schema.enums.has(value);
  const why =
    (value.startsWith('__') || isStored ? underscore(type.name) : undefined) ??
    (SHARED_NAMES.has(value) || isRootName(value)
      ? 'the generated API has a type of this name'
      : undefined) ??
    (scalarType(value) ? 'it is a built-in scalar' : undefined) ??
    (ARGUMENT_ENUMS.has(value) ? 'directives.graphql has a type of this name' : undefined) ??
    (isStored && /^Plinth[A-Z]/.test(value) ? 'tables of sign-in are called like that' : undefined) ??
    (isStored && PRISMA_WORDS.has(value)
      ? 'the generated database client cannot have a type of this name'
      : undefined) ??
    (schema.enums.has(value) && POSTGRES_TYPES.has(value) ? 'PostgreSQL has a type of this name' : undefined);
  if (why)
    problems.error(placeOf(type), 'RESERVED_NAME', `The name ${value} is taken: ${why}. Rename the type.`);
  if (type.kind !== 'EnumTypeDefinition') return;
  for (const item of type.values ?? []) {
    const tooLong = identifierFault(item.name.value);
    if (tooLong) {
      const message = `The value ${item.name.value} of ${value} ${tooLong} Choose a shorter name.`;
      problems.error(placeOf(item), 'IDENTIFIER_TOO_LONG', message);
    }
    const reason = underscore(item.name);
    if (!reason) continue;
    const message = `The value ${item.name.value} of ${value} cannot have this name: ${reason}. Rename it.`;
    problems.error(placeOf(item), 'RESERVED_NAME', message);
  }
}
