import { type FieldNode, type GraphQLObjectType, isNonNullType } from 'graphql';
import { decidedWithoutRow } from '../../access/decide.ts';
import type { Entity } from '../../model/app-model.ts';
import { type Expr, THIS } from '../../model/expr.ts';
import { statementEnv } from '../read/run-statement.ts';
import type { RequestScope } from '../request-scope.ts';
import { IMPOSSIBLE, scalarFor } from '../sql/literal.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { idColumn } from '../sql/row-path.ts';
import { allOf, ident, join, quoteIdent, raw, type Sql, sql } from '../sql/sql.ts';
import { type RowInScope, type SqlEnv, tableAs } from '../sql/sql-env.ts';
import { idType } from '../sql/sql-type.ts';
import { InputReader } from '../write/plan/input-reader.ts';
import { planCreate } from '../write/plan/plan-create.ts';
import { refuseHopeless } from '../write/roots/refuse-hopeless.ts';
import { cellsOfNewRow, type Writer } from '../write/run/column-cells.ts';
import { denied } from '../write/run/write-run.ts';
import type { CreatePlan, UniquePlan } from '../write/write-plan.ts';
import { argumentsOf, type BuildContext, firstOf, objectTypeOf } from './build-context.ts';
import { type BuiltStatement, type CompilableOperation, numbered } from './build-statement.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { entityMembers } from './entity-members.ts';
import { FromLevel } from './from-level.ts';
import { objectText } from './json-text.ts';
import type { MadeValues } from './request-shape.ts';

/** The new row, in the statement that stores it. */
const MADE = '$made';

/** One mutation that creates one row, for one viewer and one set of variables. */
export interface CreateAsk {
  readonly operation: CompilableOperation;
  readonly entity: Entity;
  readonly scope: RequestScope;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly made: MadeValues | undefined;
}

/**
 * Reads and validates the input, as every create does.
 * @throws ViewerError for the input, or where no row could be created by this viewer
 */
export function readCreate(ask: CreateAsk): CreatePlan | undefined {
  const { plan, reader } = read(ask);
  reader.finish();
  if (plan) refuseHopeless(ask.scope, plan);
  return plan;
}

function read(ask: CreateAsk): { readonly plan: CreatePlan | undefined; readonly reader: InputReader } {
  const { context, mutation, nodes } = root(ask);
  const { input } = argumentsOf(context, mutation, firstOf(nodes));
  const { maxListLength, maxInputLength = maxListLength } = ask.scope.limits;
  const reader = new InputReader(ask.scope.app, maxInputLength);
  return { plan: planCreate(reader, ask.entity, ['input'], input), reader };
}

/**
 * One statement that stores a row, asks its rules about it, and answers it: where a rule does not hold it fails, and so
 * nothing is stored. It sees other tables as they were before. So it is not made (undefined) where rules or the answer
 * look at the row's own table, nor for input that writes more than the one row.
 * @throws ViewerError as creating the row step by step would
 */
export function buildCreate(ask: CreateAsk, given?: CreatePlan): BuiltStatement | undefined {
  const plan = given ?? read(ask).plan;
  const targets = plan && connectedTargets(ask.scope, plan);
  if (!plan || !targets) return undefined;
  const { scope, entity } = ask;
  const { context, mutation, key, nodes } = root(ask);
  const env = statementEnv(scope);
  const row: RowInScope = { alias: env.namer.next(entity.singular), entity };
  const inside = env.with(THIS, row);
  const level = new FromLevel();
  const type = objectTypeOf(mutation, firstOf(nodes));
  const text = objectText(entityMembers(context, type, nodes, { entity, row, env: inside, level }));
  const answerable = leadsOn(context, type, nodes, entity) ? [scope.rowRule(entity, 'read')] : [];
  const rules = [...rulesOf(scope, plan), ...answerable.filter(needsRow)].map(
    (rule) => sql`(${exprToSql(rule, inside)}) IS TRUE`,
  );
  const from = level.from(raw(`${quoteIdent(MADE)} AS ${quoteIdent(row.alias)}`));
  if (mentions(join([text, ...rules, from]), entity)) return undefined;
  const conditions = [...rules, ...targets.map((target) => readableTarget(scope, target, env))];
  // What JSON cannot hold has to be refused before the row is stored; the same letters in a string cost a second try.
  if (context.marks.floats) conditions.push(sql`(${text}) !~ 'NaN|Infinity'`);
  const answer = sql`SELECT ${orFail(text, conditions, row)} AS "r0" FROM ${from}`;
  const insert = insertSql(writerOf(scope), plan, ask.made?.id, targets);
  const statement = numbered(sql`WITH ${ident(MADE)} AS (${insert} RETURNING *) ${answer}`);
  return { ...statement, members: [{ key, column: 'r0' }], marks: context.marks };
}

interface Root {
  readonly context: BuildContext;
  readonly mutation: GraphQLObjectType;
  readonly key: string;
  readonly nodes: readonly FieldNode[];
}

