import { ViewerError } from '../../kit/viewer-error.ts';

/** Parameters of a statement: PostgreSQL's protocol counts them in 16 bits, and the driver's count would start anew. */
const MAX_PARAMETERS = 65_535;

/** @throws ViewerError BAD_USER_INPUT where what was sent is more than one statement takes */
export function assertParameters(count: number): void {
  if (count <= MAX_PARAMETERS) return;
  throw new ViewerError(
    'BAD_USER_INPUT',
    `This needs more than ${MAX_PARAMETERS} values at once. Send it in several operations.`,
  );
}
