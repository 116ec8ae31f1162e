import {
  DatabaseError,
  type Queryable,
  type QueryOptions,
  type RowsForm,
  type Shares,
} from '../../data/index.ts';
import type { ByteText } from '../../kit/byte-text.ts';
import type { RequestScope } from '../request-scope.ts';
import type { BuiltStatement } from './build-statement.ts';
import type { TextRow } from './join-answer.ts';
import { type MadeValues, makeTrial, requestShape, type ShapeParts } from './request-shape.ts';
import { fillTemplate, inferTemplate } from './template.ts';
import type { TemplateStore } from './template-store.ts';

/** What one request runs. */
export interface Run {
  readonly statement: Pick<BuiltStatement, 'text' | 'members' | 'marks' | 'rows'>;
  readonly params: readonly unknown[];
  readonly name?: string;
}

/** Makes the statement of one request; undefined where that is refused. For a trial nothing is validated. */
export type Build = (
  scope: RequestScope,
  variables: Readonly<Record<string, unknown>>,
  made: MadeValues | undefined,
  isTrial: boolean,
) => BuiltStatement | undefined;

/** The statement of a request: out of the template of its shape where there is one, else built. */
export function prepareRun(parts: ShapeParts, templates: TemplateStore, build: Build): Run | undefined {
  const shape = requestShape(parts);
  const template = shape && templates.get(shape.key);
  if (shape && template)
    return { statement: template, params: fillTemplate(template, shape.slots), name: template.name };
  const built = build(parts.scope, parts.variables, parts.made, false);
  if (!built) return undefined;
  if (shape && templates.isWorthIt(shape.key)) {
    const trial = makeTrial(parts);
    const other = build(trial.scope, trial.variables, trial.made, true);
    templates.set(shape.key, other && inferTemplate(built, shape.slots, other, trial.standIns));
  }
  return { statement: built, params: built.params };
}

/** The one row that holds the answer. @throws DatabaseError */
export async function readRow(
  { statement, params, name }: Run,
  db: Queryable,
  scope: RequestScope,
  shares?: Shares,
): Promise<TextRow | undefined> {
  if (statement.text === '') return {};
  const texts = await db.readTexts(
    statement.text,
    params,
    new RunOptions(scope, name, shares, statement.rows),
  );
  if (!texts) return undefined;
  const row: Record<string, ByteText | null> = {};
  for (const [at, text] of texts.entries()) row[`r${at}`] = text;
  return row;
}

/** Options whose signal is made for who asks. */
class RunOptions implements QueryOptions {
  readonly name?: string;
  readonly shares?: Shares;
  readonly rows?: RowsForm;
  readonly #scope: RequestScope;

  constructor(
    scope: RequestScope,
    name: string | undefined,
    shares: Shares | undefined,
    rows: RowsForm | undefined,
  ) {
    if (name !== undefined) this.name = name;
    if (shares !== undefined) this.shares = shares;
    if (rows !== undefined) this.rows = rows;
    this.#scope = scope;
  }

  get signal(): AbortSignal | undefined {
    return this.#scope.signal;
  }
}

/** Whether the database has looked at the statement and refused it, so that nothing of it was stored. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error.sqlState === undefined) return false;
  return error.kind !== 'cancelled' && error.kind !== 'timeout' && error.kind !== 'unavailable';
}
