import { DatabaseError, type Row } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { RequestScope } from '../request-scope.ts';
import { type Sql, toStatement } from '../sql/sql.ts';
import { SqlEnv } from '../sql/sql-env.ts';

/** A fresh environment for one statement of this request. */
export function statementEnv(scope: RequestScope): SqlEnv {
  return new SqlEnv({
    app: scope.app,
    viewerId: scope.viewer.kind === 'viewer' ? scope.viewer.id : undefined,
  });
}

/** Runs one reading statement. @throws ViewerError where what the viewer sent is beyond what PostgreSQL can hold */
export async function runStatement(scope: RequestScope, piece: Sql): Promise<Row[]> {
  const { text, params } = toStatement(piece);
  try {
    return await scope.db.query(text, params, scope.signal ? { signal: scope.signal } : {});
  } catch (error) {
    throw forViewer(error);
  }
}

function forViewer(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.kind === 'outOfRange') {
    return new ViewerError('BAD_USER_INPUT', 'A number or date is out of range.', { cause: error });
  }
  if (error.kind === 'invalidText') {
    return new ViewerError('BAD_USER_INPUT', 'A value does not have the form that its type needs.', {
      cause: error,
    });
  }
  return error;
}
