import type { Entity, RelationField } from '../../../model/app-model.ts';
import { isWritable } from '../../../model/input-fields.ts';
import { entityOf } from '../../sql/sql-type.ts';
import type {
  ConnectOrCreatePlan,
  InputPath,
  ToManyPlan,
  ToOnePlan,
  ToOneVerb,
  UniquePlan,
  UpdateItemPlan,
} from '../write-plan.ts';
import { entriesOf, type InputReader, valueAt } from './input-reader.ts';
import { planCreate } from './plan-create.ts';
import { planUpdate } from './plan-update.ts';
import { fieldsNamedBy, readUnique } from './read-unique.ts';

export interface RelationOptions {
  readonly mode: 'create' | 'update';
  readonly depth: number;
}

/** What reading a relation needs at hand all the time. */
interface Around {
  readonly reader: InputReader;
  readonly relation: RelationField;
  readonly target: Entity;
  /** The target's field that nested creates leave out: the one that is this relation seen from there. */
  readonly back: string | undefined;
  readonly depth: number;
}

function around(reader: InputReader, relation: RelationField, options: RelationOptions): Around {
  const target = entityOf(reader.app, relation.target);
  const back = relation.storage.kind === 'inverse' ? relation.inverse : undefined;
  return { reader, relation, target, back, depth: options.depth + 1 };
}

/** Reads what a to-one relation is to become: exactly one verb. `null` disconnects. */
export function readToOne(
  reader: InputReader,
  relation: RelationField,
  path: InputPath,
  given: unknown,
  options: RelationOptions,
): ToOnePlan | undefined {
  const at = around(reader, relation, options);
  const plan = (verb: ToOneVerb | undefined): ToOnePlan | undefined =>
    verb && { relation, target: at.target, path, verb };
  if (given === null) return options.mode === 'create' ? undefined : plan(readDisconnect(at, path));
  const entries = entriesOf(given).filter(([, value]) => value !== null);
  const [entry] = entries;
  if (entries.length !== 1 || !entry) {
    reader.issue(path, 'must have exactly one key', 'oneOf');
    return undefined;
  }
  return plan(readVerb(at, [...path, entry[0]], entry[0], entry[1]));
}

function readVerb(at: Around, path: InputPath, verb: string, value: unknown): ToOneVerb | undefined {
  switch (verb) {
    case 'connect': {
      refuseFixedKey(at, path);
      const by = readUnique(at.reader, at.target, path, value);
      return by && { kind: 'connect', by };
    }
    case 'create': {
      const create = readNested(at, path, value);
      return create && { kind: 'create', create };
    }
    case 'connectOrCreate': {
      refuseFixedKey(at, path);
      const both = readConnectOrCreate(at, path, value);
      return both && { kind: 'connectOrCreate', ...both };
    }
    case 'update': {
      const update = planUpdate(at.reader, at.target, path, value, { depth: at.depth });
      return update && { kind: 'update', update };
    }
    case 'disconnect':
      return value === true ? readDisconnect(at, path) : undefined;
    case 'delete':
      return value === true ? readDelete(at, path) : undefined;
    default:
      at.reader.issue(path, `is no way to write a relation`, 'unknown');
      return undefined;
  }
}

function readDisconnect(at: Around, path: InputPath): ToOneVerb | undefined {
  refuseFixedKey(at, path);
  if (!isKeyRequired(at)) return { kind: 'disconnect' };
  at.reader.issue(path, `cannot be disconnected: ${requiredKey(at)} is required`, 'required');
  return undefined;
}

/** Deleting what a required key points at would take this row along, or be refused: neither is what was asked. */
function readDelete(at: Around, path: InputPath): ToOneVerb | undefined {
  if (at.relation.storage.kind !== 'key' || !at.relation.required) return { kind: 'delete' };
  at.reader.issue(path, `cannot be deleted from here: ${requiredKey(at)} is required`, 'required');
  return undefined;
}

/** Whether the column behind the relation, on either side, refuses null. */
export function isKeyRequired(at: Pick<Around, 'relation' | 'target'>): boolean {
  const holder = keyHolder(at);
  return holder?.required === true;
}

