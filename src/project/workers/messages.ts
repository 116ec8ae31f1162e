import type { DatabaseLink } from '../open-database.ts';

/** What the processes of one server tell each other. */
export type WorkerMessage =
  /** A worker listens from here on; what it is told earlier may be lost on it. */
  | { readonly plinth: 'listening' }
  /** The primary answers where the database is that it has looked at. */
  | { readonly plinth: 'begin'; readonly database: DatabaseLink }
  /** A worker answers requests. */
  | { readonly plinth: 'serving'; readonly url: string }
  /** A worker could not start, and neither could another one. */
  | { readonly plinth: 'failed'; readonly reason: string }
  /** Somebody has written up to a position of the database's log; the primary passes it on to the other workers. */
  | { readonly plinth: 'wrote'; readonly writer: string; readonly position: string; readonly at: number }
  /** The primary asks a worker to answer what is under way and to end. */
  | { readonly plinth: 'stop' };

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeof message === 'object' && message !== null && 'plinth' in message;
}
