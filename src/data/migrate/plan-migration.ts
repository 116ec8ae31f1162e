import type { SqlObject } from '../../model/sql-object.ts';
import { applyRenames, type Renamed, type Renames } from './apply-renames.ts';
import type { DatabaseState } from './database-state.ts';
import { withoutColumns } from './edit-prisma-schema.ts';
import { keepEnumValues } from './keep-enum-values.ts';
import { placeEnumValues } from './place-enum-values.ts';
import { diffSchemas } from './schema-engine.ts';
import { splitStatements, withoutComments } from './split-statements.ts';

/** What to do to a database to bring it from one state to another. */
export interface MigrationPlan {
  /**
   * One script per transaction, in order. There are two only where PostgreSQL demands it: a new enum value cannot be used
   * in the transaction that adds it.
   */
  readonly scripts: readonly string[];
  /** All scripts in one, to show. Empty when there is nothing to do. */
  readonly sql: string;
  readonly empty: boolean;
  /** The checks that become valid with it, for counting stored rows that break them. */
  readonly newChecks: readonly SqlObject[];
  /** The state that it leads to. */
  readonly to: DatabaseState;
}

/**
 * Plans the way from `last` (undefined: an empty database) to `desired`: drops of changed objects, stated renames,
 * Prisma's own changes, then new and changed objects. Objects that look at a column which Prisma changes, or which is generated
 * anew, are dropped before and created again after, changed or not. Needs no database.
 * @throws MigrationError when a schema is not valid or a rename cannot be done
 */
export async function planMigration(
  last: DatabaseState | undefined,
  desired: DatabaseState,
  renames: Renames = {},
): Promise<MigrationPlan> {
  const from = last && withoutColumns(last.prismaSchema, generatedColumns(last.objects));
  const to = withoutColumns(desired.prismaSchema, generatedColumns(desired.objects));
  const renamed =
    from === undefined
      ? { schema: undefined, statements: [], columns: [] }
      : await applyRenames(from, to, renames);
  const structure = placeEnumValues(await changeStructure(renamed.schema, to), to);
  const touched = touchedBy(structure.script, renamed.columns);
  const { drops, creates } = changeObjects(last?.objects ?? [], desired.objects, touched);
  const rest = [
    section(
      'Objects that change or go',
      drops.map((one) => one.drop),
    ),
    section('Renames', renamed.statements),
    structure.script,
    section(
      'Objects that Prisma cannot express',
      creates.map((one) => one.create),
    ),
  ].filter((part) => part !== '');
  const early = structure.addedValues.length > 0 && usesNewValue(rest, structure.newValues);
  const first = structure.addedValues.length === 0 ? [] : [section('New enum values', structure.addedValues)];
  const scripts = early ? [...first, rest.join('\n\n')] : [[...first, ...rest].join('\n\n')];
  const sql = scripts.filter((script) => script !== '').join('\n\n');
  return {
    scripts: sql === '' ? [] : scripts.map((script) => `${script}\n`),
    sql,
    empty: sql === '',
    newChecks: creates.filter((one) => one.kind === 'check'),
    to: desired,
  };
}

/**
 * Prisma's script takes values from an enum before it does anything else, of the columns that the new schema has: one that
 * is added is not there yet then, and one that is dropped still is. So that is a step of its own, behind all others.
 */
async function changeStructure(from: string | undefined, to: string): Promise<string> {
  const between = from === undefined ? to : keepEnumValues(from, to);
  if (between === to) return diffSchemas(from, to);
  const steps = [await diffSchemas(from, between), await diffSchemas(between, to)];
  return steps.filter((step) => step !== '').join('\n\n');
}

function generatedColumns(objects: readonly SqlObject[]): { table: string; column: string }[] {
  return objects.flatMap(({ kind, table, column }) =>
    kind === 'generated' && column !== undefined ? [{ table, column }] : [],
  );
}

/** What a migration changes beneath the objects that stay as they are. */
interface Touched {
  /** Columns per table that are retyped or dropped, or whose old name may be another's now; `*` stands for a whole table. */
  readonly columns: Map<string, Set<string>>;
  /** Enums that are made anew, quoted. */
  readonly enums: readonly string[];
}

function changeObjects(
  last: readonly SqlObject[],
  desired: readonly SqlObject[],
  { columns, enums }: Touched,
): { drops: SqlObject[]; creates: SqlObject[] } {
  const wanted = new Map(desired.map((one) => [one.name, one]));
  const stays = (one: SqlObject): boolean =>
    wanted.get(one.name)?.create === one.create &&
    !reads(one, columns.get(one.table)) &&
    !enums.some((name) => one.create.includes(name));
  // With a column PostgreSQL drops its checks and indexes, without a word. Generated columns do not read each other.
  for (const { table, column } of generatedColumns(last.filter((one) => !stays(one))))
    touch(columns, table, column);
  const kept = new Set(last.filter(stays).map((one) => one.name));
  return {
    drops: last.filter((one) => !kept.has(one.name)).reverse(),
    creates: desired.filter((one) => !kept.has(one.name)),
  };
}

function reads(object: SqlObject, touched: ReadonlySet<string> | undefined): boolean {
  if (!touched) return false;
  return (
    object.columns === undefined || touched.has('*') || object.columns.some((column) => touched.has(column))
  );
}

function touch(columns: Map<string, Set<string>>, table: string, column: string): void {
  columns.set(table, new Set(columns.get(table)).add(column));
}

function touchedBy(script: string, renamed: Renamed['columns']): Touched {
  const columns = new Map<string, Set<string>>();
  for (const { table, column } of renamed) touch(columns, table, column);
  const enums: string[] = [];
  for (const statement of splitStatements(script).map(withoutComments)) {
    const made = /^CREATE TYPE ("[^"]+)_new" AS ENUM/.exec(statement)?.[1];
    if (made !== undefined) enums.push(`${made}"`);
    const table = /^(?:ALTER|DROP) TABLE "([^"]+)"/.exec(statement)?.[1];
    if (table === undefined) continue;
    if (statement.startsWith('DROP')) touch(columns, table, '*');
    const changes = statement.matchAll(/DROP COLUMN "([^"]+)"|ALTER COLUMN "([^"]+)" (?:SET DATA )?TYPE/g);
    for (const change of changes) touch(columns, table, change[1] ?? change[2] ?? '');
  }
  return { columns, enums };
}

function usesNewValue(parts: readonly string[], values: readonly string[]): boolean {
  return values.some((value) => parts.some((part) => part.includes(`'${value.replaceAll("'", "''")}'`)));
}

function section(title: string, statements: readonly string[]): string {
  return statements.length === 0 ? '' : `-- ${title}\n${statements.map((one) => one.trim()).join('\n')}`;
}
