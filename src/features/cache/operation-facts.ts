import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { RuleBook } from '../../access/rule-book.ts';
import type { AppModel } from '../../model/app-model.ts';
import { firstOf } from '../../query/compile/build-context.ts';
import { collectFields, selectionsOf } from '../../query/compile/collect-fields.ts';
import { fragmentsOf } from '../../query/compile/known-operations.ts';
import { compiledRoots } from '../../query/compile/root-value.ts';
import { type CustomResolvers, customValue } from '../../query/resolvers/custom-resolvers.ts';
import { exprFacts } from './expr-facts.ts';
import type { Owners } from './owners.ts';
import { fieldHint, fieldPolicy, NEVER, type Policy, relationBehind, restrict } from './policy.ts';
import { Reads } from './reads.ts';

/** One version of the API, as far as caching is concerned. */
export interface CacheParts {
  readonly app: AppModel;
  readonly rules: RuleBook;
  readonly schema: GraphQLSchema;
  /** What `resolvers/*.ts` export. */
  readonly resolvers: CustomResolvers;
  readonly owners: Owners;
}

/** What a query says about keeping its answer, whoever asks it. */
export interface OperationFacts {
  /** Seconds; 0 where it is not to be kept. */
  readonly maxAge: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
  readonly reads: Reads;
  /** Arguments that hold variables and may name further fields and rows. */
  readonly inputs: readonly { readonly node: ValueNode; readonly type: GraphQLInputType }[];
  /** The answer is about whoever asks: code of the author's, or `viewer`. */
  readonly byViewer: boolean;
  /** Code of the author's may read any table. */
  readonly readsEverything: boolean;
  /** The server may keep the answer itself. Not where code of the author's takes part without saying for how long. */
  readonly isStorable: boolean;
}

/** Reads the facts off one operation. `variables` decide about `@skip` and `@include` only. */
export function operationFacts(
  parts: CacheParts,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): OperationFacts {
  const query = parts.schema.getQueryType();
  const walk = new OperationWalk(parts, fragmentsOf(document), variables);
  if (query) walk.object(query, [operation.selectionSet]);
  return walk.facts();
}

class OperationWalk {
  readonly #parts: CacheParts;
  readonly #context: Parameters<typeof collectFields>[0];
  readonly #reads: Reads;
  readonly #inputs: { node: ValueNode; type: GraphQLInputType }[] = [];
  #policy: Policy = { maxAge: undefined, scope: undefined };
  #byViewer = false;
  #readsEverything = false;
  #isStorable = true;

  constructor(
    parts: CacheParts,
    fragments: Readonly<Record<string, FragmentDefinitionNode>>,
    variables: Readonly<Record<string, unknown>>,
  ) {
    this.#parts = parts;
    this.#context = { schema: parts.schema, fragments, variableValues: { ...variables } };
    this.#reads = new Reads(parts.app, parts.rules);
  }

  facts(): OperationFacts {
    return {
      maxAge: this.#policy.maxAge ?? 0,
      scope: this.#policy.scope ?? 'PUBLIC',
      reads: this.#reads,
      inputs: this.#inputs,
      byViewer: this.#byViewer,
      readsEverything: this.#readsEverything,
      isStorable: this.#isStorable,
    };
  }

  object(type: GraphQLObjectType, sets: Parameters<typeof collectFields>[2]): void {
    for (const nodes of collectFields(this.#context, type, sets).values()) {
      // Nothing that follows could make it longer, so most operations of most projects end here.
      if (this.#policy.maxAge === 0) return;
      this.#field(type, nodes);
    }
  }

  #field(type: GraphQLObjectType, nodes: readonly FieldNode[]): void {
    const node = firstOf(nodes);
    const name = node.name.value;
    if (name === '__typename') return;
    const field = type.getFields()[name];
    if (!field || name.startsWith('__')) return this.#restrict(NEVER);
    const answer = getNamedType(field.type);
    const isRoot = type === this.#parts.schema.getQueryType();
    if (isRoot) this.#root(name);
    this.#restrict(
      fieldPolicy(this.#parts.app, this.#parts.owners, { parent: type.name, name, answer, isRoot }),
    );
    this.#code(type, name);
    this.#note(type, name, answer);
    if (isRoot) this.#lookup(answer, node);
    for (const argument of node.arguments ?? []) {
      const declared = field.args.find((one) => one.name === argument.name.value);
      if (argument.name.value === 'search') this.#search(answer);
      else if (declared) this.#argument(argument.value, declared.type);
    }
    for (const object of this.#objects(answer)) this.object(object, selectionsOf(nodes));
  }

  #objects(answer: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isAbstractType(answer)) return this.#parts.schema.getPossibleTypes(answer);
    return isObjectType(answer) ? [answer] : [];
  }

