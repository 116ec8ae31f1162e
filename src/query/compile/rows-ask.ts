import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import type { Args } from '../read/make-plan.ts';
import type { RowSource } from '../sql/select-rows.ts';
import type { RowInScope, SqlEnv } from '../sql/sql-env.ts';
import type { BuildContext } from './build-context.ts';
import { findsManyAtOnce } from './finds-many-at-once.ts';
import type { LongPage } from './from-level.ts';

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
  /** Whether it is a field of `Query`, whose rows may be sent as they are. Anywhere else PostgreSQL writes their JSON. */
  readonly isRoot: boolean;
  /** Where the rows come from, under an alias of their own each time. */
  readonly source: () => RowSource;
}

/** The fewest rows that are worth two steps. */
const LONG = 50;

/**
 * A page of up to `size` rows that is read in two steps: first the rows, then what they lead to. A short one leads to little, and
 * a list that is asked for again and again is short each time: there, the steps cost more than they save.
 */
export function longPage(
  { scope }: BuildContext,
  { isAskedOnce, isRoot }: RowsAsk,
  row: RowInScope,
  size: number,
): LongPage | undefined {
  if (!isAskedOnce || size < LONG) return undefined;
  return { row, isWritten: !isRoot, findsManyAtOnce: findsManyAtOnce(scope.db) };
}
