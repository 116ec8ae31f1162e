import type { AppModel } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';

/** Sizes of pages and lists, as far as they matter to the cost. */
export interface CostLimits {
  readonly pageDefault: number;
  readonly pageMax: number;
  readonly inputRows: number;
}

/** What a kind of type means for the fields that answer it. */
export type TypeKind = 'connection' | 'aggregate' | 'group' | 'batch';

/** What everything in one API costs, apart from the rows that an operation asks for. */
export interface PriceList {
  readonly limits: CostLimits;
  /** `@cost(weight:)` by `Type.field`. */
  readonly weights: ReadonlyMap<string, number>;
  /** Generated types that are no rows. */
  readonly kinds: ReadonlyMap<string, TypeKind>;
  /** Whether `resolvers/*.ts` answer it: then no page size of ours bounds it. */
  isCustom(type: string, field: string): boolean;
}

/** To count rows, they have to be read: as much as a small page of them. */
export const SCAN = 20;
/** A write of one row: checks, rules before and after, the statement. */
export const WRITE = 10;
/** Rows of a list below the root for which the operation names no size. Most lists of a row end before their page does. */
export const ASSUMED_ROWS = 10;

export function priceList(app: AppModel, limits: CostLimits): PriceList {
  const custom = new Set([
    ...app.customFields.map(({ root, name }) => `${root}.${name}`),
    ...app.entities.flatMap(({ name, fields }) =>
      fields.filter(({ kind }) => kind === 'resolved').map((field) => `${name}.${field.name}`),
    ),
  ]);
  const customTypes = new Set(
    app.customTypes.flatMap((node) => ('name' in node && node.name ? [node.name.value] : [])),
  );
  return {
    limits,
    weights: allWeights(app),
    kinds: typeKinds(app),
    isCustom: (type, field) => customTypes.has(type) || custom.has(`${type}.${field}`),
  };
}

/** A list's weight holds for its connection and its aggregate, too. */
function allWeights(app: AppModel): ReadonlyMap<string, number> {
  const weights = new Map(app.weights);
  for (const { name, fields } of app.entities) {
    for (const field of fields) {
      const weight = app.weights.get(`${name}.${field.name}`);
      if (weight === undefined || field.kind !== 'relation' || !field.many) continue;
      weights.set(`${name}.${names.relationConnection(field)}`, weight);
      weights.set(`${name}.${names.relationAggregate(field)}`, weight);
    }
  }
  return weights;
}

function typeKinds(app: AppModel): ReadonlyMap<string, TypeKind> {
  return new Map(
    app.entities.flatMap((entity): [string, TypeKind][] => [
      [names.connection(entity), 'connection'],
      [names.aggregate(entity), 'aggregate'],
      [names.group(entity), 'group'],
      [names.batch(entity), 'batch'],
    ]),
  );
}
