import type { WalPosition } from './wal-position.ts';

interface Sample {
  readonly at: number;
  readonly position: WalPosition;
}

/** Samples beyond this many say nothing new: whoever lacks the oldest is far behind. */
const KEPT = 1_000;

/** Where the primary's log was at which time, so that a replica's delay shows even when nothing reaches it any more. */
export class PrimaryHistory {
  #samples: Sample[] = [];

  add(at: number, position: WalPosition): void {
    this.#samples.push({ at, position });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** When the primary was last heard of, in ms since 1970; undefined before the first time. */
  get newest(): number | undefined {
    return this.#samples.at(-1)?.at;
  }

  /** For how long, in ms, somebody at `position` has been missing something; undefined where it cannot be told yet. */
  delay(position: WalPosition, now: number): number | undefined {
    if (this.#samples.length === 0) return undefined;
    const missing = this.#samples.find((sample) => sample.position > position);
    return missing ? now - missing.at : 0;
  }

  /** Forgets what every replica has. */
  forgetUntil(position: WalPosition): void {
    const newest = this.#samples.at(-1);
    const kept = this.#samples.filter((sample) => sample.position > position);
    this.#samples = kept.length > 0 || !newest ? kept : [newest];
  }
}
