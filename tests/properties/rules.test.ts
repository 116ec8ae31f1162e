import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindViewer } from '../../src/access/bind-viewer.ts';
import { compileRules } from '../../src/access/compile-rules.ts';
import { decidedWithoutRow } from '../../src/access/decide.ts';
import { evaluate } from '../../src/access/evaluate.ts';
import { lower } from '../../src/access/lower.ts';
import { parseCondition } from '../../src/access/parse-rule.ts';
import { prismaWhere } from '../../src/access/prisma-where.ts';
import { RuleCheck } from '../../src/access/rule-check.ts';
import { createPrismaClient, type Db, diffSchemas, openPool } from '../../src/data/index.ts';
import { emitPrismaSchema } from '../../src/emit/prisma/emit-prisma.ts';
import { emitSqlObjects } from '../../src/emit/sql/emit-sql-objects.ts';
import { printSqlObjects } from '../../src/emit/sql/print-sql-objects.ts';
import { formatProblem, Problems } from '../../src/kit/problem.ts';
import type { Entity } from '../../src/model/app-model.ts';
import { type Expr, FALSE, not, THIS } from '../../src/model/expr.ts';
import type { ViewerState } from '../../src/model/viewer.ts';
import { exprToSql } from '../../src/query/sql/predicate-to-sql.ts';
import { join, raw, sql, toStatement } from '../../src/query/sql/sql.ts';
import { SqlEnv } from '../../src/query/sql/sql-env.ts';
import { columnsOf, graphOf, idOf, randomRows, seeded } from '../access/support/random-rows.ts';
import { RuleWriter } from '../access/support/random-rules.ts';
import { RICH_SCHEMA, readGood } from '../access/support/rich-schema.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';

interface TaskClient {
  task: { findMany(args: unknown): Promise<{ id: string }[]> };
}

const app = readGood(RICH_SCHEMA);
const { rules } = compileRules(app);
const task = app.entityByName.get('Task') as Entity;
const user = app.entityByName.get('User') as Entity;
const RUNS = 1000;
const NOW = new Date('2024-01-02T00:00:00.000Z');
const rows = randomRows(app, 14, seeded(20240101));
const graph = graphOf(app, rows);

const VIEWERS: readonly ViewerState[] = [
  { kind: 'signedOut' },
  {
    kind: 'viewer',
    id: idOf(user, 1),
    roles: ['admin', 'a', 'ab'],
    email: 'a',
    emailVerified: true,
    claims: { roles: ['OWNER', 'ADMIN', 'NONSENSE', 5], level: 2, cost: '1.50', team: 'a', flag: true },
  },
  {
    kind: 'viewer',
    id: idOf(user, 2),
    roles: [],
    claims: { level: 'high', roles: 'OWNER', cost: {}, team: null },
  },
  { kind: 'viewer', id: 'not an id at all' },
];

let database: TestDatabase;
let db: Db;
let client: TaskClient;

beforeAll(async () => {
  database = await createDatabase();
  const prismaSchema = emitPrismaSchema(app);
  await runSql(database.url, await diffSchemas(undefined, prismaSchema));
  await runSql(database.url, printSqlObjects(emitSqlObjects(app)));
  db = openPool({ url: database.url, max: 2 });
  await db.transaction(async (tx) => {
    await tx.execute("SET LOCAL session_replication_role = 'replica'");
    for (const entity of app.entities) {
      const records = (rows.byEntity.get(entity.name) ?? []).map((row) => columnsOf(entity, row));
      const columns = Object.keys(records[0] ?? {}).map((name) => `"${name}"`);
      const text = `INSERT INTO "${entity.table}" (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::"${entity.table}", $1)`;
      await tx.execute(text, [JSON.stringify(records)]);
    }
    for (const [table, pairs] of rows.pairs) {
      await tx.execute(
        `INSERT INTO "${table}" SELECT * FROM jsonb_populate_recordset(NULL::"${table}", $1)`,
        [JSON.stringify(pairs)],
      );
    }
  });
  client = (await createPrismaClient({ prismaSchema, db })) as unknown as TaskClient;
});

