import type { AppModel, Entity, Field, ResolvedField } from '../../model/app-model.ts';
import type { ReadRow } from '../read/read-rows.ts';
import { decided, fieldRule } from '../read/readable.ts';
import type { RequestScope } from '../request-scope.ts';
import { columnsOf } from './needed-columns.ts';
import { relationResolvers } from './relation-resolvers.ts';
import type { Resolver } from './resolver.ts';
import { withColumns } from './with-columns.ts';

/** Resolvers of an entity's own type. `resolved` gives the author's function for a field, already admitted. */
export function entityResolvers(
  app: AppModel,
  entity: Entity,
  resolved: (field: ResolvedField) => Resolver,
): Readonly<Record<string, Resolver>> {
  const fields = entity.fields.filter((field) => field.exposure.output);
  return Object.assign({}, ...fields.map((field) => fieldResolvers(app, entity, field, resolved)));
}

function fieldResolvers(
  app: AppModel,
  entity: Entity,
  field: Field,
  resolved: (field: ResolvedField) => Resolver,
): Readonly<Record<string, Resolver>> {
  if (field.kind === 'relation') return relationResolvers(app, entity, field);
  if (field.kind === 'resolved') return { [field.name]: guarded(entity, field, resolved(field)) };
  return { [field.name]: valueResolver(entity, field.name) };
}

/** The SQL has applied the field's rule already. */
function valueResolver(entity: Entity, name: string): Resolver {
  return (parent, _args, { scope }) => {
    const value = (parent as ReadRow)[name];
    if (value === null && scope.countsHidden) noteIfHidden(scope, entity, parent as ReadRow, name);
    if (value !== undefined) return value;
    const row = withColumns(scope, entity, parent as ReadRow, [name]);
    return Promise.resolve(row).then((found) => found?.[name] ?? null);
  };
}

function noteIfHidden(scope: RequestScope, entity: Entity, row: ReadRow, name: string): void {
  if (row[`?${name}`] === false) scope.noteHidden(`${entity.name}.${name}`);
}

/** The author's resolver with the whole row as its parent, behind the field's read rule. */
function guarded(entity: Entity, field: ResolvedField, resolve: Resolver): Resolver {
  return async (parent, args, context, info) => {
    const rule = fieldRule(context.scope, entity, field.name);
    if (rule && decided(rule) === false) return null;
    const row = await withColumns(
      context.scope,
      entity,
      parent as ReadRow,
      columnsOf(context.scope, entity, field),
    );
    if (row) noteIfHidden(context.scope, entity, row, field.name);
    if (!row || (rule && row[`?${field.name}`] !== true)) return null;
    return resolve(row, args, context, info);
  };
}
