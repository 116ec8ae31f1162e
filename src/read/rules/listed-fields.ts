import type { ConstDirectiveNode, ObjectTypeDefinitionNode } from 'graphql';
import { didYouMean } from '../../kit/suggest.ts';
import type { Entity, ValueType } from '../../model/app-model.ts';
import { argument, directives, stringNodes } from '../arguments.ts';
import { columnName } from '../build/build-entity.ts';
import { placeOf } from '../locate.ts';
import type { Judged } from './rule.ts';

/** A use of `@unique` or `@index` with the columns that it is about. */
export interface ListedFields {
  readonly used: ConstDirectiveNode;
  readonly entity: Entity;
  readonly columns: readonly ListedColumn[];
}

export interface ListedColumn {
  readonly name: string;
  readonly type: ValueType;
}

const ID: ValueType = { kind: 'scalar', name: 'ID', list: false };

/**
 * Every use of `@unique` or `@index`, on types and fields, whose fields could all be found; the others are reported
 * here, for both directives alike.
 */
export function listedFields(judged: Judged, name: 'unique' | 'index'): readonly ListedFields[] {
  return [...judged.schema.models.values()].flatMap((model) => {
    const entity = judged.app.entityByName.get(model.name.value);
    if (!entity) return [];
    const onFields = (model.fields ?? []).flatMap((field) =>
      directives(field, name).flatMap((used) => onField(judged, entity, used, field.name.value)),
    );
    return [...onFields, ...directives(model, name).flatMap((used) => onType(judged, model, entity, used))];
  });
}

function onField(judged: Judged, entity: Entity, used: ConstDirectiveNode, field: string): ListedFields[] {
  const fields = argument(used, 'fields');
  if (fields) {
    const message = `@${used.name.value} on a field is about that field alone. Remove fields, or move the directive to the type.`;
    judged.problems.error(placeOf(fields), 'FIELDS_ON_FIELD', message);
    return [];
  }
  const name = columnName(entity.fields, field);
  if (name) return [{ used, entity, columns: [{ name, type: columnType(entity, name) }] }];
  const found = entity.fieldByName.get(field);
  if (found?.kind === 'computed' || found?.kind === 'resolved') {
    judged.problems.error(placeOf(used), 'NO_COLUMN_HERE', notStored(used, `${entity.name}.${field}`));
  }
  return [];
}

const notStored = (used: ConstDirectiveNode, path: string): string =>
  `@${used.name.value} needs a stored field, and ${path} is not stored as such. Remove it.`;

function onType(
  judged: Judged,
  model: ObjectTypeDefinitionNode,
  entity: Entity,
  used: ConstDirectiveNode,
): ListedFields[] {
  const nodes = stringNodes(used, 'fields');
  if (nodes.length === 0) {
    const message = `@${used.name.value} on a type needs the fields that it is about. Write @${used.name.value}(fields: ["…", "…"]).`;
    judged.problems.error(placeOf(used), 'FIELDS_MISSING', message);
    return [];
  }
  const seen = new Set<string>();
  const columns: ListedColumn[] = [];
  for (const node of nodes) {
    const name = columnName(entity.fields, node.value);
    if (name === undefined) {
      const known = model.fields?.map((field) => field.name.value) ?? [];
      const [code, message] = known.includes(node.value)
        ? ['NO_COLUMN_HERE', notStored(used, `${entity.name}.${node.value}`)]
        : [
            'UNKNOWN_FIELD',
            `${entity.name} has no field "${node.value}".${didYouMean(node.value, known)} Name one that it has.`,
          ];
      // A field whose own type is unclear has been reported there.
      const isLeftOut = known.includes(node.value) && !entity.fieldByName.has(node.value);
      if (!isLeftOut) judged.problems.error(placeOf(node), code, message);
    } else if (seen.has(name)) {
      const message = `"${node.value}" is listed twice. Remove one.`;
      judged.problems.error(placeOf(node), 'FIELD_LISTED_TWICE', message);
    } else columns.push({ name, type: columnType(entity, name) });
    if (name) seen.add(name);
  }
  return columns.length === nodes.length ? [{ used, entity, columns }] : [];
}

function columnType(entity: Entity, name: string): ValueType {
  const field = entity.fieldByName.get(name);
  return field?.kind === 'scalar' ? field.type : ID;
}
