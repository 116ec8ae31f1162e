import { type DocumentNode, print } from 'graphql';
import type { Limits } from '../../config/index.ts';
import type { Place, Problems } from '../../kit/problem.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import { type ListedDocument, type Operation, withTypenames } from '../../operations/index.ts';
import { limitOperation } from '../../serve/index.ts';

const REMEDY = 'Ask for less in one operation, or raise this limit in the settings.';

/** What exceeds a limit is refused each time that it is sent: a problem of each operation and of each listed document. */
export function measureDocuments(
  operations: readonly Operation[],
  listed: readonly ListedDocument[],
  limits: Limits,
  problems: Problems,
): void {
  const tell = (place: Place, fault: string): void =>
    problems.error(place, 'OPERATION_TOO_COMPLEX', `${fault} ${REMEDY}`);
  for (const { place, document } of operations) {
    const fault = faultOfForms(document, limits);
    if (fault !== undefined) tell(place, fault);
  }
  for (const { id, file, text } of listed) {
    const fault = faultOf(text, limits);
    if (fault !== undefined)
      tell({ file, line: 1, column: 1 }, `The document "${id}" is too large: ${fault}`);
  }
}

/** The forms in which an operation is sent differ in size only by the `__typename` that some clients add. */
function faultOfForms(document: DocumentNode, limits: Limits): string | undefined {
  const fault = faultOf(print(document), limits);
  if (fault !== undefined) return fault;
  const grown = faultOf(print(withTypenames(document)), limits);
  return grown && `As clients with a normalized cache send it, with __typename in each selection: ${grown}`;
}

function faultOf(text: string, limits: Limits): string | undefined {
  try {
    limitOperation(text, limits);
    return undefined;
  } catch (error) {
    if (error instanceof ViewerError) return error.message;
    throw error;
  }
}
