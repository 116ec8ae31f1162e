import type { FieldDefinitionNode, ObjectTypeDefinitionNode } from 'graphql';
import { lowerFirst, plural } from '../../kit/words.ts';
import type { Entity, EntityAccess, Field, Index, RowCheck, UniqueKey } from '../../model/app-model.ts';
import {
  directive,
  directives,
  enumArgument,
  ruleArgument,
  stringArgument,
  stringNodes,
} from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { buildField } from './build-field.ts';
import { idKindOf } from './id-kind.ts';
import type { Reading } from './reading.ts';

/** One model as an entity. What cannot be understood is left out; a rule of `rules/` tells why. */
export function buildEntity(reading: Reading, node: ObjectTypeDefinitionNode): Entity {
  const model = directive(node, 'model');
  const name = node.name.value;
  const singular = lowerFirst(name);
  const fields = ownFields(node).flatMap((field) => buildField(reading, node, field) ?? []);
  return {
    name,
    description: node.description?.value,
    table: stringArgument(model, 'table') ?? name,
    singular,
    plural: stringArgument(model, 'plural') ?? plural(singular),
    idKind: idKindOf(node),
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    uniques: uniquesOf(node, fields),
    indexes: indexesOf(node, fields),
    checks: checksOf(node),
    access: accessOf(node),
    renamedFrom: stringArgument(directive(node, 'renamedFrom'), 'name'),
    place: placeOf(node),
  };
}

/** The fields of a model, the first of each name. */
export function ownFields(node: ObjectTypeDefinitionNode): readonly FieldDefinitionNode[] {
  return [
    ...new Map([...(node.fields ?? [])].reverse().map((field) => [field.name.value, field])).values(),
  ].reverse();
}

function accessOf(node: ObjectTypeDefinitionNode): EntityAccess {
  const access = directive(node, 'access');
  return {
    read: ruleArgument(access, 'read'),
    create: ruleArgument(access, 'create'),
    update: ruleArgument(access, 'update'),
    delete: ruleArgument(access, 'delete'),
  };
}

function checksOf(node: ObjectTypeDefinitionNode): readonly RowCheck[] {
  return directives(node, 'check').flatMap((used) => {
    const expr = ruleArgument(used, 'expr');
    return expr ? [{ expr, message: stringArgument(used, 'message'), place: placeOf(used) }] : [];
  });
}

/** A field name as keys are named: `author` → `authorId`. Undefined where it is no stored column of its own. */
export function columnName(fields: readonly Field[], name: string): string | undefined {
  const field = fields.find((candidate) => candidate.name === name);
  if (field?.kind === 'scalar') return name;
  if (field?.kind === 'relation') return field.storage.kind === 'key' ? field.storage.key : undefined;
  const isUndeclaredKey = fields.some(
    (candidate) =>
      candidate.kind === 'relation' && candidate.storage.kind === 'key' && candidate.storage.key === name,
  );
  return field === undefined && isUndeclaredKey ? name : undefined;
}

function columnNames(fields: readonly Field[], names: readonly string[]): readonly string[] | undefined {
  const columns = names.map((name) => columnName(fields, name));
  return columns.length > 0 && columns.every((name) => name !== undefined) ? columns : undefined;
}

function uniquesOf(node: ObjectTypeDefinitionNode, fields: readonly Field[]): readonly UniqueKey[] {
  const onFields = ownFields(node).flatMap((field) =>
    directives(field, 'unique')
      .slice(0, 1)
      .map((used) => ({ names: [field.name.value], used })),
  );
  const onType = directives(node, 'unique').map((used) => ({
    names: stringNodes(used, 'fields').map((item) => item.value),
    used,
  }));
  const found = new Map<string, UniqueKey>();
  for (const { names, used } of [...onFields, ...onType]) {
    const columns = columnNames(fields, names);
    const key = columns?.join(' ');
    if (columns && key && key !== 'id' && !found.has(key))
      found.set(key, { fields: columns, place: placeOf(used) });
  }
  // A one-to-one whose holder is known by `@relation(fields:)` alone is unique all the same.
  for (const field of fields) {
    if (field.kind !== 'relation' || field.storage.kind !== 'key' || !field.storage.unique) continue;
    const { key } = field.storage;
    if (!found.has(key)) found.set(key, { fields: [key], place: field.place });
  }
  return [...found.values()];
}

function indexesOf(node: ObjectTypeDefinitionNode, fields: readonly Field[]): readonly Index[] {
  const onFields = ownFields(node).flatMap((field) =>
    directives(field, 'index').map((used) => ({ names: [field.name.value], used })),
  );
  const onType = directives(node, 'index').map((used) => ({
    names: stringNodes(used, 'fields').map((item) => item.value),
    used,
  }));
  return [...onFields, ...onType].flatMap(({ names, used }) => {
    const columns = columnNames(fields, names);
    if (!columns) return [];
    const kind = enumArgument(used, 'kind');
    const known = kind === 'GIN' || kind === 'TRIGRAM' ? kind : 'BTREE';
    return [{ fields: columns, kind: known, where: stringArgument(used, 'where'), place: placeOf(used) }];
  });
}
