import type { Entity, JsonValue, RelationField } from '../../model/app-model.ts';

/** Where something stands in the arguments of a root field: `['input', 'members', 'create', 0, 'email']`. */
export type InputPath = readonly (string | number)[];

/** One row to be made, and what hangs on it. Validated; nothing in it has been looked up. */
export interface CreatePlan {
  readonly kind: 'create';
  readonly entity: Entity;
  readonly path: InputPath;
  /** What the viewer gave, by field or key name. */
  readonly values: ReadonlyMap<string, JsonValue>;
  /** Fields and relations whose write rules are to be asked: the keys of the input. */
  readonly given: readonly string[];
  readonly toOne: readonly ToOnePlan[];
  readonly toMany: readonly ToManyPlan[];
}

/** Changes to one row (or, in a bulk update, to each of several). */
export interface UpdatePlan {
  readonly kind: 'update';
  readonly entity: Entity;
  readonly path: InputPath;
  readonly values: ReadonlyMap<string, JsonValue>;
  /** Amounts to be added, by field name. */
  readonly increments: ReadonlyMap<string, JsonValue>;
  readonly given: readonly string[];
  readonly toOne: readonly ToOnePlan[];
  readonly toMany: readonly ToManyPlan[];
}

/** A row named by one of its uniques. */
export interface UniquePlan {
  readonly entity: Entity;
  readonly path: InputPath;
  /** In the order of the unique; `id` alone for the id. */
  readonly fields: readonly UniqueValue[];
}

export interface UniqueValue {
  readonly name: string;
  readonly value: JsonValue;
}

export interface ConnectOrCreatePlan {
  readonly by: UniquePlan;
  readonly create: CreatePlan;
}

export interface UpdateItemPlan {
  readonly by: UniquePlan;
  readonly update: UpdatePlan;
}

/** What is to happen at the end of a to-one relation. */
export interface ToOnePlan {
  readonly relation: RelationField;
  readonly target: Entity;
  readonly path: InputPath;
  readonly verb: ToOneVerb;
}

export type ToOneVerb =
  | { readonly kind: 'connect'; readonly by: UniquePlan }
  | { readonly kind: 'create'; readonly create: CreatePlan }
  | ({ readonly kind: 'connectOrCreate' } & ConnectOrCreatePlan)
  | { readonly kind: 'update'; readonly update: UpdatePlan }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'delete' };

/** What is to happen to the rows of a to-many relation, in the order in which it happens. */
export interface ToManyPlan {
  readonly relation: RelationField;
  readonly target: Entity;
  readonly path: InputPath;
  readonly set: readonly UniquePlan[] | undefined;
  readonly disconnect: readonly UniquePlan[];
  readonly delete: readonly UniquePlan[];
  readonly create: readonly CreatePlan[];
  readonly connect: readonly UniquePlan[];
  readonly connectOrCreate: readonly ConnectOrCreatePlan[];
  readonly update: readonly UpdateItemPlan[];
}
