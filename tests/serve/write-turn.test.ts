import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { writeTurn } from '../../src/serve/write-turn.ts';

/** What happens on a server that reads from many connections and answers each in its turn to write. */
async function happenings(clients: number): Promise<readonly string[]> {
  const events: string[] = [];
  const server = createServer((socket) => {
    socket.write('welcome');
    socket.on('data', async () => {
      events.push('read');
      await writeTurn();
      events.push('write');
      socket.end('x');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = Array.from({ length: clients }, () => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'data')));
  const closed = sockets.map((socket) => once(socket.resume(), 'close'));
  for (const socket of sockets) socket.write('x');
  await Promise.all(closed);
  server.close();
  return events;
}

describe('the turn to write', () => {
  it('comes once what has arrived at the same time is read', async () => {
    const events = await happenings(8);
    expect(events.filter((event) => event === 'write')).toHaveLength(8);
    expect(events.slice(0, 2)).toEqual(['read', 'read']);
    expect(await happenings(1)).toEqual(['read', 'write']);
  });

  it('is shared by those who wait for it, and nobody misses it for the failure of another', async () => {
    const first = writeTurn();
    expect(writeTurn()).toBe(first);
    const failed = first.then(() => {
      throw new Error('could not be written');
    });
    const other = first.then(() => 'written');
    await expect(failed).rejects.toThrow('could not be written');
    expect(await other).toBe('written');
    expect(writeTurn()).not.toBe(first);
  });
});
