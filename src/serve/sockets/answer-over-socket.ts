import type { Incoming } from '../admit-request.ts';
import type { CurrentApp } from '../current-app.ts';
import type { PutDocument } from '../documents/put-document.ts';
import { describeFailure } from '../error-answer.ts';
import type { MaskError } from '../mask-errors.ts';
import { type RunDeps, runOperation, statusOf, textOf } from '../run-operation.ts';
import type { TimeLimit } from '../time-limit.ts';

export interface SocketAnswerDeps extends RunDeps {
  readonly current: CurrentApp;
  readonly maskError: MaskError;
  readonly putDocument: PutDocument;
}

/** What an operation is answered with: as HTTP would have it, in the protocol's terms. */
export interface SocketAnswer {
  /** `error` where nothing ran, and so where there is no `data`. */
  readonly type: 'next' | 'error';
  /** JSON. */
  readonly payload: string;
  /** The status that the same request would have had over HTTP, for the log. */
  readonly status: number;
}

/** Answers one operation by the same steps as HTTP. Never rejects. */
export async function answerOverSocket(
  request: Incoming,
  limit: TimeLimit,
  deps: SocketAnswerDeps,
): Promise<SocketAnswer> {
  try {
    deps.putDocument(request);
    // Nobody gets them: a socket cannot set cookies. Who signs in over one is answered a token.
    const cookies: string[] = [];
    const answer = await limit.bound(
      deps.current.use((served) => runOperation({ served, request, limit, deps, cookies }, undefined)),
    );
    return inProtocolTerms(textOf(answer), statusOf(answer));
  } catch (error) {
    return describeSocketFailure(error, request.id, deps.maskError);
  } finally {
    limit.end();
  }
}

export function describeSocketFailure(error: unknown, requestId: string, maskError: MaskError): SocketAnswer {
  const { formatted, status } = describeFailure(error, requestId, maskError);
  return { type: 'error', payload: JSON.stringify([formatted]), status };
}

/** Nearly every answer begins with its data, and need not be read. */
function inProtocolTerms(text: string, status: number): SocketAnswer {
  const whole = text.trimEnd();
  if (whole.startsWith('{"data":')) return { type: 'next', payload: whole, status };
  const answer = JSON.parse(whole) as { readonly data?: unknown; readonly errors?: unknown };
  if (answer.data !== undefined) return { type: 'next', payload: whole, status };
  return { type: 'error', payload: JSON.stringify(answer.errors ?? []), status };
}
