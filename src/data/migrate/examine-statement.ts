import type { SqlObject } from '../../model/sql-object.ts';
import { countRows, type DataFinding } from './data-finding.ts';
import { withoutComments } from './split-statements.ts';

/** Answers the number in the first column of the first row, or 0 when the question cannot be asked here. */
export type Count = (sql: string, params?: readonly unknown[]) => Promise<number>;

interface Subject {
  readonly statement: string;
  readonly table: string;
  readonly count: Count;
  readonly checks: readonly SqlObject[];
  /** Values of enum types that the script has created so far. */
  readonly enums: Map<string, string[]>;
}

const rename = 'If it only got another name, say so with @renamedFrom; if it may go, confirm the change.';

/** Asks the stored rows about one statement that is about to run. The shapes are those that Prisma's engine writes. */
export async function examineStatement(
  text: string,
  count: Count,
  checks: readonly SqlObject[],
  enums: Map<string, string[]>,
): Promise<DataFinding[]> {
  const statement = withoutComments(text);
  const created = /^CREATE TYPE "([^"]+)" AS ENUM \((.*)\);$/s.exec(statement);
  if (created)
    enums.set(
      created[1] ?? '',
      [...(created[2] ?? '').matchAll(/'((?:[^']|'')*)'/g)].map((m) => m[1] ?? ''),
    );
  const table =
    /^(?:ALTER|DROP) TABLE (?:ONLY )?"([^"]+)"/.exec(statement)?.[1] ?? /\sON "([^"]+)"/.exec(statement)?.[1];
  if (table === undefined) return [];
  const subject: Subject = { statement, table, count, checks, enums };
  const examinations = [
    droppedTable,
    ...(statement.startsWith('ALTER') ? clauseExaminations : []),
    duplicates,
    dangling,
    check,
  ];
  const findings: DataFinding[] = [];
  for (const examine of examinations) findings.push(...(await examine(subject)));
  return findings;
}

type Examination = (subject: Subject) => Promise<DataFinding[]>;

async function droppedTable({ statement, table, count }: Subject): Promise<DataFinding[]> {
  if (!statement.startsWith('DROP TABLE')) return [];
  const rows = await count(`SELECT count(*) FROM "${table}"`);
  const message = `Table "${table}" would be dropped with its ${countRows(rows)}.`;
  return some({ kind: 'tableDropped', severity: 'loss', table, rows, message, remedy: rename });
}

async function droppedColumns({ statement, table, count }: Subject): Promise<DataFinding[]> {
  const findings: DataFinding[] = [];
  for (const [, column = ''] of statement.matchAll(/DROP COLUMN (?:IF EXISTS )?"([^"]+)"/g)) {
    const rows = await count(
      // What PostgreSQL computes itself can be computed again.
      `SELECT count("${column}") FROM "${table}" WHERE NOT EXISTS (SELECT FROM pg_attribute
       WHERE attrelid = '"${table}"'::regclass AND attname = '${column}' AND attgenerated <> '')`,
    );
    const replaced = statement.includes(`ADD COLUMN     "${column}"`);
    const what = replaced
      ? 'would be emptied, because its new type cannot hold what is stored,'
      : 'would be dropped';
    const message = `Column "${column}" of table "${table}" ${what} with the values of ${countRows(rows)}.`;
    const remedy = replaced ? 'Add a new field beside it, move the values, then remove the old one.' : rename;
    findings.push(
      ...some({
        kind: replaced ? 'columnReplaced' : 'columnDropped',
        severity: 'loss',
        table,
        column,
        rows,
        message,
        remedy,
      }),
    );
  }
  return findings;
}

async function newRequired({ statement, table, count }: Subject): Promise<DataFinding[]> {
  const findings: DataFinding[] = [];
  for (const [, column = '', rest = ''] of statement.matchAll(/ADD COLUMN\s+"([^"]+)" ([^\n]*)/g)) {
    if (!/NOT NULL/.test(rest) || /DEFAULT|GENERATED|SERIAL/i.test(rest)) continue;
    const rows = await count(`SELECT count(*) FROM "${table}"`);
    const message = `Column "${column}" is required, but table "${table}" has ${countRows(rows)} that would have no value for it.`;
    const remedy = 'Give the field a @default, or make it nullable until the rows are filled in.';
    findings.push(
      ...some({ kind: 'requiredWithoutValue', severity: 'impossible', table, column, rows, message, remedy }),
    );
  }
  return findings;
}

async function newNotNull({ statement, table, count }: Subject): Promise<DataFinding[]> {
  const findings: DataFinding[] = [];
  for (const [, column = ''] of statement.matchAll(/ALTER COLUMN "([^"]+)" SET NOT NULL/g)) {
    const rows = await count(`SELECT count(*) FROM "${table}" WHERE "${column}" IS NULL`);
    const message = `Column "${column}" of table "${table}" becomes required, but has no value in ${countRows(rows)}.`;
    const remedy = `Fill them in first: UPDATE "${table}" SET "${column}" = … WHERE "${column}" IS NULL;`;
    findings.push(
      ...some({ kind: 'nullsStored', severity: 'impossible', table, column, rows, message, remedy }),
    );
  }
  return findings;
}

