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

/** The fewest rows that are worth two steps. */
const LONG = 50;

/**
 * Whether a page of up to `size` rows is read in two steps: first the rows, then what they lead to. A short one leads to little, and
 * a list that is asked for again and again is short each time: there, the steps cost more than they save.
 */
export function isLongPage({ isAskedOnce }: RowsAsk, size: number): boolean {
  return isAskedOnce && size >= LONG;
}
