import type { WalPosition } from '../../data/index.ts';

interface Entry {
  readonly position: WalPosition;
  readonly at: number;
}

/** Writers remembered at once; each takes some hundred bytes. */
const CAPACITY = 20_000;

/** How far into the database's log each writer has written lately. */
export class WrittenPositions {
  readonly #entries = new Map<string, Entry>();
  readonly #keptMs: number;
  /** Told of what was written here. */
  onNote: ((writer: string, position: WalPosition, at: number) => void) | undefined;
  /** The furthest of those that there was no room for: asked of everybody, so that nobody misses a write. */
  #crowded: Entry = { position: 0n, at: 0 };

  /** @param keptMs after which every replica in use has a write, so that it need not be remembered */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  /** Something was written here. */
  note(writer: string, position: WalPosition, at: number): void {
    this.learn(writer, position, at);
    this.onNote?.(writer, position, at);
  }

  /** Something was written, here or by another process. */
  learn(writer: string, position: WalPosition, at: number): void {
    const before = this.#entries.get(writer);
    if (before && before.position > position) return;
    this.#entries.delete(writer);
    this.#entries.set(writer, { position, at });
    this.#forget(at - this.#keptMs);
  }

  /** What a replica must have for whoever may be any of these writers. */
  required(writers: readonly string[], now: number): WalPosition {
    const oldest = now - this.#keptMs;
    const known = writers.flatMap((writer) => this.#entries.get(writer) ?? []);
    return [...known, this.#crowded]
      .filter(({ at }) => at > oldest)
      .reduce((furthest, { position }) => (position > furthest ? position : furthest), 0n);
  }

  #forget(oldest: number): void {
    for (const [writer, entry] of this.#entries) {
      if (entry.at > oldest && this.#entries.size <= CAPACITY) return;
      this.#entries.delete(writer);
      if (entry.at > oldest && entry.position > this.#crowded.position) this.#crowded = entry;
    }
  }
}
