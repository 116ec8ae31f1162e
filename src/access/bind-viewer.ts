import { assertNever } from '../kit/assert-never.ts';
import type { JsonValue, ValueType } from '../model/app-model.ts';
import { type Expr, FALSE, type RowPath, type Rows, TRUE, type Value, VIEWER } from '../model/expr.ts';
import type { KnownViewer, ViewerState } from '../model/viewer.ts';
import { foldExpr, foldValue, nullLiteral } from './fold.ts';
import { readAs } from './read-as.ts';
import { type Transformation, transform, transformValue } from './transform.ts';

/** Who asks, and the start of the request. */
export interface Binding {
  readonly viewer: ViewerState;
  readonly now: Date;
}

/**
 * `expr` with the viewer and the time filled in as literals, and everything folded that they decide. What is not known of
 * the viewer is null. Columns and relations of the viewer's own row stay, with the viewer's id on their path (`RowPath.id`).
 * Signed out, they are null and empty. An administrator has no account: bound as signed out. Rules do not apply to
 * administrators, which is for the caller to see to.
 */
export function bindViewer(expr: Expr, binding: Binding): Expr {
  return transform(expr, bindings(binding));
}

/** As `bindViewer`, of a value. Signed out, a path from the viewer's row is null. */
export function bindViewerInValue(value: Value, binding: Binding): Value {
  return transformValue(value, bindings(binding));
}

/** The value of `@default(expr:)` or `@preset`. Mentions no rows, so nothing is left to look up; null when not known. */
export function bindValue(value: Value, binding: Binding): JsonValue {
  const bound = transformValue(value, bindings(binding));
  if (bound.kind === 'literal') return bound.value;
  throw new Error(`A value without a row was left unbound: ${bound.kind}`);
}

function bindings({ viewer, now }: Binding): Transformation {
  const known = viewer.kind === 'viewer' ? viewer : undefined;
  return {
    name: (name) => name,
    row: (row) => (known && row.from === VIEWER ? { ...row, id: known.id } : row),
    value: (value) => foldValue(bindLeaf(value, known, now)),
    expr: (expr) => foldExpr(known ? expr : withoutViewerRows(expr)),
  };
}

function bindLeaf(value: Value, viewer: KnownViewer | undefined, now: Date): Value {
  switch (value.kind) {
    case 'viewer':
      return bindKnowledge(value, viewer);
    case 'now':
      return value.as === 'Date'
        ? { kind: 'literal', value: now.toISOString().slice(0, 10), type: DATE }
        : { kind: 'literal', value: now.toISOString(), type: DATE_TIME };
    case 'column':
      return !viewer && value.row.from === VIEWER ? nullLiteral() : value;
    case 'count':
      return !viewer && isViewers(value.rows) ? { kind: 'literal', value: 0, type: INT } : value;
    default:
      return value;
  }
}

const scalar = (name: string, list = false): ValueType => Object.freeze({ kind: 'scalar', name, list });
const DATE = scalar('Date');
const DATE_TIME = scalar('DateTime');
const INT = scalar('Int');

const KNOWLEDGE = {
  id: scalar('ID'),
  roles: scalar('String', true),
  email: scalar('String'),
  emailVerified: scalar('Boolean'),
} as const;

function bindKnowledge(value: Value & { kind: 'viewer' }, viewer: KnownViewer | undefined): Value {
  const [first, ...rest] = value.path;
  const known = first === 'claims' ? claimAt(viewer, rest) : (viewer?.[first] ?? null);
  const type = value.as?.type ?? (first === 'claims' ? typeOfClaim(known) : KNOWLEDGE[first]);
  return { kind: 'literal', value: readAs(known, type, value.as?.idKind), type };
}

function claimAt(viewer: KnownViewer | undefined, path: readonly string[]): unknown {
  let claim: unknown = viewer?.claims;
  for (const step of path) {
    const inside = typeof claim === 'object' && claim !== null && Object.hasOwn(claim, step);
    claim = inside ? (claim as Readonly<Record<string, unknown>>)[step] : undefined;
  }
  return claim;
}

/** Of a claim that nothing types from the other side: two claims compared, or a null test. */
function typeOfClaim(claim: unknown): ValueType {
  if (Array.isArray(claim)) return scalar(typeOfClaim(claim[0]).name, true);
  if (typeof claim === 'number') return scalar('Float');
  return scalar(typeof claim === 'boolean' ? 'Boolean' : typeof claim === 'object' ? 'JSON' : 'String');
}

function withoutViewerRows(expr: Expr): Expr {
  switch (expr.kind) {
    case 'exists':
      return isViewers(expr.rows) ? FALSE : expr;
    case 'all':
      return isViewers(expr.rows) ? TRUE : expr;
    case 'noRow':
      return isViewerRow(expr.row) ? TRUE : expr;
    default:
      return expr;
  }
}

function isViewers(rows: Rows): boolean {
  switch (rows.kind) {
    case 'related':
      return isViewerRow(rows.row);
    case 'entity':
      return false;
    default:
      return assertNever(rows);
  }
}

function isViewerRow(row: RowPath): boolean {
  return row.from === VIEWER;
}
