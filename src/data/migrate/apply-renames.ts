import { fieldsOf, modelsOf, renameField, renameModel } from './edit-prisma-schema.ts';
import { MigrationError } from './migration-errors.ts';
import { diffSchemas } from './schema-engine.ts';
import { splitStatements, withoutComments } from './split-statements.ts';

/** Renames as the author states them, in stored names. `table` of a column is the table's *new* name. */
export interface Renames {
  readonly tables?: readonly { readonly from: string; readonly to: string }[];
  readonly columns?: readonly { readonly table: string; readonly from: string; readonly to: string }[];
}

export interface Renamed {
  /** The former schema with the new names in it, so that comparing finds nothing dropped or created. */
  readonly schema: string;
  /** Statements that rename tables, columns and everything that Prisma names after them. */
  readonly statements: readonly string[];
  /** The columns that are renamed, by their former names. */
  readonly columns: readonly { readonly table: string; readonly column: string }[];
}

/** Applies those renames that are still to be done; one that was done before is no error. */
export async function applyRenames(from: string, to: string, renames: Renames): Promise<Renamed> {
  let schema = from;
  for (const table of renames.tables ?? []) schema = renameOneTable(schema, to, table.from, table.to);
  const columns: { table: string; column: string }[] = [];
  for (const column of renames.columns ?? []) {
    const former = schema;
    schema = renameOneColumn(schema, to, column.table, column.from, column.to);
    if (schema !== former) columns.push({ table: column.table, column: column.from });
  }
  if (schema === from) return { schema, statements: [], columns };
  // Both scripts describe the same database, so they differ in names only: pairing them finds every derived name.
  const before = namesIn(await diffSchemas(undefined, from));
  const after = namesIn(await diffSchemas(undefined, schema));
  const statements = renameStatements(before, after, new Map(tablesRenamed(from, to, renames)));
  return { schema, statements, columns };
}

function tablesRenamed(from: string, to: string, renames: Renames): [string, string][] {
  const known = new Set(modelsOf(from.split('\n')).map((model) => model.table));
  const wanted = new Set(modelsOf(to.split('\n')).map((model) => model.table));
  return (renames.tables ?? [])
    .filter((one) => known.has(one.from) && !known.has(one.to) && wanted.has(one.to))
    .map((one) => [one.from, one.to]);
}

function renameOneTable(schema: string, to: string, from: string, next: string): string {
  const models = modelsOf(schema.split('\n'));
  const model = models.find((one) => one.table === from);
  const wanted = modelsOf(to.split('\n')).find((one) => one.table === next);
  if (!model || !wanted || models.some((one) => one.table === next)) return schema;
  return renameModel(schema, model, wanted.name, next);
}

function renameOneColumn(schema: string, to: string, table: string, from: string, next: string): string {
  const lines = schema.split('\n');
  const target = to.split('\n');
  const model = modelsOf(lines).find((one) => one.table === table);
  const wantedModel = modelsOf(target).find((one) => one.table === table);
  if (!model || !wantedModel) return schema;
  const fields = fieldsOf(lines, model);
  const field = fields.find((one) => one.column === from);
  const wanted = fieldsOf(target, wantedModel).find((one) => one.column === next);
  if (!field || !wanted || fields.some((one) => one.column === next)) return schema;
  return renameField(schema, model, field, wanted.name, next);
}

interface Names {
  readonly tables: { name: string; columns: string[]; constraints: string[] }[];
  readonly indexes: string[];
  readonly foreignKeys: { table: string; name: string; columns: string; target: string }[];
}

