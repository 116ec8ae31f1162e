import { RecentMap } from '../../kit/recent-map.ts';

/** Bounds of what strangers may have us remember. */
const TEXTS = 1_000;
const CHARACTERS = 4_000_000;
const LONGEST = 100_000;

/** Texts that clients have sent together with their hash, by hash; the ones not asked for longest are forgotten. */
export class RegisteredTexts {
  readonly #texts = new RecentMap<string>(TEXTS, { sizeOf: (text) => text.length, total: CHARACTERS });

  get(hash: string): string | undefined {
    return this.#texts.get(hash);
  }

  /** A text that is too long to keep is not an error: its client sends it each time. */
  add(hash: string, text: string): void {
    if (text.length <= LONGEST) this.#texts.set(hash, text);
  }
}
