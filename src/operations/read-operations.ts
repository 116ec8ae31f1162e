import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  Source,
  visit,
} from 'graphql';
import { parseDocument } from '../kit/parse-document.ts';
import type { Place, Problems } from '../kit/problem.ts';
import { placeInSource } from './place-in-source.ts';

/** A file of `operations/`. */
export interface OperationSource {
  /** As problems name it: `operations/board.graphql`. */
  readonly file: string;
  readonly text: string;
}

/** One operation with everything that it needs. */
export interface Operation {
  readonly name: string;
  readonly kind: `${OperationDefinitionNode['operation']}`;
  /** Where its name is, or where it begins. */
  readonly place: Place;
  /** The operation first, then its fragments in the order of their use. */
  readonly document: DocumentNode;
}

/** What the files hold, as far as it parses. */
export interface OperationFiles {
  readonly operations: readonly Operation[];
  /** Whole files that can be sent as they are. */
  readonly texts: readonly OperationSource[];
  /** Every definition of every file. */
  readonly definitions: readonly DefinitionNode[];
}

/**
 * Reads `operations/*.graphql`. Syntax errors and operations without a name among others are problems.
 * @param shared fragments that the files may use without having them
 */
export function readOperations(
  sources: readonly OperationSource[],
  problems: Problems,
  shared: readonly DefinitionNode[] = [],
): OperationFiles {
  const files = sources.flatMap((source) => {
    const document = parseFile(source, problems);
    return document ? [{ source, document }] : [];
  });
  const definitions = files.flatMap(({ document }) => document.definitions);
  const known = [...shared, ...definitions].filter(isFragment);
  const fragments = new Map(known.map((node) => [node.name.value, node]));
  const operations = files.flatMap(({ source, document }) => {
    const own = document.definitions.filter(isOperation);
    return own.flatMap((node): Operation[] => {
      const name = node.name?.value ?? (own.length === 1 ? stemOf(source.file) : undefined);
      if (name === undefined) return nameless(node, problems);
      const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [node, ...usedBy(node, fragments)] };
      const place = placeInSource({ nodes: [node.name ?? node] });
      return [{ name, kind: node.operation, place, document }];
    });
  });
  return { operations, texts: files.filter(isWhole).map(({ source }) => source), definitions };
}

function parseFile({ file, text }: OperationSource, problems: Problems): DocumentNode | undefined {
  try {
    return parseDocument(new Source(text, file));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    problems.error(placeInSource(error, file), 'OPERATION_SYNTAX', `${error.message}`);
    return undefined;
  }
}

function nameless(node: OperationDefinitionNode, problems: Problems): [] {
  const message = `An operation that is not alone in its file needs a name. Write ${node.operation} Name { … }.`;
  problems.error(placeInSource({ nodes: [node] }), 'OPERATION_NAMELESS', message);
  return [];
}

/** The fragments that a definition spreads, and those that they spread, each once. */
function usedBy(
  node: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly FragmentDefinitionNode[] {
  const used = new Set<FragmentDefinitionNode>();
  const follow = (from: DefinitionNode): void => {
    visit(from, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(fragment)) return;
        used.add(fragment);
        follow(fragment);
      },
    });
  };
  follow(node);
  return [...used];
}

/** Whether a file has operations, and every fragment that it mentions. */
function isWhole({ document }: { readonly document: DocumentNode }): boolean {
  const own = new Set(document.definitions.filter(isFragment).map((node) => node.name.value));
  let whole = document.definitions.some(isOperation);
  visit(document, {
    FragmentSpread({ name }) {
      if (!own.has(name.value)) whole = false;
    },
  });
  return whole;
}

function isOperation(node: DefinitionNode): node is OperationDefinitionNode {
  return node.kind === Kind.OPERATION_DEFINITION;
}

function isFragment(node: DefinitionNode): node is FragmentDefinitionNode {
  return node.kind === Kind.FRAGMENT_DEFINITION;
}

function stemOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.graphql$/, '');
}
