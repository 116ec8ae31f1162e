import type { FieldDefinitionNode, ObjectTypeDefinitionNode } from 'graphql';
import type {
  ComputedField,
  Field,
  RelationField,
  RelationStorage,
  ScalarField,
} from '../../model/app-model.ts';
import { directive, enumArgument, ruleArgument, stringArgument, stringNodes } from '../arguments.ts';
import { type FieldKind, fieldKind } from '../field-kind.ts';
import { placeOf } from '../locate.ts';
import { joinStorage } from '../relations/join-table.ts';
import type { Link } from '../relations/pair-relations.ts';
import type { RelationEnd } from '../relations/relation-end.ts';
import { constraintOf } from './field-constraint.ts';
import { exposureOf } from './field-exposure.ts';
import { defaultOf, presetOf } from './field-source.ts';
import { idKindOf } from './id-kind.ts';
import type { Reading } from './reading.ts';

type Of<K extends FieldKind['kind']> = Extract<FieldKind, { kind: K }>;

/** One field; undefined where it could not be understood. */
export function buildField(
  reading: Reading,
  owner: ObjectTypeDefinitionNode,
  node: FieldDefinitionNode,
): Field | undefined {
  const kind = fieldKind(reading.schema, node);
  switch (kind.kind) {
    case 'value':
      return scalarField(reading, owner, node, kind);
    case 'relation':
      return relationField(reading, owner, node);
    case 'computed':
      return computedField(owner, node, kind);
    case 'resolved':
      return { kind: 'resolved', ...base(owner, node, false), node };
    case 'unclear':
      return undefined;
  }
}

function base(owner: ObjectTypeDefinitionNode, node: FieldDefinitionNode, writable: boolean) {
  const access = directive(node, 'access');
  const deprecated = directive(node, 'deprecated');
  return {
    name: node.name.value,
    description: node.description?.value,
    deprecated: deprecated && (stringArgument(deprecated, 'reason') ?? 'No longer supported'),
    access: { read: ruleArgument(access, 'read'), write: ruleArgument(access, 'write') },
    exposure: exposureOf(node, writable, node.name.value === 'id' ? idKindOf(owner) : undefined),
    renamedFrom: stringArgument(directive(node, 'renamedFrom'), 'name'),
    place: placeOf(node),
  };
}

function maintainedOf(node: FieldDefinitionNode): ScalarField['maintained'] {
  return (['createdAt', 'updatedAt', 'version'] as const).find((name) => directive(node, name));
}

function scalarField(
  reading: Reading,
  owner: ObjectTypeDefinitionNode,
  node: FieldDefinitionNode,
  { type, required }: Of<'value'>,
): ScalarField {
  const relation = keyHolder(reading, owner.name.value, node.name.value);
  const maintained = maintainedOf(node);
  const preset = presetOf(node);
  const column = directive(node, 'column');
  const relationColumn = relation && directive(relation.node, 'column');
  return {
    kind: 'scalar',
    ...base(owner, node, maintained === undefined && preset === undefined),
    type,
    required,
    column: stringArgument(column, 'name') ?? stringArgument(relationColumn, 'name') ?? node.name.value,
    columnType: relation ? idColumnType(reading, relation.target) : stringArgument(column, 'type'),
    unique: relation ? isUniqueKey(reading, relation) : isUniqueAlone(owner, node),
    keyOf: relation?.node.name.value,
    default: defaultOf(node, type),
    preset,
    maintained,
    constraint: constraintOf(node, type),
    search: directive(node, 'search') !== undefined,
  };
}

/** The to-one relation of `owner` whose key is called `key`. */
function keyHolder(reading: Reading, owner: string, key: string): RelationEnd | undefined {
  return reading.ends.find(
    (end) =>
      end.owner === owner &&
      end.key === key &&
      reading.pairing.links.get(`${owner}.${end.node.name.value}`)?.kind === 'key',
  );
}

function isUniqueKey(reading: Reading, end: RelationEnd): boolean {
  const link = reading.pairing.links.get(`${end.owner}.${end.node.name.value}`);
  return end.unique || (link?.kind === 'key' && link.oneToOne);
}

function isUniqueAlone(owner: ObjectTypeDefinitionNode, node: FieldDefinitionNode): boolean {
  if (directive(node, 'unique')) return true;
  return (owner.directives ?? []).some((used) => {
    if (used.name.value !== 'unique') return false;
    const names = stringNodes(used, 'fields').map((item) => item.value);
    return names.length === 1 && names[0] === node.name.value;
  });
}

/** A key is stored as the id that it holds. */
function idColumnType(reading: Reading, target: string): string | undefined {
  const id = reading.schema.models.get(target)?.fields?.find((field) => field.name.value === 'id');
  return id && stringArgument(directive(id, 'column'), 'type');
}

function relationField(
  reading: Reading,
  owner: ObjectTypeDefinitionNode,
  node: FieldDefinitionNode,
): RelationField | undefined {
  const name = `${owner.name.value}.${node.name.value}`;
  const end = reading.endByName.get(name);
  const link = reading.pairing.links.get(name);
  if (!end || !link) return undefined;
  const preset = presetOf(node);
  return {
    kind: 'relation',
    ...base(owner, node, preset === undefined),
    target: end.target,
    many: end.many,
    required: end.many || (link.kind === 'key' && end.required),
    storage: storageOf(reading, owner, end, link),
    inverse: link.back?.node.name.value,
    relationName: end.name,
    preset,
    default: defaultOf(node, undefined),
  };
}

function storageOf(
  reading: Reading,
  owner: ObjectTypeDefinitionNode,
  end: RelationEnd,
  link: Link,
): RelationStorage {
  if (link.kind === 'inverse') return { kind: 'inverse' };
  if (link.kind === 'join') return joinStorage(end, link.back);
  const declared = owner.fields?.find((field) => field.name.value === end.key);
  const column =
    (declared && stringArgument(directive(declared, 'column'), 'name')) ??
    stringArgument(directive(end.node, 'column'), 'name') ??
    end.key;
  return {
    kind: 'key',
    key: end.key,
    column,
    columnType: idColumnType(reading, end.target),
    declared: declared !== undefined,
    unique: isUniqueKey(reading, end),
    onDelete: onDeleteOf(end),
  };
}

/** Prisma's and most people's default: a required row protects what it needs, an optional one lets go. */
function onDeleteOf(end: RelationEnd): 'CASCADE' | 'RESTRICT' | 'SET_NULL' {
  const given = enumArgument(directive(end.node, 'relation'), 'onDelete');
  if (given === 'CASCADE' || given === 'RESTRICT') return given;
  if (given === 'SET_NULL' && !end.required) return given;
  return end.required ? 'RESTRICT' : 'SET_NULL';
}

function computedField(
  owner: ObjectTypeDefinitionNode,
  node: FieldDefinitionNode,
  { type, required }: Of<'computed'>,
): ComputedField | undefined {
  const sql = ruleArgument(directive(node, 'computed'), 'sql');
  if (!sql) return undefined;
  const column = stringArgument(directive(node, 'column'), 'name') ?? node.name.value;
  return { kind: 'computed', ...base(owner, node, false), type, required, column, sql };
}
