import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Limits } from '../config/config.ts';
import { ViewerError } from '../kit/viewer-error.ts';

type OperationLimits = Pick<
  Limits,
  'tokens' | 'depth' | 'aliases' | 'rootFields' | 'directives' | 'directivesPerField' | 'nodes'
>;

/** What the limits pass found out about a document that it let through. */
export interface OperationFacts {
  readonly usesIntrospection: boolean;
}

/** The size of a piece of a document with its fragments written out. Doubling fragments reach Infinity, not a hang. */
interface Size {
  depth: number;
  aliases: number;
  directives: number;
  nodes: number;
  introspection: boolean;
}

/**
 * Refuses a document that is too large to validate or run. This is a pass of its own before validation because
 * validation runs all its rules even where one of them has failed, and because a document may be small as text and
 * huge once its fragments are written out. A document that does not parse is let through: Apollo reports it.
 *
 * @throws ViewerError OPERATION_TOO_COMPLEX naming the number found and the limit
 */
export function limitOperation(source: string, limits: OperationLimits): OperationFacts {
  const document = parseWithin(source, limits.tokens);
  if (document === undefined) return { usesIntrospection: false };
  const meter = new Meter(document);
  const usesIntrospection = document.definitions.some(
    (definition) => meter.measure(definition).introspection,
  );
  refuseOver('directives on one field', meter.mostDirectives, limits.directivesPerField);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = meter.measure(definition);
    refuseOver('levels of fields', size.depth, limits.depth);
    refuseOver('root fields', meter.countRootFields(definition), limits.rootFields);
    refuseOver('aliases', size.aliases, limits.aliases);
    refuseOver('directives', size.directives, limits.directives);
    refuseOver('selections', size.nodes, limits.nodes);
  }
  return { usesIntrospection };
}

function refuseOver(what: string, found: number, limit: number): void {
  if (found <= limit) return;
  const number = Number.isFinite(found) && found < 1e9 ? String(found) : 'more than a thousand million';
  throw new ViewerError(
    'OPERATION_TOO_COMPLEX',
    `The operation has ${number} ${what}; the limit is ${limit}.`,
    { figures: { limit, ...(Number.isFinite(found) && { found }) } },
  );
}

/** Tokens are counted while parsing, so that deep syntax ends before it exhausts the parser's stack. */
function parseWithin(source: string, tokens: number): DocumentNode | undefined {
  try {
    return parse(source, { maxTokens: tokens, noLocation: true });
  } catch (error) {
    const tooLong = error instanceof GraphQLError && error.message.includes('Parsing aborted');
    if (tooLong || error instanceof RangeError) {
      throw new ViewerError(
        'OPERATION_TOO_COMPLEX',
        `The operation has more than ${tokens} tokens; the limit is ${tokens}.`,
        { figures: { limit: tokens } },
      );
    }
    return undefined;
  }
}

function nothing(): Size {
  return { depth: 0, aliases: 0, directives: 0, nodes: 0, introspection: false };
}

function addTo(total: Size, part: Size): void {
  total.depth = Math.max(total.depth, part.depth);
  total.aliases += part.aliases;
  total.directives += part.directives;
  total.nodes += part.nodes;
  total.introspection ||= part.introspection;
}

/** Measures the definitions of one document, each fragment once, so the time is linear in the text. */
class Meter {
  mostDirectives = 0;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #sizes = new Map<DefinitionNode, Size>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  measure(definition: DefinitionNode): Size {
    const known = this.#sizes.get(definition);
    if (known) return known;
    const size = nothing();
    // Kept before it is complete: a fragment that spreads itself then ends here, and validation reports the cycle.
    this.#sizes.set(definition, size);
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      return size;
    size.directives += this.#countDirectives(definition);
    addTo(size, this.#measureSet(definition.selectionSet));
    return size;
  }

  /** Distinct answers at the root; the same field named by several fragments runs once. */
  countRootFields(operation: OperationDefinitionNode): number {
    const keys = new Set<string>();
    const seen = new Set<string>();
    const visit = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) keys.add(selection.alias?.value ?? selection.name.value);
        else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
        else if (!seen.has(selection.name.value)) {
          seen.add(selection.name.value);
          const fragment = this.#fragments.get(selection.name.value);
          if (fragment) visit(fragment.selectionSet);
        }
      }
    };
    visit(operation.selectionSet);
    return keys.size;
  }

  #measureSet(set: SelectionSetNode | undefined): Size {
    const total = nothing();
    for (const selection of set?.selections ?? []) addTo(total, this.#measureSelection(selection));
    return total;
  }

  #measureSelection(selection: SelectionNode): Size {
    const size = { ...this.#measureInside(selection) };
    size.nodes += 1;
    size.directives += this.#countDirectives(selection);
    if (selection.kind !== Kind.FIELD) return size;
    if (selection.alias) size.aliases += 1;
    // Only the real introspection fields are exempt from depth, never a name that an attacker may choose; below the
    // root these two do not validate.
    const introspection = selection.name.value === '__schema' || selection.name.value === '__type';
    size.introspection ||= introspection;
    size.depth = introspection ? 1 : size.depth + 1;
    return size;
  }

  #measureInside(selection: SelectionNode): Size {
    if (selection.kind !== Kind.FRAGMENT_SPREAD) return this.#measureSet(selection.selectionSet);
    const fragment = this.#fragments.get(selection.name.value);
    return fragment ? this.measure(fragment) : nothing();
  }

  #countDirectives(node: { readonly directives?: readonly unknown[] | undefined }): number {
    const count = node.directives?.length ?? 0;
    this.mostDirectives = Math.max(this.mostDirectives, count);
    return count;
  }
}
