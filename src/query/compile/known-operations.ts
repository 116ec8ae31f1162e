import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { CompilableOperation } from './build-statement.ts';
import { variableCoercer } from './coerce-variables.ts';
import type { TypedVariable } from './request-shape.ts';
import {
  restoreShapes,
  type StoredShapes,
  type StoredTemplate,
  type TemplateList,
} from './stored-templates.ts';
import { TemplateStore } from './template-store.ts';
import { type VariableUse, variableUse } from './variable-use.ts';

/** What is known of an operation whoever asks it. */
export interface KnownOperation {
  readonly operation: CompilableOperation;
  readonly typed: readonly TypedVariable[];
  readonly use: VariableUse;
  /** The variables as graphql-js coerces them; undefined where they do not fit. */
  readonly coerce: (
    variables: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>> | undefined;
  readonly templates: TemplateStore;
}

/** One operation, parsed and validated. */
export interface SentOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  /** As they were sent. */
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** An operation that is compiled, with its variables as graphql-js coerces them. */
interface FoundOperation {
  readonly known: KnownOperation;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Why an operation is not compiled, in a sentence; undefined where it is. */
export type WhyNot = (
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
) => string | undefined;

/** What is known of operations lives as long as their documents, which Apollo's own cache keeps. */
export class KnownOperations {
  readonly #schema: GraphQLSchema;
  readonly #whyNot: WhyNot;
  readonly #known = new WeakMap<OperationDefinitionNode, KnownOperation | string>();

  constructor(schema: GraphQLSchema, whyNot: WhyNot) {
    this.#schema = schema;
    this.#whyNot = whyNot;
  }

  /** Why an operation is not compiled; undefined where it is. */
  whyNot(document: DocumentNode, operationName?: string | null): string | undefined {
    const known = this.#find(document, operationName);
    return typeof known === 'string' ? known : undefined;
  }

  /** Undefined where the operation is not compiled, or its variables do not fit. */
  find({ document, operationName, variables: sent }: SentOperation): FoundOperation | undefined {
    const known = this.#find(document, operationName);
    if (typeof known === 'string') return undefined;
    const variables = known.coerce(sent ?? {});
    return variables && { known, variables };
  }

  /** Examines an operation of the project's own, of which it is known that it will be sent; undefined where it is not compiled. */
  expect(document: DocumentNode, operationName: string | undefined): KnownOperation | undefined {
    const known = this.#find(document, operationName);
    if (typeof known === 'string') return undefined;
    known.templates.expect();
    return known;
  }

  /** The templates of an operation that was expected, as plain data; undefined where it is not compiled. */
  store(
    document: DocumentNode,
    operationName: string | undefined,
    list: TemplateList,
  ): StoredShapes | undefined {
    const known = this.#find(document, operationName);
    return typeof known === 'string' ? undefined : list.add(known.templates);
  }

  /** As `expect`, with what was stored of it instead of making it again. */
  restore(
    document: DocumentNode,
    operationName: string | undefined,
    shapes: StoredShapes,
    templates: readonly StoredTemplate[],
  ): void {
    const known = this.expect(document, operationName);
    if (known) restoreShapes(known.templates, shapes, templates);
  }

  /** Takes the operations of a document for those of another that differs in its blanks only. */
  takeAlike(document: DocumentNode, known: DocumentNode): void {
    const twins = operationsOf(known);
    for (const [index, operation] of operationsOf(document).entries()) {
      const twin = twins[index] && this.#known.get(twins[index]);
      if (twin !== undefined) this.#known.set(operation, twin);
    }
  }

  /** A sentence where the operation is not compiled. */
  #find(document: DocumentNode, operationName: string | null | undefined): KnownOperation | string {
    const operation = getOperationAST(document, operationName);
    if (!operation) return 'The document has no such operation.';
    let known = this.#known.get(operation);
    if (known === undefined) {
      known = this.#examine(document, operation);
      this.#known.set(operation, known);
    }
    return known;
  }

  #examine(document: DocumentNode, operation: OperationDefinitionNode): KnownOperation | string {
    const fragments = fragmentsOf(document);
    const reason = this.#whyNot(operation, fragments);
    if (reason !== undefined) return reason;
    const typed = (operation.variableDefinitions ?? []).flatMap((definition): TypedVariable[] => {
      const type = typeFromAST(this.#schema, definition.type);
      return isInputType(type) ? [{ name: definition.variable.name.value, type }] : [];
    });
    return {
      operation: { schema: this.#schema, operation, fragments },
      typed,
      use: variableUse(document),
      coerce: variableCoercer(this.#schema, operation),
      templates: new TemplateStore(),
    };
  }
}

function operationsOf({ definitions }: DocumentNode): readonly OperationDefinitionNode[] {
  return definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
}

/** The fragments of a document by name. */
export function fragmentsOf(document: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> {
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}
