import type pg from 'pg';
import type { SqlObject } from '../../model/sql-object.ts';
import { type DatabaseError, toDatabaseError } from '../database-error.ts';
import type { DataFinding } from './data-finding.ts';
import { type Count, examineStatement } from './examine-statement.ts';
import { withConnection } from './migration-table.ts';
import type { MigrationPlan } from './plan-migration.ts';
import { splitStatements } from './split-statements.ts';

/** A value added to an enum cannot be used before its transaction has ended, which a rehearsal cannot wait for. */
const unsafeNewEnumValue = '55P04';

/** What is missing (a table, a column, a type) because a statement before it could not be rehearsed. */
const missing: ReadonlySet<string | undefined> = new Set(['42P01', '42703', '42704']);

/**
 * Rehearses a plan on the live database, in a transaction that is always rolled back, and answers what it would lose and
 * what the stored rows forbid. Empty: it can be applied without harm.
 */
export async function findDataLoss(url: string, plan: MigrationPlan): Promise<DataFinding[]> {
  return withConnection(url, (client) => rehearse(client, plan.scripts, plan.newChecks));
}

/** The same on an open connection that is not in a transaction. */
export async function rehearse(
  client: pg.Client,
  scripts: readonly string[],
  checks: readonly SqlObject[],
): Promise<DataFinding[]> {
  const findings: DataFinding[] = [];
  const enums = new Map<string, string[]>();
  const count: Count = async (sql, params = []) => {
    const answer = await attempt(client, async () => client.query<Record<string, string>>(sql, [...params]));
    // Asking about a column that the same change adds fails; such rows hold no value yet that could be wrong.
    return 'error' in answer ? 0 : Number(Object.values(answer.value.rows[0] ?? {})[0] ?? 0);
  };
  const unrehearsed = new Set<string>();
  await client.query('BEGIN');
  try {
    await client.query("SET LOCAL lock_timeout = '10s'");
    for (const statement of scripts.flatMap(splitStatements)) {
      const found = await examineStatement(statement, count, checks, enums);
      findings.push(...found);
      if (found.some((one) => one.severity === 'impossible')) continue;
      const answer = await attempt(client, () => client.query(statement));
      if (!('error' in answer)) continue;
      const { sqlState } = answer.error;
      const table = tableOf(statement);
      if (sqlState === unsafeNewEnumValue) unrehearsed.add(table);
      else if (!(unrehearsed.has(table) && missing.has(sqlState)))
        findings.push(refusal(statement, answer.error));
    }
  } finally {
    await client.query('ROLLBACK');
  }
  return withoutConsequences(findings);
}

async function attempt<T>(
  client: pg.Client,
  fn: () => Promise<T>,
): Promise<{ value: T } | { error: DatabaseError }> {
  await client.query('SAVEPOINT rehearsal');
  try {
    const value = await fn();
    await client.query('RELEASE SAVEPOINT rehearsal');
    return { value };
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT rehearsal');
    return { error: toDatabaseError(error) };
  }
}

function tableOf(statement: string): string {
  return /(?:TABLE|ON) "([^"]+)"/.exec(statement)?.[1] ?? '';
}

function refusal(statement: string, error: DatabaseError): DataFinding {
  const table = error.table ?? tableOf(statement);
  return {
    kind: 'refused',
    severity: 'impossible',
    table,
    ...(error.column === undefined ? {} : { column: error.column }),
    rows: 0,
    message: `PostgreSQL refuses: ${error.message}, in: ${statement}`,
    remedy: 'See the statement; what it stumbles over has to be changed first.',
    refusal: { statement, reason: error.message, offset: offsetOf(error) },
  };
}

/** PostgreSQL counts from 1. */
function offsetOf({ cause }: DatabaseError): number | undefined {
  const position = (cause as { position?: unknown } | undefined)?.position;
  return typeof position === 'string' ? Number(position) - 1 : undefined;
}

/** A statement that was left out makes later ones fail; only the first cause is worth telling. */
function withoutConsequences(findings: readonly DataFinding[]): DataFinding[] {
  const hasCause = findings.some((one) => one.severity === 'impossible' && one.kind !== 'refused');
  return findings.filter((one) => !(hasCause && one.kind === 'refused'));
}
