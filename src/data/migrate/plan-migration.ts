import type { SqlObject } from '../../model/sql-object.ts';
import { applyRenames, type Renames } from './apply-renames.ts';
import type { DatabaseState } from './database-state.ts';
import { withoutColumns } from './edit-prisma-schema.ts';
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
    from === undefined ? { schema: undefined, statements: [] } : await applyRenames(from, to, renames);
  const structure = placeEnumValues(await diffSchemas(renamed.schema, to), to);
  const { drops, creates } = changeObjects(last?.objects ?? [], desired.objects, structure);
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

function generatedColumns(objects: readonly SqlObject[]): { table: string; column: string }[] {
  return objects.flatMap(({ kind, table, column }) =>
    kind === 'generated' && column !== undefined ? [{ table, column }] : [],
  );
}

function changeObjects(
  last: readonly SqlObject[],
  desired: readonly SqlObject[],
  structure: { script: string },
): { drops: SqlObject[]; creates: SqlObject[] } {
  const touched = touchedColumns(structure.script);
  const wanted = new Map(desired.map((one) => [one.name, one]));
  const stays = (one: SqlObject): boolean =>
    wanted.get(one.name)?.create === one.create && !reads(one, touched.get(one.table));
  // With a column PostgreSQL drops its checks and indexes, without a word. Generated columns do not read each other.
  for (const { table, column } of generatedColumns(last.filter((one) => !stays(one))))
    touched.set(table, new Set(touched.get(table)).add(column));
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

/** Which columns of which tables Prisma's script retypes or drops; `*` stands for a whole table. */
function touchedColumns(script: string): Map<string, Set<string>> {
  const touched = new Map<string, Set<string>>();
  for (const statement of splitStatements(script).map(withoutComments)) {
    const table = /^(?:ALTER|DROP) TABLE "([^"]+)"/.exec(statement)?.[1];
    if (table === undefined) continue;
    const columns = touched.get(table) ?? new Set();
    touched.set(table, columns);
    if (statement.startsWith('DROP')) columns.add('*');
    const changes = statement.matchAll(/DROP COLUMN "([^"]+)"|ALTER COLUMN "([^"]+)" (?:SET DATA )?TYPE/g);
    for (const change of changes) columns.add(change[1] ?? change[2] ?? '');
  }
  return touched;
}

function usesNewValue(parts: readonly string[], values: readonly string[]): boolean {
  return values.some((value) => parts.some((part) => part.includes(`'${value.replaceAll("'", "''")}'`)));
}

function section(title: string, statements: readonly string[]): string {
  return statements.length === 0 ? '' : `-- ${title}\n${statements.map((one) => one.trim()).join('\n')}`;
}
