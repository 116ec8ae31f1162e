import { type DocumentNode, Kind, print, type SelectionNode, type SelectionSetNode, visit } from 'graphql';

/**
 * The texts in which clients send one document, without repetitions: as graphql-js prints it (plain `fetch`, generated
 * code), with `__typename` in every selection below the root (clients with a normalized cache), and both without blank lines
 * between definitions (urql).
 */
export function documentForms(document: DocumentNode): readonly string[] {
  const texts = [print(document), print(withTypenames(document))];
  return [...new Set(texts.flatMap((text) => [text, withoutBlankLines(text)]))];
}

/** As Apollo Client and urql ask: at the end of each selection, unless it is there. */
export function withTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet(node, _key, parent) {
      const isRoot = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
      return isRoot || node.selections.some(isMeta) ? undefined : addTypename(node);
    },
  });
}

function isMeta(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && selection.name.value.startsWith('__');
}

function addTypename(set: SelectionSetNode): SelectionSetNode {
  const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return { ...set, selections: [...set.selections, typename] };
}

/** Every second piece is a string, which stays as it is. */
const STRINGS = /("""[\s\S]*?"""|"(?:\\.|[^"\\])*")/;

function withoutBlankLines(text: string): string {
  return text
    .split(STRINGS)
    .map((piece, index) => (index % 2 === 0 ? piece.replace(/\n{2,}/g, '\n') : piece))
    .join('')
    .trim();
}
