import type { KnownViewer } from '../../model/viewer.ts';

/** How long a viewer is remembered, so at most how long a session goes on after it was revoked on another node. */
export const REMEMBERED_MS = 5_000;
/** Sessions that are remembered at once; each takes some hundred bytes. */
const CAPACITY = 20_000;

interface Entry {
  readonly viewer: KnownViewer;
  readonly until: number;
}

/** What a secret was found to stand for, for a few seconds. Unknown secrets are not remembered. */
export class ViewerCache {
  readonly #entries = new Map<string, Entry>();
  /** Lookups under way: many requests of one page ask once. */
  readonly #asking = new Map<string, Promise<KnownViewer | undefined>>();
  #generation = 0;

  /** @param find answers the viewer and the time (ms since 1970) after which it is none any more */
  async get(
    key: string,
    find: () => Promise<{ viewer: KnownViewer; expiresAt: number } | undefined>,
  ): Promise<KnownViewer | undefined> {
    const now = Date.now();
    const known = this.#entries.get(key);
    if (known && known.until > now) return known.viewer;
    this.#entries.delete(key);
    const asking = this.#asking.get(key) ?? this.#ask(key, find);
    return asking;
  }

  /** Forgets everything: something has been revoked or changed. Lookups under way are not kept either. */
  clear(): void {
    this.#generation += 1;
    this.#entries.clear();
    this.#asking.clear();
  }

  #ask(
    key: string,
    find: () => Promise<{ viewer: KnownViewer; expiresAt: number } | undefined>,
  ): Promise<KnownViewer | undefined> {
    const generation = this.#generation;
    const asking = find()
      .then((found) => {
        if (found && generation === this.#generation) this.#remember(key, found.viewer, found.expiresAt);
        return found?.viewer;
      })
      .finally(() => {
        if (this.#asking.get(key) === asking) this.#asking.delete(key);
      });
    this.#asking.set(key, asking);
    return asking;
  }

  #remember(key: string, viewer: KnownViewer, expiresAt: number): void {
    this.#entries.set(key, { viewer, until: Math.min(Date.now() + REMEMBERED_MS, expiresAt) });
    if (this.#entries.size <= CAPACITY) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
