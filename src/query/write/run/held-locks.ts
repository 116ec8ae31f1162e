import type { Entity } from '../../../model/app-model.ts';

export type LockStrength = 'NO KEY UPDATE' | 'UPDATE';

/**
 * The rows that this root field has locked, so that it need not ask for them twice: nobody else can change or delete them.
 * Forgotten whenever the root field itself deletes something, which may take others along, or undoes a part.
 */
export class HeldLocks {
  readonly #held = new Map<string, Map<string, LockStrength>>();

  note(entity: Entity, ids: Iterable<string>, strength: LockStrength): void {
    const held = this.#held.get(entity.name) ?? new Map<string, LockStrength>();
    this.#held.set(entity.name, held);
    for (const id of ids) if (held.get(id) !== 'UPDATE') held.set(id, strength);
  }

  /** Whether all of them are there and locked at least so. */
  holds(entity: Entity, ids: readonly string[], strength: LockStrength): boolean {
    const held = this.#held.get(entity.name);
    return ids.every((id) => held?.get(id) === 'UPDATE' || held?.get(id) === strength);
  }

  clear(): void {
    this.#held.clear();
  }
}
