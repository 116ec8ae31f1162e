import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import type { Args } from '../read/make-plan.ts';
import type { RowSource } from '../sql/select-rows.ts';
import type { SqlEnv } from '../sql/sql-env.ts';

/** A field that answers rows, or something about rows. */
export interface RowsAsk {
  readonly entity: Entity;
  /** The object type of the answer: the entity's own, its connection, its aggregate, … */
  readonly type: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
  readonly args: Args;
  readonly env: SqlEnv;
  /** False where it is asked for each of several rows. */
  readonly isAskedOnce: boolean;
  /** Where the rows come from, under an alias of their own each time. */
  readonly source: () => RowSource;
}

/**
 * Pages of fewer rows lead to few others, and rows of lists that are asked for again and again are few each time: there, what it
 * takes to read them in two steps is more than what it saves.
 */
const SHARED_FROM = 50;

/** Whether a page of up to `size` rows is read first, and then what its rows lead to. */
export function sharesParents({ isAskedOnce }: RowsAsk, size: number): boolean {
  return isAskedOnce && size >= SHARED_FROM;
}
