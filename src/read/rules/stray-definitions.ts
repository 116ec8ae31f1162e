import type { DefinitionNode } from 'graphql';
import { didYouMean } from '../../kit/suggest.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { everyType } from './walk.ts';

/** Definitions that mean nothing in a schema file would otherwise be passed over in silence. */
export const strayDefinitions: Rule = ({ schema, problems }) => {
  const names = everyType(schema).map((type) => type.name.value);
  for (const node of schema.strays) problems.error(placeOf(node), 'STRAY_DEFINITION', explain(node, names));
};

function explain(node: DefinitionNode, names: readonly string[]): string {
  switch (node.kind) {
    case 'OperationDefinition':
    case 'FragmentDefinition':
      return 'Operations and fragments do not belong into the schema. Move this to a file in operations/.';
    case 'SchemaDefinition':
    case 'SchemaExtension':
      return 'Root types are always Query, Mutation and Subscription. Remove this definition.';
    case 'DirectiveDefinition':
      return `A directive of your own (@${node.name.value}) would have no effect. Remove it; directives.graphql lists those that exist.`;
    default: {
      const name = 'name' in node ? (node.name?.value ?? '') : '';
      const hint = names.includes(name)
        ? `${name} is of another kind; extend it with the keyword that it was defined with.`
        : `There is no such type to extend.${didYouMean(name, names)} Define it, or correct the name.`;
      return `Cannot extend ${name}. ${hint}`;
    }
  }
}
