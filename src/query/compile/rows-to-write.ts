import { RowForm, type RowStep } from '../../data/index.ts';
import { join, type Sql, sql } from '../sql/sql.ts';
import { type JsonText, knownText, type Member } from './json-text.ts';

/** A list whose rows PostgreSQL sends as they are, so that whoever reads them writes the JSON. */
export interface RowsToWrite {
  readonly select: Sql;
  readonly form: RowForm;
}

/** PostgreSQL takes 1,664 columns. */
const MOST_COLUMNS = 1_000;

/** Undefined where the value is no list of rows, or has more columns than can be sent. */
export function rowsToWrite({ inRow }: JsonText): RowsToWrite | undefined {
  if (!inRow || !('select' in inRow)) return undefined;
  const columns: Sql[] = [];
  const form = new RowForm(objectSteps(inRow.members, columns));
  return columns.length > MOST_COLUMNS ? undefined : { select: inRow.select(join(columns)), form };
}

/** @param isThere whether there is a row that the members are of, where it may be missing */
function objectSteps(members: readonly Member[], columns: Sql[], isThere?: Sql): readonly RowStep[] {
  const steps = members.flatMap(({ key, value }, index): RowStep[] => [
    { literal: `${index === 0 ? '' : ','}"${key}":` },
    valueStep(value, columns, isThere),
  ]);
  return [{ literal: '{' }, ...steps, { literal: '}' }];
}

function valueStep(value: JsonText, columns: Sql[], isThere: Sql | undefined): RowStep {
  const literal = knownText(value);
  if (literal !== undefined) return { literal };
  const { inRow } = value;
  if (inRow && 'isThere' in inRow) {
    columns.push(sql`CASE WHEN ${inRow.isThere} THEN '' END`);
    return { object: objectSteps(inRow.members, columns, inRow.isThere) };
  }
  const { column, isText, isStored } =
    inRow && 'column' in inRow ? inRow : { column: value.sql, isText: false, isStored: false };
  columns.push(isThere && !isStored ? sql`CASE WHEN ${isThere} THEN ${column} END` : column);
  return { column: isText ? 'text' : 'json' };
}
