import type { RowGraph } from '../../../src/access/evaluate.ts';
import type { AppModel, Entity, Field, JsonValue, RelationField } from '../../../src/model/app-model.ts';

/** A stored row: values by field and key name, as the API would answer them. */
export interface StoredRow {
  readonly entity: string;
  readonly values: Readonly<Record<string, JsonValue>>;
}

/** Rows of every model, and the pairs of every many-to-many join table. */
export interface Rows {
  readonly byEntity: ReadonlyMap<string, readonly StoredRow[]>;
  readonly pairs: ReadonlyMap<string, readonly { readonly A: JsonValue; readonly B: JsonValue }[]>;
}

/** Small pools of values, so that equalities happen; each has its awkward ones. */
const POOLS: Readonly<Record<string, readonly JsonValue[]>> = {
  String: ['a', 'b', 'ab', 'A', '', 'a%b', 'a_b', '\\', 'é', 'e\u0301', '😀', '\uFFFD', 'a\nb'],
  Int: [0, 1, 2, -1, 7, 2147483647, -2147483648],
  Float: [0, 0.5, 1, -1.5, 2, 1e10, 0.1, 1e150, -1e-150, 1e300, 5e-324],
  BigInt: ['0', '1', '-3', '9007199254740993', '9007199254740992'],
  Decimal: ['0', '1', '1.5', '0.1', '-2.25', '123456789012345678.901'],
  Boolean: [true, false],
  DateTime: ['2024-01-01T00:00:00.000Z', '2024-01-02T00:00:00.000Z', '2024-06-15T12:30:00.123Z'],
  Date: ['2024-01-01', '2024-01-02', '2024-02-29'],
  Time: ['09:00:00', '09:00:00.500', '23:59:59'],
  UUID: ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'],
};

/** The values that a field may hold; of an enum, its values. */
export function poolOf(app: AppModel, type: { kind: string; name: string }): readonly JsonValue[] {
  if (type.kind === 'enum') return app.enumByName.get(type.name)?.values.map((value) => value.name) ?? [];
  return POOLS[type.name] ?? [];
}

/** A small generator of numbers with a seed (mulberry32): the same rows in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

export function idOf(entity: Entity, index: number): string {
  if (entity.idKind === 'INT') return String(index + 1);
  if (entity.idKind === 'NONE') return `tag-${index}`;
  const kind = entity.name.length.toString(16).padStart(4, '0');
  return `018f0000-${kind}-7000-8000-${String(index).padStart(12, '0')}`;
}

export function randomRows(app: AppModel, perEntity: number, random: (below: number) => number): Rows {
  const byEntity = new Map<string, StoredRow[]>();
  const pairs = new Map<string, { A: JsonValue; B: JsonValue }[]>();
  for (const entity of app.entities) {
    const rows = Array.from({ length: perEntity }, (_, index): StoredRow => {
      const values = Object.fromEntries(
        entity.fields.flatMap((field) => fieldValue(app, entity, field, index, perEntity, random)),
      );
      return { entity: entity.name, values: withComputed(entity, values) };
    });
    byEntity.set(entity.name, rows);
  }
  for (const entity of app.entities) {
    for (const field of entity.fields) {
      if (field.kind !== 'relation' || field.storage.kind !== 'join' || pairs.has(field.storage.table))
        continue;
      const target = app.entityByName.get(field.target) as Entity;
      const all = Array.from({ length: perEntity * perEntity }, (_, index) => ({
        [field.storage.kind === 'join' ? field.storage.own : 'A']: idOf(
          entity,
          Math.floor(index / perEntity),
        ),
        [field.storage.kind === 'join' ? field.storage.other : 'B']: idOf(target, index % perEntity),
      }));
      pairs.set(field.storage.table, all.filter(() => random(4) === 0) as { A: JsonValue; B: JsonValue }[]);
    }
  }
  return { byEntity, pairs };
}

/** What the SQL of computed fields comes to, by hand. */
function withComputed(entity: Entity, values: Record<string, JsonValue>): Record<string, JsonValue> {
  if (!entity.fieldByName.has('letters')) return values;
  return { ...values, letters: typeof values.title === 'string' ? [...values.title].length : null };
}

function fieldValue(
  app: AppModel,
  entity: Entity,
  field: Field,
  index: number,
  count: number,
  random: (below: number) => number,
): [string, JsonValue][] {
  if (field.name === 'id') return [['id', idOf(entity, index)]];
  if (field.kind === 'relation') {
    if (field.storage.kind !== 'key') return [];
    const target = app.entityByName.get(field.target) as Entity;
    const absent = !field.required && random(4) === 0;
    return [[field.storage.key, absent ? null : idOf(target, field.storage.unique ? index : random(count))]];
  }
  // A declared key is given with its relation.
  if (field.kind !== 'scalar' || field.keyOf !== undefined) return [];
  const pool = poolOf(app, field.type);
  const pick = (): JsonValue => pool[random(pool.length)] ?? null;
  if (field.type.list) return [[field.name, [...new Set(Array.from({ length: random(4) }, pick))]]];
  return [[field.name, !field.required && random(4) === 0 ? null : pick()]];
}

export function graphOf(app: AppModel, rows: Rows): RowGraph<StoredRow> {
  const all = (entity: string): readonly StoredRow[] => rows.byEntity.get(entity) ?? [];
  const byId = (entity: string, id: unknown): StoredRow[] =>
    all(entity).filter((row) => row.values.id === id);
  const relationOf = (row: StoredRow, name: string): RelationField =>
    app.entityByName.get(row.entity)?.fieldByName.get(name) as RelationField;
  return {
    all,
    column: (row, field) => row.values[field] ?? null,
    related: (row, name) => {
      const relation = relationOf(row, name);
      const { storage } = relation;
      if (storage.kind === 'key') return byId(relation.target, row.values[storage.key]);
      if (storage.kind === 'inverse') {
        const back = app.entityByName
          .get(relation.target)
          ?.fieldByName.get(relation.inverse ?? '') as RelationField;
        const key = back.storage.kind === 'key' ? back.storage.key : '';
        return all(relation.target).filter((other) => other.values[key] === row.values.id);
      }
      const pairs = rows.pairs.get(storage.table) ?? [];
      return pairs
        .filter((pair) => pair[storage.own] === row.values.id)
        .flatMap((pair) => byId(relation.target, pair[storage.other]));
    },
  };
}

/** Column values of a row by column name, as `jsonb_populate_record` takes them. */
export function columnsOf(entity: Entity, row: StoredRow): Record<string, JsonValue> {
  return Object.fromEntries(
    entity.fields.flatMap((field): [string, JsonValue][] => {
      if (field.kind === 'scalar' && field.keyOf === undefined)
        return [[field.column, row.values[field.name] ?? null]];
      if (field.kind !== 'relation' || field.storage.kind !== 'key') return [];
      return [[field.storage.column, row.values[field.storage.key] ?? null]];
    }),
  );
}