  #restrict(policy: Policy): void {
    this.#policy = restrict(this.#policy, policy);
  }

  /** Root fields that find rows of any type, or that a feature brings, say nothing of what they read. */
  #root(name: string): void {
    const { app, rules } = this.#parts;
    const own = app.customFields.find((field) => field.root === 'Query' && field.name === name);
    if (!own && !compiledRoots(app).has(name)) return this.#restrict(NEVER);
    if (!own && name === 'viewer') this.#aboutViewer();
    const rule = own && rules.call('Query', name);
    if (!rule) return;
    const { viewer, now, tables } = exprFacts(app, rule.expr);
    for (const table of tables) this.#reads.tables.add(table);
    if (viewer) this.#aboutViewer();
    if (now) this.#reads.now = true;
  }

  #aboutViewer(): void {
    this.#byViewer = true;
    this.#restrict({ maxAge: undefined, scope: 'PRIVATE' });
  }

  /** Code may look at the viewer and at everything else. Only a hint on the very field says that it may be kept. */
  #code(type: GraphQLObjectType, name: string): void {
    if (typeof customValue(this.#parts.resolvers, type.name, name) !== 'function') return;
    const entity = this.#parts.app.entityByName.get(type.name);
    // It is given the whole row, as far as the viewer may read it.
    for (const field of entity?.fields ?? []) if (entity) this.#reads.ownRule(entity, field.name);
    this.#byViewer = true;
    this.#readsEverything = true;
    const hint = fieldHint(this.#parts.app, { parent: type.name, name });
    if (hint?.maxAge !== undefined) return;
    this.#isStorable = false;
    this.#restrict({ maxAge: undefined, scope: 'PRIVATE' });
  }

  #note(type: GraphQLObjectType, name: string, answer: GraphQLNamedType): void {
    const { app, owners } = this.#parts;
    const owner = owners.answers.get(type.name);
    if (owner) this.#reads.field(owner, relationBehind(app, type.name, name));
    for (const { name: rows } of this.#objects(answer)) {
      const entity = owners.answers.get(rows);
      if (entity) this.#reads.row(entity);
    }
  }

  /** A field with a rule is left out of the search for viewers whom its rule may exclude. */
  #search(answer: GraphQLNamedType): void {
    const entity = this.#parts.owners.answers.get(answer.name);
    for (const field of entity?.fields ?? [])
      if (entity && field.kind === 'scalar' && field.search) this.#reads.field(entity, field.name);
  }

  /** What finds a row by its key names the key's parts, whose rules hold for it as for a filter. */
  #lookup(answer: GraphQLNamedType, { arguments: parts = [] }: FieldNode): void {
    const entity = this.#parts.owners.answers.get(answer.name);
    for (const { name } of parts) if (entity) this.#reads.field(entity, name.value);
  }

  #argument(node: ValueNode, type: GraphQLInputType): void {
    if (!this.#parts.owners.inputs.has(getNamedType(type).name)) return;
    if (holdsVariable(node)) this.#inputs.push({ node, type });
    else this.#reads.input(valueFromASTUntyped(node), type, this.#parts.owners);
  }
}

function holdsVariable(node: ValueNode): boolean {
  let found = false;
  visit(node, {
    Variable() {
      found = true;
    },
  });
  return found;
}
