import type { Listener } from '../../data/index.ts';
import { answerKey } from './answer-key.ts';
import type { Asked, Judgement } from './judge-operations.ts';
import type { KeptAnswers, Turn } from './kept-answers.ts';

/** The server's own cache: what was answered is answered again, as long as every change is heard of. */
export class AnswerCache {
  readonly #kept: KeptAnswers;
  readonly #listener: Listener;
  readonly #watched: ReadonlySet<string>;
  #hears = false;

  /** @param watched tables whose changes are told */
  constructor(kept: KeptAnswers, listener: Listener, watched: readonly string[]) {
    this.#kept = kept;
    this.#listener = listener;
    this.#watched = new Set(watched);
  }

  /** While changes may be missed, nothing is answered from memory, and nothing of before is believed afterwards. */
  setHearing(hears: boolean): void {
    this.#hears = hears;
    if (!hears) this.#kept.clear();
  }

  async turn(asked: Asked, judgement: Judgement): Promise<Turn> {
    const { facts, reads } = judgement;
    const { signal } = asked.scope;
    if (!this.#mayKeep(asked, judgement) || signal?.aborted) return { kind: 'alone' };
    return this.#kept.turn({
      key: answerKey(asked, judgement),
      tables: facts.readsEverything ? undefined : reads.tables,
      maxAge: facts.maxAge,
      signal,
    });
  }

  #mayKeep({ scope }: Asked, { facts, reads }: Judgement): boolean {
    // A rule about the time may come to something else at any moment.
    const isTimeless = !reads.now || scope.viewer.kind === 'admin';
    if (!this.#hears || !facts.isStorable || !isTimeless) return false;
    for (const table of reads.tables) if (!this.#watched.has(table)) return false;
    return true;
  }

  /** @returns once everything that was committed before is heard of */
  caughtUp(): Promise<void> {
    return this.#listener.caughtUp();
  }

  async close(): Promise<void> {
    await this.#listener.close();
    this.#kept.clear();
  }
}
