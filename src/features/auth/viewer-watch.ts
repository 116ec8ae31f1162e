import type { Queryable } from '../../data/index.ts';
import type { ForeignViewer } from './foreign-tokens.ts';
import type { ViewerStatements } from './viewer-statements.ts';

export interface ViewerWatchParts {
  readonly db: Queryable;
  readonly statements: Pick<ViewerStatements, RowKind>;
  readonly readForeignToken: (token: string) => Promise<ForeignViewer | undefined>;
  /** Somebody's session has ended elsewhere, so that what is remembered of viewers may be wrong. */
  readonly changed: () => void;
  readonly log: { debug(fields: object, message: string): void };
}

/** How often the database is asked, and so at most how long a session's connections outlive it. */
const EVERY_MS = 1_000;
/** How long the database may take to say: a connection that has died says nothing, and another has to be asked. */
const PATIENCE_MS = 1_500;
/** How often a token is read again: its issuer may have withdrawn the key. */
const TOKEN_EVERY_MS = 30_000;

export type RowKind = 'sessions' | 'apiKeys' | 'accounts';
const KINDS: readonly RowKind[] = ['sessions', 'apiKeys', 'accounts'];

/** A row that somebody's connection hangs on. */
interface WatchedRow {
  readonly key: string;
  /** What of its facts must stay as it is; they are undefined where there is no such row. */
  readonly mark: (facts: string | undefined) => string;
  readonly seen: string;
  readonly onEnd: () => void;
}

interface WatchedToken {
  readonly token: string;
  /** ms since 1970. */
  readonly expiresAt: number;
  readonly onEnd: () => void;
  readAt: number;
}

/**
 * Notices when what open connections hang on ends or changes: by itself every second, whoever has done it and on whatever
 * node, and at once when it is told that something has changed here. One statement asks after all sessions, one after all
 * keys, one after all accounts; none while there is nobody to ask after. While the database does not answer, all stay.
 */
export class ViewerWatch {
  readonly #parts: ViewerWatchParts;
  readonly #rows: Readonly<Record<RowKind, Set<WatchedRow>>> = {
    sessions: new Set(),
    apiKeys: new Set(),
    accounts: new Set(),
  };
  readonly #tokens = new Set<WatchedToken>();
  #timer: NodeJS.Timeout | undefined;
  #isChecking = false;
  #isOld = false;
  #isOver = false;

  constructor(parts: ViewerWatchParts) {
    this.#parts = parts;
  }

  /** The facts of one row as they are now, whatever is remembered of it. */
  async ask(kind: RowKind, key: string): Promise<string | undefined> {
    return (await this.#askAll(kind, [key])).get(key);
  }

  /** @param facts what `ask` has answered; @returns how to stop */
  row(
    kind: RowKind,
    key: string,
    facts: string | undefined,
    onEnd: () => void,
    mark: WatchedRow['mark'] = (found) => found ?? '',
  ): () => void {
    return this.#add<WatchedRow>(this.#rows[kind], { key, mark, seen: mark(facts), onEnd });
  }

  /** @returns how to stop */
  token(token: string, expiresAt: number, onEnd: () => void): () => void {
    return this.#add<WatchedToken>(this.#tokens, { token, expiresAt, onEnd, readAt: Date.now() });
  }

  /** To be called when something may have ended. */
  check(): void {
    if (this.#isOver || !this.#hasRows()) return;
    if (this.#isChecking) {
      this.#isOld = true;
      return;
    }
    this.#isChecking = true;
    void this.#checkRows().finally(() => {
      this.#isChecking = false;
    });
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #add<Watched>(watched: Set<Watched>, one: Watched): () => void {
    watched.add(one);
    if (!this.#isOver) this.#timer ??= setInterval(() => this.#look(), EVERY_MS).unref();
    return () => void watched.delete(one);
  }

  /** Tokens first, and whatever the database does: they end without it. */
  #look(): void {
    this.#checkTokens();
    this.check();
    if (this.#tokens.size > 0 || this.#hasRows()) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #hasRows(): boolean {
    return KINDS.some((kind) => this.#rows[kind].size > 0);
  }

  async #checkRows(): Promise<void> {
    do {
      this.#isOld = false;
      // One that cannot be asked after keeps no other open.
      const found = await Promise.allSettled(KINDS.map((kind) => this.#findEnded(kind)));
      const ended = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
      const [fault] = found.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      if (fault) this.#parts.log.debug({ err: fault }, 'open sessions could not be looked after');
      if (ended.length > 0) this.#parts.changed();
      for (const end of ended) end();
    } while (this.#isOld);
  }

  async #findEnded(kind: RowKind): Promise<(() => void)[]> {
    // Who comes while the database answers is not in its answer.
    const asked = [...this.#rows[kind]];
    const found = await this.#askAll(kind, [...new Set(asked.map(({ key }) => key))]);
    const ended = asked.filter(({ key, mark, seen }) => mark(found.get(key)) !== seen);
    return ended.map((row) => () => this.#end(this.#rows[kind], row));
  }

  async #askAll(kind: RowKind, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (keys.length === 0) return new Map();
    const rows = await this.#parts.db.query<{ key: string; facts: string }>(
      this.#parts.statements[kind],
      [keys],
      { signal: AbortSignal.timeout(PATIENCE_MS) },
    );
    return new Map(rows.map(({ key, facts }) => [key, facts]));
  }

  #checkTokens(): void {
    const now = Date.now();
    for (const token of this.#tokens) {
      if (token.expiresAt <= now) this.#end(this.#tokens, token);
      else if (token.readAt + TOKEN_EVERY_MS <= now) {
        token.readAt = now;
        // Beside the rest: an issuer may be slow to answer.
        void this.#parts.readForeignToken(token.token).then((viewer) => {
          if (!viewer) this.#end(this.#tokens, token);
        });
      }
    }
  }

  #end<Watched extends { readonly onEnd: () => void }>(watched: Set<Watched>, one: Watched): void {
    if (watched.delete(one)) one.onEnd();
  }
}
