import { decidedWithoutRow } from '../../access/decide.ts';
import { DatabaseError } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { Entity, Field } from '../../model/app-model.ts';
import { findConstraint } from '../../model/constraint-names.ts';
import { isValueField } from '../../model/exposed-fields.ts';
import { isWritable } from '../../model/input-fields.ts';
import { scalarType } from '../../model/scalars.ts';
import type { RequestScope } from '../request-scope.ts';
import { constraintMessage } from './constraint-messages.ts';
import { badInput } from './plan/input-reader.ts';
import type { InputPath } from './write-plan.ts';

/** What was being written when the database refused. */
export interface WritePlace {
  readonly entity: Entity;
  readonly path: InputPath;
  readonly operation: 'create' | 'update' | 'delete';
}

/**
 * What a refusal of the database's means to the viewer. PostgreSQL's own words may quote stored rows and are kept as the
 * cause. Deadlocks and the like come back as they are: the whole operation may yet succeed when it is run again.
 */
export function explainRefusal(scope: RequestScope, error: unknown, place: WritePlace): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const input = (message: string, constraint: string, field?: string): ViewerError =>
    badInput(
      [{ path: field === undefined ? place.path : [...place.path, field], message, constraint }],
      error,
    );
  switch (error.kind) {
    case 'unique':
    case 'exclusion':
      return new ViewerError('CONFLICT', describeUnique(scope, error, place.entity), { cause: error });
    case 'foreignKey':
      return new ViewerError('CONFLICT', describeForeignKey(place), { cause: error });
    case 'check':
      return explainCheck(scope, error, place);
    case 'notNull': {
      const field = fieldOfColumn(place.entity, error.column);
      if (field?.kind !== 'computed') return input('is required', 'required', field?.name);
      // Nobody can send what is computed.
      return isOpen(scope, place.entity, field)
        ? input('must not be null', 'required', field.name)
        : input(UNTOLD, 'check');
    }
    case 'outOfRange':
      return input('has a number or a date that is out of range', 'range');
    case 'tooLong':
      return input('has a text that is too long for its column', 'maxLength');
    case 'invalidText':
      return input('has a value that cannot be stored', 'format');
    default:
      return error;
  }
}

/** The database is the last to check constraints: the same code, message and path as where the input was read. */
function explainCheck(scope: RequestScope, error: DatabaseError, place: WritePlace): ViewerError {
  const found = error.constraint === undefined ? undefined : findConstraint(scope.app, error.constraint);
  if (found?.kind === 'check') {
    const message = found.entity.checks[found.index]?.message ?? `breaks a rule of ${found.entity.name}`;
    return badInput([{ path: place.path, message, constraint: 'check' }], error);
  }
  const field = found?.kind === 'field' ? found.entity.fieldByName.get(found.field) : undefined;
  const isTold = field?.kind !== 'computed' || (found && isOpen(scope, found.entity, field));
  if (found?.kind !== 'field' || !isTold) {
    return badInput([{ path: place.path, message: UNTOLD, constraint: 'check' }], error);
  }
  const valued = field && isValueField(field) ? field : undefined;
  const constraint = valued?.kind === 'scalar' ? valued.constraint : undefined;
  const range = valued && scalarType(valued.type.name)?.range;
  const message = constraintMessage(found.argument, constraint, range);
  return badInput([{ path: [...place.path, found.field], message, constraint: found.argument }], error);
}

const UNTOLD = 'breaks a constraint';

/** Whether this viewer may read it in some row. */
function isOpen(scope: RequestScope, entity: Entity, field: Field): boolean {
  if (!field.exposure.output) return false;
  const rule = scope.fieldRule(entity, field.name, 'read');
  return rule === undefined || decidedWithoutRow(rule) !== false;
}

/** Names the fields of the unique, unless one of them is none of this viewer's business. */
function describeUnique(scope: RequestScope, error: DatabaseError, entity: Entity): string {
  // The keys stand in parentheses in every language that PostgreSQL speaks: `Key ("orgId", slug)=(…)`.
  const columns = /\(([^()]*)\)=\(/.exec(error.detail ?? '')?.[1]?.split(', ') ?? [];
  const fields = columns.map((column) => fieldOfColumn(entity, column.replaceAll('"', '')));
  const isTold =
    fields.length > 0 && fields.every((field) => field !== undefined && mayWrite(scope, entity, field));
  return isTold
    ? `Another ${entity.name} has the same ${fields.map((field) => field?.name).join(' and ')}.`
    : `This ${entity.name} conflicts with another.`;
}

function mayWrite(scope: RequestScope, entity: Entity, field: Field): boolean {
  const rule = scope.fieldRule(entity, field.name, 'write');
  if (rule && decidedWithoutRow(rule) === false) return false;
  return isWritable(entity, field, 'create') || isWritable(entity, field, 'update');
}

function fieldOfColumn(entity: Entity, column: string | undefined): Field | undefined {
  return entity.fields.find(
    (field) =>
      (field.kind === 'scalar' && field.column === column && field.keyOf === undefined) ||
      (field.kind === 'computed' && field.column === column) ||
      (field.kind === 'relation' && field.storage.kind === 'key' && field.storage.column === column),
  );
}

function describeForeignKey({ entity, operation }: WritePlace): string {
  return operation === 'delete'
    ? `This ${entity.name} cannot be deleted while other rows refer to it.`
    : `This ${entity.name} would refer to a row that does not exist.`;
}
