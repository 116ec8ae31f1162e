import type { IncomingMessage } from 'node:http';
import type { TimeLimit } from './time-limit.ts';
import type { ContextValue, PlinthApp } from './types.ts';

/** What is known already of a request that has been read and not answered at the front door. */
export interface HandedOver {
  readonly id: string;
  readonly body: Buffer;
  readonly limit: TimeLimit;
  readonly cookies: string[];
  /** Undefined where it could not be made, which is to be found out again and reported. */
  readonly made: MadeContext | undefined;
}

/** A context is of no use to another version of the app. */
export interface MadeContext {
  readonly by: PlinthApp;
  readonly context: ContextValue;
}

const handed = new WeakMap<IncomingMessage, HandedOver>();

export function handOver(request: IncomingMessage, parts: HandedOver): void {
  handed.set(request, parts);
}

/** Undefined for requests that did not come through the front door. */
export function handedOver(request: IncomingMessage): HandedOver | undefined {
  return handed.get(request);
}
