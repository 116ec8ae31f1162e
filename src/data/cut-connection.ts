import type pg from 'pg';

/** Ends a connection without a word: `end()` waits for a server that may not be there any more. */
export function cutConnection(client: pg.ClientBase): void {
  (client as unknown as pg.Client).connection.stream.destroy();
}