function requiredKey(at: Around): string {
  return `${keyHolder(at)?.name ?? at.relation.name}`;
}

function keyHolder({ relation, target }: Pick<Around, 'relation' | 'target'>): RelationField | undefined {
  if (relation.storage.kind === 'key') return relation;
  const inverse =
    relation.storage.kind === 'inverse' ? target.fieldByName.get(relation.inverse ?? '') : undefined;
  return inverse?.kind === 'relation' ? inverse : undefined;
}

function readNested(
  at: Around,
  path: InputPath,
  value: unknown,
  alsoGiven: readonly string[] = [],
): ReturnType<typeof planCreate> {
  return planCreate(at.reader, at.target, path, value, {
    depth: at.depth,
    alsoGiven,
    ...(at.back !== undefined && { back: at.back }),
  });
}

function readConnectOrCreate(at: Around, path: InputPath, value: unknown): ConnectOrCreatePlan | undefined {
  const by = readUnique(at.reader, at.target, [...path, 'by'], valueAt(value, 'by'));
  const alsoGiven = by ? fieldsNamedBy(by) : [];
  const create = readNested(at, [...path, 'create'], valueAt(value, 'create'), alsoGiven);
  return by && create && { by, create };
}

/** Reads the verbs of a to-many relation; they may stand together. */
export function readToMany(
  reader: InputReader,
  relation: RelationField,
  path: InputPath,
  given: unknown,
  options: RelationOptions,
): ToManyPlan | undefined {
  const at = around(reader, relation, options);
  const each = <T>(verb: string, read: (path: InputPath, value: unknown) => T | undefined): readonly T[] =>
    reader
      .list([...path, verb], valueAt(given, verb))
      .map((item, index) => read([...path, verb, index], item))
      .filter((item) => item !== undefined);
  const uniques = (verb: string): readonly UniquePlan[] =>
    each(verb, (place, value) => readUnique(reader, at.target, place, value));
  const hasSet = (valueAt(given, 'set') ?? null) !== null;
  refuseImpossible(at, path, given);
  return {
    relation,
    target: at.target,
    path,
    set: hasSet ? uniques('set') : undefined,
    disconnect: uniques('disconnect'),
    delete: uniques('delete'),
    connect: uniques('connect'),
    connectOrCreate: each('connectOrCreate', (place, value) => readConnectOrCreate(at, place, value)),
    create: each('create', (place, value) => readNested(at, place, value)),
    update: each('update', (place, value) => readUpdateItem(at, place, value)),
  };
}

function readUpdateItem(at: Around, path: InputPath, value: unknown): UpdateItemPlan | undefined {
  const by = readUnique(at.reader, at.target, [...path, 'by'], valueAt(value, 'by'));
  const input = valueAt(value, 'input');
  const update = planUpdate(at.reader, at.target, [...path, 'input'], input, { depth: at.depth });
  return by && update && { by, update };
}

/** Rows of the far side whose key is set by the server alone cannot be moved from this side either. */
function refuseFixedKey(at: Around, path: InputPath): void {
  const holder = at.relation.storage.kind === 'inverse' ? keyHolder(at) : undefined;
  if (!holder) return;
  const message = `is impossible: ${holder.name} of ${at.target.name} cannot be changed`;
  if (!isWritable(at.target, holder, 'update')) at.reader.issue(path, message, 'readOnly');
}

const KNOWN_VERBS = ['set', 'disconnect', 'delete', 'connect', 'connectOrCreate', 'create', 'update'];

function refuseImpossible(at: Around, path: InputPath, given: unknown): void {
  for (const [verb, value] of entriesOf(given)) {
    if (!KNOWN_VERBS.includes(verb))
      at.reader.issue([...path, verb], 'is no way to write a relation', 'unknown');
    const moves = ['set', 'disconnect', 'connect', 'connectOrCreate'].includes(verb);
    if (moves && value !== null) refuseFixedKey(at, [...path, verb]);
    if (
      verb === 'disconnect' &&
      value !== null &&
      at.reader.list(path, value).length > 0 &&
      isKeyRequired(at)
    ) {
      at.reader.issue([...path, verb], `is impossible: ${requiredKey(at)} is required`, 'required');
    }
  }
}