/** Reads the names out of a script that creates a whole schema, in the script's order. */
function namesIn(script: string): Names {
  const names: Names = { tables: [], indexes: [], foreignKeys: [] };
  for (const statement of splitStatements(script).map(withoutComments)) {
    const table = /^CREATE TABLE "([^"]+)"/.exec(statement)?.[1];
    const index = /^CREATE (?:UNIQUE )?INDEX "([^"]+)"/.exec(statement)?.[1];
    const key =
      /^ALTER TABLE "([^"]+)" ADD CONSTRAINT "([^"]+)" FOREIGN KEY \(([^)]*)\) REFERENCES "([^"]+)"/.exec(
        statement,
      );
    if (table !== undefined) {
      const columns = [...statement.matchAll(/^ {4}"([^"]+)"/gm)].map((match) => match[1] ?? '');
      const constraints = [...statement.matchAll(/^ {4}CONSTRAINT "([^"]+)"/gm)].map(
        (match) => match[1] ?? '',
      );
      names.tables.push({ name: table, columns, constraints });
    } else if (index !== undefined) names.indexes.push(index);
    else if (key) {
      const [, owner = '', name = '', columns = '', target = ''] = key;
      names.foreignKeys.push({ table: owner, name, columns, target });
    }
  }
  return names;
}

function renameStatements(before: Names, after: Names, renamed: ReadonlyMap<string, string>): string[] {
  if (before.tables.length !== after.tables.length || before.indexes.length !== after.indexes.length) {
    throw new MigrationError(
      'The stated renames change more than names: state them one migration after the other',
    );
  }
  const statements: string[] = [];
  const swapped = new Set<string>();
  const pairs = before.tables.map((table, i) => ({ table, next: after.tables[i] ?? table }));
  for (const { table, next } of pairs) {
    if (table.name !== next.name) statements.push(`ALTER TABLE "${table.name}" RENAME TO "${next.name}";`);
    if (isSwapped(table.name, next.name, before, after, renamed)) {
      swapped.add(table.name);
      statements.push(...swapSides(next.name));
    }
    table.columns.forEach((column, i) => {
      const name = next.columns[i] ?? column;
      if (column !== name)
        statements.push(`ALTER TABLE "${next.name}" RENAME COLUMN "${column}" TO "${name}";`);
    });
    table.constraints.forEach((constraint, i) => {
      const name = next.constraints[i] ?? constraint;
      if (constraint !== name) statements.push(renameConstraint(next.name, constraint, name));
    });
  }
  before.indexes.forEach((index, i) => {
    const name = after.indexes[i] ?? index;
    if (index !== name) statements.push(`ALTER INDEX "${index}" RENAME TO "${name}";`);
  });
  before.foreignKeys.forEach((key, i) => {
    const turned = swapped.has(key.table);
    const next = after.foreignKeys[turned ? i + (key.columns === '"A"' ? 1 : -1) : i] ?? key;
    // With sides swapped inside a table that keeps its name, the two names would have to pass through each other.
    if (key.name !== next.name && !(turned && key.table === next.table))
      statements.push(renameConstraint(next.table, key.name, next.name));
  });
  return statements;
}

function renameConstraint(table: string, from: string, to: string): string {
  return `ALTER TABLE "${table}" RENAME CONSTRAINT "${from}" TO "${to}";`;
}

/**
 * Prisma calls the columns of a many-to-many table A and B in the alphabetical order of the models' names, so a new name
 * may change sides; the stored ids must then change sides as well.
 */
function isSwapped(
  table: string,
  next: string,
  before: Names,
  after: Names,
  renamed: ReadonlyMap<string, string>,
): boolean {
  const side = (names: Names, owner: string): string | undefined =>
    names.foreignKeys.find((key) => key.table === owner && key.columns === '"A"')?.target;
  const old = side(before, table);
  const now = side(after, next);
  return old !== undefined && now !== undefined && (renamed.get(old) ?? old) !== now;
}

function swapSides(table: string): string[] {
  return [
    `ALTER TABLE "${table}" RENAME COLUMN "A" TO "A_";`,
    `ALTER TABLE "${table}" RENAME COLUMN "B" TO "A";`,
    `ALTER TABLE "${table}" RENAME COLUMN "A_" TO "B";`,
  ];
}
