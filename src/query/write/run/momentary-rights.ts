import type { Entity } from '../../../model/app-model.ts';
import type { Expr } from '../../../model/expr.ts';

/** A condition that held for some rows, by a name of its own among those of the entity. */
export interface UsedRight {
  readonly entity: Entity;
  readonly name: string;
  readonly condition: Expr;
  readonly ids: Set<string>;
}

/**
 * Rights that were used while something was stored that is not judged yet, and which may rest on it. When the root field
 * fails, the way in which it fails must not tell what such a right showed. So those that did not exist before it began are
 * found then, and it is run again with them barred: it fails as it would have without them.
 */
export class MomentaryRights {
  readonly #barred: ReadonlySet<string>;
  readonly #used = new Map<string, UsedRight>();

  constructor(barred: Iterable<string> = []) {
    this.#barred = new Set(barred);
  }

  isBarred(entity: Entity, name: string, id: string): boolean {
    return this.#barred.size > 0 && this.#barred.has(nameOf(entity, name, id));
  }

  use(entity: Entity, name: string, condition: Expr, id: string): void {
    const key = nameOf(entity, name);
    const right = this.#used.get(key) ?? { entity, name, condition, ids: new Set<string>() };
    this.#used.set(key, right);
    right.ids.add(id);
  }

  used(): Iterable<UsedRight> {
    return this.#used.values();
  }

  /** The same ones barred, and those of `rows` as well; nothing used yet. */
  barring(rows: Iterable<readonly [UsedRight, id: string]>): MomentaryRights {
    const more = [...rows].map(([{ entity, name }, id]) => nameOf(entity, name, id));
    return new MomentaryRights([...this.#barred, ...more]);
  }
}

function nameOf(entity: Entity, ...parts: readonly string[]): string {
  return JSON.stringify([entity.name, ...parts]);
}
