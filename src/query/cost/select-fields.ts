import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Condition } from './formula.ts';

/** One document, as far as the cost of its operation goes. */
export interface Costed {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What the operation says its variables are when they are not sent. */
  readonly unsent: Readonly<Record<string, unknown>>;
}

/** A field that is answered once, however many fragments name it. */
export interface SelectedField {
  readonly type: GraphQLNamedType;
  readonly nodes: readonly FieldNode[];
  /** Undefined: always answered, or by conditions of which none decides alone. */
  readonly when: Condition | undefined;
}

interface Found {
  readonly type: GraphQLNamedType;
  readonly nodes: FieldNode[];
  when: Condition | undefined;
}

/**
 * The fields that may be answered below `type`, occurrences of one response key together. Conditions that variables
 * decide are kept; where they are too tangled to keep, the field counts as answered, so the cost is never too low.
 */
export function selectFields(
  costed: Costed,
  type: GraphQLNamedType,
  sets: readonly SelectionSetNode[],
): readonly SelectedField[] {
  const found = new Map<string, Found>();
  for (const set of sets) new Collector(costed, found).collect(set, type, undefined);
  return [...found.values()];
}

export function unsentVariables(operation: OperationDefinitionNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

class Collector {
  readonly #costed: Costed;
  readonly #found: Map<string, Found>;

  constructor(costed: Costed, found: Map<string, Found>) {
    this.#costed = costed;
    this.#found = found;
  }

  collect(set: SelectionSetNode, type: GraphQLNamedType, outer: Condition | undefined): void {
    for (const selection of set.selections) {
      const own = conditionOf(selection, this.#costed);
      if (own === 'never') continue;
      const when = own ?? outer;
      if (selection.kind === Kind.FIELD) this.#note(selection, type, when);
      else this.#open(selection, type, when);
    }
  }

  #note(node: FieldNode, type: GraphQLNamedType, when: Condition | undefined): void {
    const key = `${type.name}.${node.alias?.value ?? node.name.value}`;
    const known = this.#found.get(key);
    if (!known) {
      this.#found.set(key, { type, nodes: [node], when });
      return;
    }
    known.nodes.push(node);
    const isSame = when && known.when?.variable === when.variable && known.when.is === when.is;
    if (!isSame) known.when = undefined;
  }

  #open(
    selection: Exclude<SelectionNode, FieldNode>,
    type: GraphQLNamedType,
    when: Condition | undefined,
  ): void {
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#costed.fragments.get(selection.name.value);
    if (!fragment) return;
    const named = fragment.typeCondition && this.#costed.schema.getType(fragment.typeCondition.name.value);
    this.collect(fragment.selectionSet, isObjectType(type) ? type : (named ?? type), when);
  }
}

/** Undefined where the selection always counts. Of several conditions the last is kept: one that fails is enough. */
function conditionOf(selection: SelectionNode, { unsent }: Costed): Condition | 'never' | undefined {
  let kept: Condition | undefined;
  for (const { name, arguments: given } of selection.directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const is = name.value === 'include';
    const value = given?.find((argument) => argument.name.value === 'if')?.value;
    if (value?.kind === Kind.BOOLEAN && value.value !== is) return 'never';
    if (value?.kind !== Kind.VARIABLE) continue;
    const variable = value.name.value;
    kept = { kind: 'condition', variable, unsent: unsent[variable], is };
  }
  return kept;
}
