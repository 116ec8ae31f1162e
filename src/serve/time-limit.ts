import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ViewerError } from '../kit/viewer-error.ts';

/** How long work may go on after its signal was aborted before the client is answered without it. */
const GRACE_MS = 1_000;

/** Bounds one request: `signal` aborts at the time limit, when the client goes away, and at a forced stop. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /**
   * Waits for `work`, at most until shortly after the abort. Within that second cancelled SQL can report itself, and a
   * mutation that was just committing can still tell the truth.
   *
   * @throws ViewerError TIMEOUT or UNAVAILABLE when the work does not end by itself
   */
  bound<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

export function startTimeLimit(ms: number, response: ServerResponse, stop: AbortSignal): TimeLimit {
  const controller = new AbortController();
  // Every statement of the operation listens, and many run side by side: Node takes more than ten for a leak.
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(timeout(ms)), ms);
  const onClose = () => {
    if (!response.writableEnded) controller.abort(new ViewerError('UNAVAILABLE', 'The client went away.'));
  };
  const onStop = () => controller.abort(stopping());
  response.once('close', onClose);
  stop.addEventListener('abort', onStop, { once: true });
  return {
    signal: controller.signal,
    bound: (work) => raceAbort(work, controller.signal),
    end() {
      clearTimeout(timer);
      response.off('close', onClose);
      stop.removeEventListener('abort', onStop);
    },
  };
}

async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let giveUp: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      timer = setTimeout(() => reject(signal.reason), GRACE_MS);
    };
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    clearTimeout(timer);
    if (giveUp) signal.removeEventListener('abort', giveUp);
  }
}

function timeout(ms: number): ViewerError {
  return new ViewerError('TIMEOUT', `The operation took longer than ${ms / 1000} s and was cancelled.`);
}

/** What a request hears that comes while, or is cut off because, the server stops. */
export function stopping(): ViewerError {
  return new ViewerError('UNAVAILABLE', 'The server is shutting down. Try again in a moment.');
}