afterAll(async () => {
  await db?.close();
  await database?.drop();
});

/** Parses with our parser; a rule that does not type-check is a mistake of the generator's. */
function parse(text: string): Expr {
  const problems = new Problems();
  let names = 0;
  const check = new RuleCheck({
    app,
    source: { text, place: { file: 'schema.graphql', line: 1, column: 1 } },
    use: 'row',
    entity: task,
    problems,
    findRule: (entity, operation) => rules.row(entity, operation) ?? { expr: FALSE },
    freshName: (stem) => `${stem}_${++names}`,
  });
  const parsed = parseCondition(check);
  if (!parsed) throw new Error(`${text}\n${problems.sorted().map(formatProblem).join('\n')}`);
  return parsed.expr;
}

const tasks = rows.byEntity.get('Task') ?? [];

function byJavaScript(expr: Expr, wanted: boolean | null): string[] {
  return tasks
    .filter((row) => evaluate(expr, { app, graph }, row) === wanted)
    .map((row) => String(row.values.id))
    .sort();
}

/** Ids of the rows where each of the expressions is true, in one statement. */
async function bySql(exprs: readonly Expr[], viewer: ViewerState): Promise<string[][]> {
  const viewerId = viewer.kind === 'viewer' ? viewer.id : undefined;
  const outer = new SqlEnv({ app, viewerId });
  const env = outer.with(THIS, { alias: outer.namer.next('task'), entity: task });
  const columns = exprs.map((expr, index) => sql`(${exprToSql(expr, env)}) IS TRUE AS ${raw(`e${index}`)}`);
  const { text, params } = toStatement(sql`SELECT id, ${join(columns)} FROM "Task" AS task ORDER BY id`);
  const found = await db.query(text, params);
  return exprs.map((_, index) =>
    found.filter((row) => row[`e${index}`] === true).map((row) => String(row.id)),
  );
}

async function byPrisma(expr: Expr): Promise<string[] | undefined> {
  const { where } = prismaWhere(app, lower(expr));
  if (!where) return undefined;
  const found = await client.task.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } });
  return found.map((row) => row.id);
}

/** By seed: printing a rule is what a failure needs, and shrinking a tree of choices only takes time. */
const anyRule = fc
  .record({ seed: fc.integer(), viewer: fc.constantFrom(...VIEWERS) })
  .map(({ seed, viewer }) => ({
    text: new RuleWriter(app, seeded(seed)).rule(task),
    viewer,
  }));

describe('one rule, three evaluators', () => {
  it('JavaScript, SQL and Prisma find the same rows for true, false and unknown', async () => {
    let asked = 0;
    let sayable = 0;
    const outcomes = { true: 0, false: 0, unknown: 0 };
    await fc.assert(
      fc.asyncProperty(anyRule, async ({ text, viewer }) => {
        const expr = bindViewer(parse(text), { viewer, now: NOW });
        const unsure = not({ kind: 'sure', term: expr });
        const yes = byJavaScript(expr, true);
        const no = byJavaScript(expr, false);
        const neither = byJavaScript(expr, null);
        const [sqlYes, sqlNo, sqlUnsure] = await bySql([expr, not(expr), unsure], viewer);
        expect({ yes: sqlYes, no: sqlNo, unsure: sqlUnsure }, text).toEqual({
          yes,
          no,
          unsure: [...no, ...neither].sort(),
        });
        const decided = decidedWithoutRow(expr);
        if (decided !== undefined) expect(yes.length, text).toBe(decided ? tasks.length : 0);
        const byClient = await byPrisma(expr);
        if (byClient) expect(byClient, text).toEqual(yes);
        const byClientNo = await byPrisma(not(expr));
        if (byClientNo) expect(byClientNo, `not: ${text}`).toEqual(no);
        asked++;
        sayable += byClient ? 1 : 0;
        outcomes.true += yes.length;
        outcomes.false += no.length;
        outcomes.unknown += neither.length;
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    // A generator that only made trivial rules would prove nothing.
    expect(asked).toBe(RUNS);
    expect(sayable).toBeGreaterThan(asked / 10);
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(asked);
  }, 180_000);
});
