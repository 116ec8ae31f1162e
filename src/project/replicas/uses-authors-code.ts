import {
  type DocumentNode,
  type GraphQLSchema,
  isCompositeType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { AppModel } from '../../model/app-model.ts';

/** Tells whether any field of a document is answered by `resolvers/*.ts`, which read from the primary. */
export function authorsCodeFinder(app: AppModel, schema: GraphQLSchema): (document: DocumentNode) => boolean {
  const known = new WeakMap<DocumentNode, boolean>();
  const custom = new Set(app.customFields.map(({ root, name }) => `${root}.${name}`));
  const isCustom = (type: string, field: string): boolean =>
    custom.has(`${type}.${field}`) || app.entityByName.get(type)?.fieldByName.get(field)?.kind === 'resolved';
  return (document) => {
    const before = known.get(document);
    if (before !== undefined) return before;
    let found = false;
    const types = new TypeInfo(schema);
    const enter = {
      enter: (node: { name: { value: string } }) => {
        const parent = types.getParentType();
        if (isCompositeType(parent) && isCustom(parent.name, node.name.value)) found = true;
      },
    };
    visit(document, visitWithTypeInfo(types, { Field: enter }));
    known.set(document, found);
    return found;
  };
}
