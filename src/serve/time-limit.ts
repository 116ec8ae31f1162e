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
  /** Ends the work before its time; once it has been aborted, a further reason changes nothing. */
  abort(reason: ViewerError): void;
  end(): void;
}

/**
 * The time limits of all requests under way. One timer looks after all of them, because a timer for each would cost more than
 * some requests: a request may take a twentieth longer than its limit, and at most a quarter of a second.
 */
export class TimeLimits {
  readonly #ms: number;
  readonly #running = new Set<RunningLimit>();
  #sweep: NodeJS.Timeout | undefined;

  /** @param stop aborted when a stop has used up its grace */
  constructor(ms: number, stop: AbortSignal) {
    this.#ms = ms;
    stop.addEventListener('abort', () => {
      for (const limit of this.#running) limit.abort(stopping());
    });
  }

  /** @param response of the request, where it has one of its own: then its close means that the client went away */
  start(response?: ServerResponse): TimeLimit {
    const limit = new RunningLimit(performance.now() + this.#ms, response, this.#running);
    this.#running.add(limit);
    this.#sweep ??= setInterval(() => this.#abortLate(), Math.min(250, Math.max(5, this.#ms / 20))).unref();
    return limit;
  }

  #abortLate(): void {
    const now = performance.now();
    for (const limit of this.#running) if (limit.deadline <= now) limit.abort(timeout(this.#ms));
    if (this.#running.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}

class RunningLimit implements TimeLimit {
  /** As `performance.now()` counts. */
  readonly deadline: number;
  #controller: AbortController | undefined;
  #reason: ViewerError | undefined;
  readonly #response: ServerResponse | undefined;
  readonly #running: Set<RunningLimit>;
  readonly #onClose: (() => void) | undefined;
  #grace: NodeJS.Timeout | undefined;
  #giveUp: ((reason: unknown) => void) | undefined;

  constructor(deadline: number, response: ServerResponse | undefined, running: Set<RunningLimit>) {
    this.deadline = deadline;
    this.#response = response;
    this.#running = running;
    if (!response) return;
    // A variable first: V8 takes a function that is assigned to a property for a method, and puts it with what lives long.
    // There it would keep everything of its request until the next full collection.
    const onClose = (): void => {
      if (!response.writableEnded) this.abort(clientGone());
    };
    this.#onClose = onClose;
    response.once('close', onClose);
  }

  /** Made for who asks: most requests are answered before anybody has listened. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      // Every statement of the operation listens, and many run side by side: Node takes more than ten for a leak.
      setMaxListeners(0, this.#controller.signal);
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: ViewerError): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#grace = setTimeout(() => this.#giveUp?.(reason), GRACE_MS);
  }

  bound<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      work.then(resolve, reject);
    });
  }

  end(): void {
    clearTimeout(this.#grace);
    if (this.#onClose) this.#response?.off('close', this.#onClose);
    this.#running.delete(this);
  }
}

/** What nobody hears: why work is ended whose client is not there any more. */
export function clientGone(): ViewerError {
  return new ViewerError('UNAVAILABLE', 'The client went away.');
}

function timeout(ms: number): ViewerError {
  return new ViewerError('TIMEOUT', `The operation took longer than ${ms / 1000} s and was cancelled.`);
}

/** What a request hears that comes while, or is cut off because, the server stops. */
export function stopping(): ViewerError {
  return new ViewerError('UNAVAILABLE', 'The server is shutting down. Try again in a moment.');
}
