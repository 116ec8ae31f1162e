import type { Entity, Field, RelationField, ScalarField, UniqueKey } from '../../model/app-model.ts';
import type { ScalarName } from '../../model/scalars.ts';

const NOWHERE = { file: 'schema.graphql', line: 1, column: 1 } as const;
const NEVER_SHOWN = { output: false, create: false, update: false } as const;

/** What may differ from an optional, plain, hidden column. */
export interface ColumnOptions {
  readonly required?: boolean;
  readonly list?: boolean;
  readonly unique?: boolean;
  readonly default?: boolean | number;
  readonly maintained?: 'createdAt' | 'updatedAt';
  readonly place?: ScalarField['place'];
}

/** A stored field that no input and no output of the API has. */
export function hiddenColumn(name: string, type: ScalarName, options: ColumnOptions = {}): ScalarField {
  return {
    kind: 'scalar',
    name,
    description: undefined,
    deprecated: undefined,
    access: { read: undefined, write: undefined },
    exposure: NEVER_SHOWN,
    renamedFrom: undefined,
    place: options.place ?? NOWHERE,
    type: { kind: 'scalar', name: type, list: options.list ?? false },
    required: options.required ?? false,
    column: name,
    columnType: undefined,
    unique: options.unique ?? false,
    keyOf: undefined,
    default: options.default === undefined ? undefined : { kind: 'value', value: options.default },
    preset: undefined,
    maintained: options.maintained,
    constraint: undefined,
    search: false,
  };
}

/** A key to a row of `target` that goes when that row goes. */
export function ownedBy(name: string, target: string): RelationField {
  return {
    kind: 'relation',
    name,
    description: undefined,
    deprecated: undefined,
    access: { read: undefined, write: undefined },
    exposure: NEVER_SHOWN,
    renamedFrom: undefined,
    place: NOWHERE,
    target,
    many: false,
    required: true,
    storage: {
      kind: 'key',
      key: `${name}Id`,
      column: `${name}Id`,
      columnType: undefined,
      declared: false,
      unique: false,
      onDelete: 'CASCADE',
    },
    inverse: undefined,
    relationName: undefined,
    preset: undefined,
    default: undefined,
  };
}

/** A table of Plinth's own: ids are uuids, nobody has access through the API. */
export function internalTable(
  name: string,
  table: string,
  description: string,
  columns: readonly Field[],
  indexed: readonly string[] = [],
): Entity {
  const fields = [hiddenColumn('id', 'ID', { required: true }), ...columns];
  const uniques = columns
    .filter((field) => field.kind === 'scalar' && field.unique)
    .map((field): UniqueKey => ({ fields: [field.name], place: NOWHERE }));
  return {
    name,
    description,
    table,
    singular: name.charAt(0).toLowerCase() + name.slice(1),
    plural: `${name.charAt(0).toLowerCase()}${name.slice(1)}s`,
    idKind: 'UUID7',
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    uniques,
    indexes: indexed.map((field) => ({
      fields: [field],
      kind: 'BTREE' as const,
      where: undefined,
      place: NOWHERE,
    })),
    checks: [],
    access: { read: undefined, create: undefined, update: undefined, delete: undefined },
    renamedFrom: undefined,
    place: NOWHERE,
  };
}