/** pg_input_is_valid (PostgreSQL 16) applies the type's own reading rules, length limits included. Of null it says null. */
async function retyped({ statement, table, count, enums }: Subject): Promise<DataFinding[]> {
  const findings: DataFinding[] = [];
  for (const [, column = '', type = ''] of statement.matchAll(
    /ALTER COLUMN "([^"]+)" (?:SET DATA )?TYPE ("[^"]+"(?:\[\])?|[\w ]+(?:\([\d, ]+\))?(?:\[\])?)/g,
  )) {
    const values = enums.get(type.replace(/^"([^"]+)".*$/, '$1'));
    if (values) {
      findings.push(...(await enumValues(table, column, values, type.endsWith('[]'), count)));
      continue;
    }
    const target = type.replace(/ USING$/, '');
    const lossy = /^(DECIMAL|NUMERIC)/i.test(target)
      ? ` OR "${column}"::numeric <> "${column}"::text::${target}`
      : '';
    const rows = await count(
      `SELECT count(*) FROM "${table}" WHERE "${column}" IS NOT NULL AND CASE WHEN pg_input_is_valid("${column}"::text, $1) THEN false${lossy} ELSE true END`,
      [target],
    );
    const message = `Column "${column}" of table "${table}" becomes ${target}, which cannot hold the values of ${countRows(rows)}.`;
    const remedy = 'Shorten or correct those values first, or choose a type that holds them.';
    findings.push(
      ...some({ kind: 'valueDoesNotFit', severity: 'impossible', table, column, rows, message, remedy }),
    );
  }
  return findings;
}

async function enumValues(
  table: string,
  column: string,
  values: string[],
  list: boolean,
  count: Count,
): Promise<DataFinding[]> {
  const outside = list ? `NOT "${column}"::text[] <@ $1::text[]` : `"${column}"::text <> ALL ($1::text[])`;
  const rows = await count(`SELECT count(*) FROM "${table}" WHERE ${outside}`, [values]);
  const message = `Column "${column}" of table "${table}" holds an enum value that would be removed in ${countRows(rows)}.`;
  const remedy = `Change those rows to one of ${values.join(', ')} first, or keep the value.`;
  return some({ kind: 'enumValueInUse', severity: 'impossible', table, column, rows, message, remedy });
}

const clauseExaminations: readonly Examination[] = [droppedColumns, newRequired, newNotNull, retyped];

async function duplicates({ statement, table, count }: Subject): Promise<DataFinding[]> {
  const index = /^CREATE UNIQUE INDEX (?:"[^"]+") ON "[^"]+"\s?\(([^;]*)\);$/.exec(statement)?.[1];
  const constraint = /ADD (?:CONSTRAINT "[^"]+" )?(?:UNIQUE|PRIMARY KEY) \(([^)]*)\)/.exec(statement)?.[1];
  const list = index ?? constraint;
  if (list === undefined || /\bWHERE\b/.test(list)) return [];
  const columns = [...list.matchAll(/"([^"]+)"/g)].map((match) => match[0]);
  const filled = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const rows = await count(
    `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM "${table}" WHERE ${filled}
     GROUP BY ${columns.join(', ')} HAVING count(*) > 1) AS same`,
  );
  const column = columns.map((one) => one.slice(1, -1)).join(', ');
  const message = `"${column}" of table "${table}" must be unique, but values repeat in ${countRows(rows)}.`;
  const remedy = 'Make the values differ, or remove the superfluous rows, first.';
  return some({ kind: 'duplicates', severity: 'impossible', table, column, rows, message, remedy });
}

async function dangling({ statement, table, count }: Subject): Promise<DataFinding[]> {
  const key = /FOREIGN KEY \("([^"]+)"\) REFERENCES "([^"]+)"\s?\("([^"]+)"\)/.exec(statement);
  if (!key) return [];
  const [, column = '', target = '', targetColumn = ''] = key;
  const rows = await count(
    `SELECT count(*) FROM "${table}" AS own WHERE own."${column}" IS NOT NULL
     AND NOT EXISTS (SELECT FROM "${target}" AS other WHERE other."${targetColumn}" = own."${column}")`,
  );
  const message = `Column "${column}" of table "${table}" refers to "${target}", but points nowhere in ${countRows(rows)}.`;
  const remedy = 'Correct or remove those rows first.';
  return some({ kind: 'danglingReference', severity: 'impossible', table, column, rows, message, remedy });
}

async function check({ statement, table, count, checks }: Subject): Promise<DataFinding[]> {
  const condition = /\bCHECK\s*\((.*)\)\s*;$/s.exec(statement)?.[1];
  if (!statement.startsWith('ALTER') || condition === undefined) return [];
  const object = checks.find(
    (one) => one.table === table && one.create.includes(statement.replace(/;$/, '')),
  );
  const rows = await count(`SELECT count(*) FROM "${table}" WHERE NOT (${object?.condition ?? condition})`);
  const columns = object?.columns?.join(', ');
  const message =
    `${columns ? `"${columns}" of table "${table}"` : `Table "${table}"`} gets a check that fails for ${countRows(rows)}: ` +
    `${object?.condition ?? condition}.`;
  const remedy = 'Correct those rows first, or loosen the constraint.';
  const where = columns === undefined ? { table } : { table, column: columns };
  return some({ kind: 'checkViolated', severity: 'impossible', ...where, rows, message, remedy });
}

function some(finding: DataFinding): DataFinding[] {
  return finding.rows > 0 ? [finding] : [];
}
