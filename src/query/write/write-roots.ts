import type { AppModel, Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import type { RequestScope } from '../request-scope.ts';
import { createOne, createSeveral } from './roots/create.ts';
import { deleteOne, deleteWhere } from './roots/delete.ts';
import { updateOne, updateWhere } from './roots/update.ts';
import { upsertOne } from './roots/upsert.ts';
import type { Args, ReadWritten } from './roots/write-root.ts';

/** Writes, and answers what `read` makes of the rows written: called once, before they are gone where they are deleted. */
export type Write = <T>(scope: RequestScope, entity: Entity, args: Args, read: ReadWritten<T>) => Promise<T>;

/** A generated field of `Mutation`. */
export interface WriteRoot {
  readonly entity: Entity;
  /** One row, a list of rows, or their number and the list (`TaskBatch`). */
  readonly answers: 'row' | 'rows' | 'batch';
  readonly deletes: boolean;
  readonly write: Write;
}

const rootsByApp = new WeakMap<AppModel, ReadonlyMap<string, WriteRoot>>();

/** Every generated field of `Mutation`, by name. */
export function writeRoots(app: AppModel): ReadonlyMap<string, WriteRoot> {
  let roots = rootsByApp.get(app);
  if (!roots) {
    roots = new Map(app.entities.flatMap(rootsOf));
    rootsByApp.set(app, roots);
  }
  return roots;
}

function rootsOf(entity: Entity): readonly (readonly [string, WriteRoot])[] {
  const root = (answers: WriteRoot['answers'], write: Write, deletes = false): WriteRoot => ({
    entity,
    answers,
    deletes,
    write,
  });
  return [
    [names.create(entity), root('row', createOne)],
    [names.createMany(entity), root('rows', createSeveral)],
    [names.update(entity), root('row', updateOne)],
    [names.updateMany(entity), root('batch', updateWhere)],
    [names.upsert(entity), root('row', upsertOne)],
    [names.delete(entity), root('row', deleteOne, true)],
    [names.deleteMany(entity), root('batch', deleteWhere, true)],
  ];
}
