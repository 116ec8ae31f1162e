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
  /** Where the rows come from, under an alias of their own each time. */
  readonly source: () => RowSource;
}
