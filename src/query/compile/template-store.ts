import type { Template } from './template.ts';

/** Shapes of one operation that are remembered: a form with nine filters that may each be left out has as many. */
const SHAPES = 512;

/** Shapes of all operations together, since strangers may send as many operations as they like. */
const ALL_SHAPES = 4_000;

/** Stores that hold something, the oldest first. */
const filled = new Set<TemplateStore>();
let allShapes = 0;

/** The templates of one operation by shape, the least recently used ones forgotten. */
export class TemplateStore {
  /** Null: the shape has been tried and has no template. Undefined: seen once. */
  readonly #byShape = new Map<string, Template | null | undefined>();
  #isExpected = false;

  /** The operation is one of the project's own: it comes more than once. */
  expect(): void {
    this.#isExpected = true;
  }

  /** What is known of each shape that was tried: its template, or that it has none. */
  *tried(): Iterable<readonly [shape: string, template: Template | undefined]> {
    for (const [shape, template] of this.#byShape)
      if (template !== undefined) yield [shape, template ?? undefined];
  }

  get(shape: string): Template | undefined {
    const template = this.#byShape.get(shape);
    // While there is room, nothing is forgotten, so it does not matter what was asked for last.
    if (!template || this.#byShape.size < SHAPES / 2) return template ?? undefined;
    this.#byShape.delete(shape);
    this.#byShape.set(shape, template);
    return template;
  }

  /** True the second time that a shape comes by: most operations of strangers come once. */
  isWorthIt(shape: string): boolean {
    if (this.#byShape.has(shape)) return this.#byShape.get(shape) === undefined;
    if (this.#isExpected) return true;
    this.#remember(shape, undefined);
    return false;
  }

  set(shape: string, template: Template | undefined): void {
    this.#remember(shape, template ?? null);
  }

  #remember(shape: string, template: Template | null | undefined): void {
    const before = this.#byShape.size;
    this.#byShape.set(shape, template);
    if (this.#byShape.size > SHAPES) {
      const oldest = this.#byShape.keys().next();
      if (!oldest.done) this.#byShape.delete(oldest.value);
    }
    allShapes += this.#byShape.size - before;
    filled.add(this);
    for (const store of filled) {
      if (allShapes <= ALL_SHAPES) return;
      store.#forget();
    }
  }

  #forget(): void {
    allShapes -= this.#byShape.size;
    this.#byShape.clear();
    filled.delete(this);
  }
}
