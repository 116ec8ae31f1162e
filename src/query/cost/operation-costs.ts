import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { AppModel } from '../../model/app-model.ts';
import { evaluate, type Formula, fixed, multiply, NOTHING, sum, type Times } from './formula.ts';
import { type CostLimits, type PriceList, priceList, SCAN, WRITE } from './price-list.ts';
import { rowsAsked } from './rows-asked.ts';
import { type Costed, type SelectedField, selectFields, unsentVariables } from './select-fields.ts';

/** The prices of one version of the API. */
export class OperationCosts {
  readonly #schema: GraphQLSchema;
  readonly #prices: PriceList;
  readonly #formulas = new WeakMap<OperationDefinitionNode, Formula>();

  constructor(parts: {
    readonly app: AppModel;
    readonly schema: GraphQLSchema;
    readonly limits: CostLimits;
  }) {
    this.#schema = parts.schema;
    this.#prices = priceList(parts.app, parts.limits);
  }

  /**
   * About how many values an operation may answer and how many rows it has to look at for them.
   * @param document has to be valid
   * @param variables as they were sent
   */
  costOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): number {
    let formula = this.#formulas.get(operation);
    if (!formula) {
      formula = new Pricing(this.#schema, this.#prices, document, operation).formula();
      this.#formulas.set(operation, formula);
    }
    return evaluate(formula, variables);
  }
}

/** Where a selection stands. */
interface Level {
  readonly isRoot: boolean;
  /** Rows of the connection or batch that the selection is made on. */
  readonly page: Times;
}

const BELOW: Level = { isRoot: false, page: 1 };

class Pricing {
  readonly #prices: PriceList;
  readonly #operation: OperationDefinitionNode;
  readonly #costed: Costed;

  constructor(
    schema: GraphQLSchema,
    prices: PriceList,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ) {
    const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
    this.#prices = prices;
    this.#operation = operation;
    this.#costed = {
      schema,
      fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
      unsent: unsentVariables(operation),
    };
  }

  formula(): Formula {
    const root = this.#costed.schema.getRootType(this.#operation.operation);
    if (!root) return NOTHING;
    return this.#selection(root, [this.#operation.selectionSet], { isRoot: true, page: 1 });
  }

  #selection(type: GraphQLNamedType, sets: readonly SelectionSetNode[], level: Level): Formula {
    const fields = selectFields(this.#costed, type, sets);
    return sum(
      fields.map((field) => {
        const formula = this.#field(field, level);
        return field.when ? multiply(field.when, formula) : formula;
      }),
    );
  }

  #field({ type, nodes }: SelectedField, level: Level): Formula {
    const [node] = nodes;
    if (!node) return NOTHING;
    const name = node.name.value;
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    // `__typename`, which is a value like others; and introspection, which is refused or allowed as a whole.
    if (!field) return fixed(name === '__typename' ? 1 : 0);
    const own = fixed(this.#weight(type, field, level));
    const answer = getNamedType(field.type);
    if (isLeafType(answer)) return own;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (this.#isPage(type)) {
      const rows = isListType(getNullableType(field.type)) ? level.page : 1;
      return sum([own, multiply(rows, this.#selection(answer, sets, BELOW))]);
    }
    const { unsent } = this.#costed;
    const rows = rowsAsked(this.#prices, { type, field, node, unsent, isRoot: level.isRoot });
    return this.#isPage(answer)
      ? sum([own, this.#selection(answer, sets, { isRoot: false, page: rows })])
      : sum([own, multiply(rows, this.#selection(answer, sets, BELOW))]);
  }

  /** Whether a type only holds the page whose rows are below it. */
  #isPage({ name }: GraphQLNamedType): boolean {
    const kind = this.#prices.kinds.get(name);
    return kind === 'connection' || kind === 'batch';
  }

  #weight(type: GraphQLNamedType, field: GraphQLField<unknown, unknown>, { isRoot }: Level): number {
    const { kinds, weights, isCustom } = this.#prices;
    const weight = weights.get(`${type.name}.${field.name}`) ?? 1;
    const answer = kinds.get(getNamedType(field.type).name);
    const parent = kinds.get(type.name);
    const counts = (answer === 'aggregate' && parent !== 'group') || answer === 'group';
    const isTotal = parent === 'connection' && field.name === 'totalCount';
    const writes = isRoot && this.#operation.operation === 'mutation' && !isCustom(type.name, field.name);
    return weight + (counts || isTotal ? SCAN : 0) + (writes ? WRITE : 0);
  }
}
