import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What PostgreSQL says once a connection is made: ReadyForQuery, idle. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A way to a database on which connections can fall silent without being closed, as on a network that has lost them. */
export class Way implements AsyncDisposable {
  readonly #server = createServer((near) => this.#join(near));
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  /** Whether connections from now on fall silent once PostgreSQL is ready for their first statement. */
  mutesNew = false;
  /** How many of those were closed by who had opened them. */
  givenUp = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async to(target: string): Promise<Way> {
    const way = new Way(target);
    await once(way.#server.listen(0, '127.0.0.1'), 'listening');
    return way;
  }

  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** From now on nothing passes on the connections that there are. */
  mute(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server.close(), 'close');
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    near.pipe(far);
    if (this.mutesNew) this.#passUntilReady(far, near);
    else far.pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined).on('close', () => other.destroy());
    }
  }

  #passUntilReady(far: Socket, near: Socket): void {
    let isReady = false;
    far.on('data', (data: Buffer) => {
      if (!isReady) near.write(data);
      isReady ||= data.includes(READY);
    });
    near.on('close', () => {
      this.givenUp += 1;
    });
  }
}
