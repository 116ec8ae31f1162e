import type { AppModel, Entity, Field, ValueType } from '../model/app-model.ts';
import { scalarType } from '../model/scalars.ts';

/**
 * TypeScript of a stored value by Prisma's scalar: what a row of Prisma's has (a resolver's answer), or what a row read by
 * Plinth has (a resolver's parent: the API's own form).
 */
const TYPES: Readonly<Record<string, string>> = {
  String: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
  BigInt: 'bigint | string',
  Decimal: '{ toString(): string }',
  DateTime: 'Date | string',
  Json: 'unknown',
  Bytes: 'Uint8Array | string',
};

/** `generated/rows.ts`: one interface per model, `TaskRow`, for parents and answers of the author's resolvers. */
export function emitRowTypes(app: AppModel): string {
  const interfaces = app.entities.map((entity) => rowInterface(app, entity));
  return ['// Emitted by plinth from schema.graphql; do not edit.', ...interfaces].join('\n\n');
}

function rowInterface(app: AppModel, entity: Entity): string {
  const properties = entity.fields.flatMap((field) => property(app, field));
  return [`export interface ${entity.name}Row {`, ...properties, '}', ''].join('\n');
}

function property(app: AppModel, field: Field): string[] {
  if (field.kind === 'scalar') return [line(field.name, typeOf(app, field.type), field.required)];
  if (field.kind !== 'relation' || field.storage.kind !== 'key' || field.storage.declared) return [];
  return [line(field.storage.key, 'string', field.required)];
}

function line(name: string, type: string, required: boolean): string {
  return `  readonly ${name}: ${type}${required ? '' : ' | null'};`;
}

function typeOf(app: AppModel, type: ValueType): string {
  const values = app.enumByName.get(type.name)?.values.map(({ name }) => `'${name}'`);
  // Ids are text for Plinth and numbers for Prisma where the database counts them.
  const one =
    values?.join(' | ') ?? (type.name === 'ID' ? 'string' : TYPES[scalarType(type.name)?.prisma ?? '']);
  return type.list ? `readonly (${one ?? 'unknown'})[]` : (one ?? 'unknown');
}
