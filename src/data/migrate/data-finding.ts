/** One way in which a change and the stored rows do not go together. */
export interface DataFinding {
  readonly kind:
    | 'tableDropped'
    | 'columnDropped'
    | 'columnReplaced'
    | 'requiredWithoutValue'
    | 'nullsStored'
    | 'valueDoesNotFit'
    | 'enumValueInUse'
    | 'duplicates'
    | 'danglingReference'
    | 'checkViolated'
    | 'refused';
  /** `loss`: it can be done, and these rows' values are gone. `impossible`: PostgreSQL would refuse it. */
  readonly severity: 'loss' | 'impossible';
  readonly table: string;
  /** Stored names, joined by a comma where there are several; absent when the whole table is meant. */
  readonly column?: string;
  /** How many stored rows are concerned. */
  readonly rows: number;
  readonly message: string;
  readonly remedy: string;
  /** Of `refused`: what PostgreSQL says of which statement. */
  readonly refusal?: Refusal;
}

export interface Refusal {
  readonly statement: string;
  readonly reason: string;
  /** Where in the statement, in characters from 0; undefined where it is not about one place. */
  readonly offset: number | undefined;
}

/** "1 row", "2 rows". */
export function countRows(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
