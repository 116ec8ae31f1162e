import { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity, JsonValue } from '../../../model/app-model.ts';
import { relationOfKey } from '../../sql/sql-type.ts';
import { badInput } from '../plan/input-reader.ts';
import { refuseHopeless } from '../roots/refuse-hopeless.ts';
import type { ConnectOrCreatePlan, CreatePlan, UniquePlan } from '../write-plan.ts';
import { columnOf } from './column-cells.ts';
import { createRows } from './create-rows.ts';
import { type Found, findRows } from './find-rows.ts';
import { Collision } from './insert-rows.ts';
import type { WriteRun } from './write-run.ts';

/** Rivals that make and delete the same row in turns are given up on after so many rounds. */
const MAX_ROUNDS = 10;

/** The row, and whether it was made just now. */
export interface FoundOrCreated {
  readonly id: string;
  readonly created: boolean;
}

/**
 * The row that `by` names, made where there is none; of any number of rivals at the same moment, one makes it and the
 * others find it. A row that exists and may not be read is answered as any unique that is taken.
 * @throws ViewerError CONFLICT
 */
export async function findOrCreate(
  run: WriteRun,
  { by, create }: ConnectOrCreatePlan,
  keys: ReadonlyMap<string, string | null>,
  use: (found: Found) => Promise<boolean> = async () => true,
): Promise<FoundOrCreated> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [found] = await findRows(run, [by]);
    // Who could make no such row is not told either whether there is one that they may not read.
    if (!found?.readable) refuseHopeless(run.scope, create);
    if (found && !found.readable) throw await taken(run, by.entity, found.id);
    if (found && (await use(found))) return { id: found.id, created: false };
    if (found) continue;
    const id = await tryToCreate(run, by, create, keys);
    if (id !== undefined) return { id, created: true };
  }
  throw await taken(run, by.entity);
}

async function taken(run: WriteRun, entity: Entity, id?: string): Promise<ViewerError> {
  const access = id === undefined ? undefined : await run.explain({ entity, operation: 'read', id });
  return new ViewerError('CONFLICT', `This ${entity.name} conflicts with another.`, { access });
}

async function tryToCreate(
  run: WriteRun,
  by: UniquePlan,
  create: CreatePlan,
  keys: ReadonlyMap<string, string | null>,
): Promise<string | undefined> {
  const plan = withUnique(by, create, keys);
  const columns = by.fields.map(({ name }) => columnOf(run, by.entity, name).column);
  try {
    const [id] = await run.savepoint(() => createRows(run, by.entity, [{ plan, keys }], columns));
    return id;
  } catch (error) {
    if (error instanceof Collision) return undefined;
    throw error;
  }
}

/** What names the row is also what the new row is called, where its input does not say otherwise. */
function withUnique(
  by: UniquePlan,
  create: CreatePlan,
  keys: ReadonlyMap<string, string | null>,
): CreatePlan {
  const values = new Map<string, JsonValue>(create.values);
  for (const { name, value } of by.fields) {
    if (name === 'id' && by.entity.idKind === 'INT') continue;
    const relation = relationOfKey(by.entity, name);
    const isTaken =
      values.has(name) || keys.has(name) || create.toOne.some((one) => one.relation === relation);
    if (isTaken) continue;
    if (value === null) {
      throw badInput([
        { path: [...by.path, name], message: 'has not the form of an id', constraint: 'format' },
      ]);
    }
    values.set(name, value);
  }
  return { ...create, values };
}
