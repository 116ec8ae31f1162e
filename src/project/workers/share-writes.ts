import type { WrittenPositions } from '../replicas/written-positions.ts';
import { isWorkerMessage, type WorkerMessage } from './messages.ts';

/**
 * Lets the other workers know who has written how far, for clients that carry neither cookie nor header. They learn it
 * as a rule before the writer has its answer; only what clients carry is certain.
 */
export function shareWrites(written: WrittenPositions): void {
  written.onNote = (writer, position, at) => {
    const message: WorkerMessage = { plinth: 'wrote', writer, position: String(position), at };
    process.send?.(message, undefined, undefined, () => undefined);
  };
  process.on('message', (message: unknown) => {
    if (!isWorkerMessage(message) || message.plinth !== 'wrote') return;
    written.learn(message.writer, BigInt(message.position), message.at);
  });
}