function root({ operation: { schema, operation, fragments }, scope, variables }: CreateAsk): Root {
  const mutation = schema.getMutationType();
  if (!mutation) throw new Error('The schema has no mutations');
  const marks = { json: false, floats: false };
  const context: BuildContext = { schema, fragments, variableValues: { ...variables }, scope, marks };
  const [found] = collectFields(context, mutation, [operation.selectionSet]);
  if (!found) throw new Error('A mutation without a field');
  return { context, mutation, key: found[0], nodes: found[1] };
}

const writerOf = (scope: RequestScope): Writer => ({ scope, denied: (what) => denied(scope, what) });

/** A row that the new one will point at, and by which key. */
interface Target {
  readonly key: string;
  readonly by: UniquePlan;
  readonly id: string;
}

/** What the plan connects by id; undefined where it does anything else beside storing its row. */
function connectedTargets(scope: RequestScope, plan: CreatePlan): readonly Target[] | undefined {
  if (plan.toMany.length > 0) return undefined;
  const targets: Target[] = [];
  for (const { relation, verb } of plan.toOne) {
    if (relation.storage.kind !== 'key' || verb.kind !== 'connect') return undefined;
    const [first, ...others] = verb.by.fields;
    if (first?.name !== 'id' || first.value === null || others.length > 0) return undefined;
    targets.push({ key: relation.storage.key, by: verb.by, id: String(first.value) });
  }
  for (const field of plan.entity.fields) {
    if (field.kind !== 'relation' || field.storage.kind !== 'key' || !field.storage.declared) continue;
    const id = plan.values.get(field.storage.key);
    const entity = scope.app.entityByName.get(field.target);
    if (id == null || !entity) continue;
    const by = { entity, path: plan.path, fields: [{ name: 'id', value: id }] };
    targets.push({ key: field.storage.key, by, id: String(id) });
  }
  return targets;
}

/** The rules that the stored row has to pass, but for those that hold whatever the row. */
function rulesOf(scope: RequestScope, { entity, given }: CreatePlan): readonly Expr[] {
  const ofFields = [...new Set(given)].map((name) => scope.fieldRule(entity, name, 'write'));
  return [scope.rowRule(entity, 'create'), ...ofFields.filter((rule) => rule !== undefined)].filter(needsRow);
}

const needsRow = (rule: Expr): boolean => decidedWithoutRow(rule) !== true;

/**
 * Whether the answer follows a relation that is never null for who reads the row. Its writer need not be able to, and the
 * resolvers say so.
 */
function leadsOn(
  context: BuildContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  entity: Entity,
): boolean {
  const { app } = context.scope;
  return [...collectFields(context, type, selectionsOf(nodes)).values()].some(([first]) => {
    const field = first && entity.fieldByName.get(first.name.value);
    if (field?.kind !== 'relation' || field.many) return false;
    const target = app.entityByName.get(field.target);
    const isOpen = target && !needsRow(context.scope.rowRule(target, 'read'));
    return !isOpen && isNonNullType(type.getFields()[field.name]?.type);
  });
}

function readableTarget(scope: RequestScope, { by, id }: Target, env: SqlEnv): Sql {
  const row: RowInScope = { alias: env.namer.next(by.entity.singular), entity: by.entity };
  const wanted = scalarFor(idType(by.entity), id);
  if (wanted === IMPOSSIBLE) return raw('FALSE');
  const readable = exprToSql(scope.rowRule(by.entity, 'read'), env.with(THIS, row));
  const where = allOf([sql`${idColumn(row)} = ${wanted}`, readable]);
  return sql`EXISTS (SELECT FROM ${raw(tableAs(by.entity, row.alias))} WHERE ${where})`;
}

/** The text where all conditions hold. Else a text that is no number is taken for one, which PostgreSQL refuses. */
function orFail(text: Sql, conditions: readonly Sql[], row: RowInScope): Sql {
  if (conditions.length === 0) return text;
  return sql`CASE WHEN ${allOf(conditions)} THEN ${text} ELSE ('denied ' || ${idColumn(row)}::text)::int4::text END`;
}

function insertSql(
  writer: Writer,
  plan: CreatePlan,
  madeId: string | undefined,
  targets: readonly Target[],
): Sql {
  const { entity } = plan;
  const keys = new Map(targets.map(({ key, id }) => [key, id]));
  const givenId = plan.values.get('id');
  const id = givenId === undefined ? madeId : String(givenId);
  const cells = [...cellsOfNewRow(writer, plan, id, keys)];
  const columns = join(cells.map(([column]) => ident(column)));
  return sql`INSERT INTO ${ident(entity.table)} (${columns}) VALUES (${join(cells.map(([, cell]) => cell))})`;
}

/** Whether the SQL reads the entity's table. Text in it comes from the model alone, so this errs to the safe side only. */
function mentions({ parts }: Sql, { table }: Entity): boolean {
  return parts.some((part) => typeof part === 'string' && part.includes(`${quoteIdent(table)} AS `));
}
