import { type DocumentNode, Kind, type OperationDefinitionNode, valueFromASTUntyped, visit } from 'graphql';
import type { RequestScope } from '../../query/request-scope.ts';
import { type CacheParts, type OperationFacts, operationFacts } from './operation-facts.ts';
import { Reads } from './reads.ts';

/** One query, parsed and validated, and who asks it. */
export interface Asked {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they were sent. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly scope: RequestScope;
}

/** What may become of the answer to one request. */
export interface Judgement {
  readonly facts: OperationFacts;
  /** As the document's own, with what the variables name besides. */
  readonly reads: Reads;
  /** Whoever asks is answered the same. */
  readonly isPublic: boolean;
}

type Variables = Record<string, unknown>;

/** Facts of one document: which variables decide about its fields, and the facts by operation and their values. */
interface Known {
  readonly conditions: ReadonlySet<string>;
  readonly facts: Map<string, OperationFacts>;
}

/** Combinations of conditions that are remembered for one document; each further one is worked out anew. */
const COMBINATIONS = 64;

/** Tells which answers may be kept. Most is worked out once per document. */
export class Judge {
  readonly #parts: CacheParts;
  /** Documents live as long as Apollo's own cache keeps them, and so does this. */
  readonly #known = new WeakMap<DocumentNode, Known>();

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  /** Whether anybody may keep the answer, whoever asks. */
  mayBeKept({ document, operation, variables }: Omit<Asked, 'scope'>): boolean {
    if (operation.operation !== 'query') return false;
    const facts = this.#facts(document, operation, valuesOf(operation, variables));
    return facts !== undefined && facts.maxAge > 0;
  }

  /** Undefined where the answer is not to be kept by anybody. */
  judge({ document, operation, variables, scope }: Asked): Judgement | undefined {
    if (operation.operation !== 'query') return undefined;
    const values = valuesOf(operation, variables);
    const facts = this.#facts(document, operation, values);
    if (!facts || facts.maxAge <= 0) return undefined;
    const reads = this.#readsOf(facts, values);
    const isPublic = facts.scope === 'PUBLIC' && scope.viewer.kind !== 'admin' && reads.rules.size === 0;
    return { facts, reads, isPublic };
  }

  #facts(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Variables,
  ): OperationFacts | undefined {
    let known = this.#known.get(document);
    if (!known) {
      known = { conditions: conditionsOf(document), facts: new Map() };
      this.#known.set(document, known);
    }
    // A condition that is missing or no boolean is refused when the operation runs.
    if ([...known.conditions].some((name) => name in values && typeof values[name] !== 'boolean'))
      return undefined;
    const met = [...known.conditions].map((name) => (values[name] === true ? '1' : '0')).join('');
    const key = `${met} ${operation.name?.value ?? ''}`;
    let facts = known.facts.get(key);
    if (facts) return facts;
    const complete = Object.fromEntries([...known.conditions].map((name) => [name, values[name] === true]));
    facts = operationFacts(this.#parts, document, operation, complete);
    if (known.facts.size < COMBINATIONS) known.facts.set(key, facts);
    return facts;
  }

  #readsOf(facts: OperationFacts, values: Variables): Reads {
    if (facts.inputs.length === 0) return facts.reads;
    const { app, rules, owners } = this.#parts;
    const reads = new Reads(app, rules, facts.reads);
    for (const { node, type } of facts.inputs) reads.input(valueFromASTUntyped(node, values), type, owners);
    return reads;
  }
}

/** What the operation's variables are when it runs. An object without a prototype: a variable may be called `toString`. */
function valuesOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  sent: Asked['variables'],
): Variables {
  const values: Variables = Object.create(null);
  for (const { variable, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    if (Object.hasOwn(sent, name)) values[name] = sent[name];
    else if (defaultValue) values[name] = valueFromASTUntyped(defaultValue);
  }
  return values;
}

/** The variables in `@skip` and `@include`. */
function conditionsOf(document: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>();
  visit(document, {
    Directive(node) {
      for (const { value } of node.arguments ?? [])
        if (value.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  return found;
}
