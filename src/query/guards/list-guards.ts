import type { RowOperation } from '../../access/rule-book.ts';
import type { AppModel, CustomField, Entity, Field } from '../../model/app-model.ts';
import { groupKeys, visibleUniques } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import { decided, isHidden, refusal, refusalToCall } from '../read/readable.ts';
import { refusalOfHopeless } from '../write/roots/refuse-hopeless.ts';
import { type Guard, OPEN } from './guard.ts';

/** The guards of everything that is generated from the model or declared by its author, in the order of the file. */
export function listGuards(app: AppModel): readonly Guard[] {
  return [
    { type: 'Query', field: 'node', ...OPEN },
    { type: 'Query', field: 'nodes', ...OPEN },
    ...(app.user ? [{ type: 'Query', field: 'viewer', ...OPEN }] : []),
    ...app.entities.flatMap((entity) => [
      ...readGuards(entity),
      ...writeGuards(entity),
      ...entity.fields.flatMap((field) => fieldGuards(entity, field)),
    ]),
    ...app.customFields.map(callGuard),
  ];
}

function readGuards(entity: Entity): readonly Guard[] {
  const fields = [
    names.one(entity),
    ...visibleUniques(entity).map((key) => names.byUnique(entity, key)),
    names.many(entity),
    names.connectionField(entity),
    names.aggregateField(entity),
    ...(groupKeys(entity).length > 0 ? [names.groupsField(entity)] : []),
  ];
  const rule = `read ${entity.name}`;
  const refuse: Guard['refuse'] = (scope) => (isHidden(scope, entity) ? refusal(scope, entity) : undefined);
  return fields.map((field) => ({ type: 'Query', field, rule, refuse }));
}

function writeGuards(entity: Entity): readonly Guard[] {
  const guard = (field: string, operation: RowOperation): Guard => ({
    type: 'Mutation',
    field,
    rule: `${operation} ${entity.name}`,
    refuse: (scope) => refusalOfHopeless(scope, entity, operation),
  });
  return [
    guard(names.create(entity), 'create'),
    guard(names.createMany(entity), 'create'),
    guard(names.update(entity), 'update'),
    guard(names.updateMany(entity), 'update'),
    {
      type: 'Mutation',
      field: names.upsert(entity),
      rule: `upsert ${entity.name}`,
      // Either branch may be the one that is taken.
      refuse: (scope) =>
        refusalOfHopeless(scope, entity, 'update') && refusalOfHopeless(scope, entity, 'create'),
    },
    guard(names.delete(entity), 'delete'),
    guard(names.deleteMany(entity), 'delete'),
  ];
}

/** A field with a read rule, under every name that it has in the API. */
function fieldGuards(entity: Entity, field: Field): readonly Guard[] {
  return ruledNames(field).map((name) => ({
    type: entity.name,
    field: name,
    rule: `read ${entity.name}.${field.name}`,
    refuse: (scope) => {
      const rule = scope.fieldRule(entity, field.name, 'read');
      return rule && decided(rule) === false ? refusal(scope, entity, field.name) : undefined;
    },
  }));
}

/** What of a model's type stands behind the read rule of `field`. */
export function ruledNames(field: Field): readonly string[] {
  if (!field.access.read || !field.exposure.output) return [];
  if (field.kind !== 'relation' || !field.many) return [field.name];
  return [field.name, names.relationConnection(field), names.relationAggregate(field)];
}

function callGuard(field: CustomField): Guard {
  return {
    type: field.root,
    field: field.name,
    rule: `call ${field.root}.${field.name}`,
    refuse: (scope) =>
      decided(scope.callRule(field.root, field.name)) === false ? refusalToCall(scope, field) : undefined,
  };
}
