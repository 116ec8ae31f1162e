import cluster from 'node:cluster';
import { once } from 'node:events';
import { describeFailure } from '../describe-failure.ts';
import type { DatabaseLink } from '../open-database.ts';
import type { RunningServer } from '../serve-project.ts';
import { isWorkerMessage, type WorkerMessage } from './messages.ts';
import { shareWrites } from './share-writes.ts';

/**
 * One of several processes that answer on the same port. Ends when the primary asks for it, and at SIGTERM, which a
 * supervisor may send to every process; SIGINT comes from the terminal to all of them, and the primary acts on it. A
 * primary that dies takes its workers along: node:cluster sees to that.
 */
export async function runWorker(start: (database: DatabaseLink) => Promise<RunningServer>): Promise<void> {
  const begun = told('begin');
  const stopped = Promise.race([told('stop'), once(process, 'SIGTERM')]);
  process.on('SIGINT', () => undefined);
  try {
    await tell({ plinth: 'listening' });
    const { database } = await begun;
    const running = await start(database);
    if (running.reads) shareWrites(running.reads.written);
    await tell({ plinth: 'serving', url: running.url });
    await stopped;
    await running.stop();
  } catch (error) {
    await tell({ plinth: 'failed', reason: describeFailure(error) });
    process.exitCode = 1;
  }
  cluster.worker?.disconnect();
}

/** The first message of that kind from the primary. */
function told<K extends WorkerMessage['plinth']>(
  kind: K,
): Promise<Extract<WorkerMessage, { readonly plinth: K }>> {
  return new Promise((resolve) => {
    process.on('message', (message: unknown) => {
      if (isWorkerMessage(message) && message.plinth === kind)
        resolve(message as Extract<WorkerMessage, { readonly plinth: K }>);
    });
  });
}

/** Resolves when the message is on its way, so that an end of this process does not take it along. */
function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
