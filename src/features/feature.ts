import type { ApiAdditions } from '../emit/api/api-additions.ts';
import type { AppModel, Entity } from '../model/app-model.ts';
import type { SqlObject } from '../model/sql-object.ts';

/**
 * A capability's part in the build. Every hook is optional, takes values and answers values: nothing in it writes
 * files, opens sockets or touches another feature. What runs at request time is started by `project/`.
 */
export interface Feature {
  readonly name: string;
  /** The model with what this feature stores in the author's entities; before rules are compiled. */
  extendModel?(app: AppModel): AppModel;
  /** Tables of the feature's own. They are in the Prisma schema and the migrations, and never in the API. */
  tables?(app: AppModel): readonly Entity[];
  /** Root fields and types that every API gets beside the generated ones. */
  api?(app: AppModel): ApiAdditions;
  sqlObjects?(app: AppModel): readonly SqlObject[];
}
