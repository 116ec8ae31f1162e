import { isDeepStrictEqual } from 'node:util';
import { statementName } from '../../kit/statement-name.ts';
import type { Template } from './template.ts';
import type { TemplateStore } from './template-store.ts';

/** A template as plain data. Its name follows from its text. */
export type StoredTemplate = Omit<Template, 'name'>;

/** Shapes of an operation with the places of their templates in a list; null: it was tried, and has none. */
export type StoredShapes = readonly (readonly [shape: string, place: number | null])[];

/** The templates of several operations, each once: shapes that differ in what no SQL depends on share theirs. */
export class TemplateList {
  readonly all: StoredTemplate[] = [];
  readonly #places = new Map<string, number>();

  /** What is known of an operation, without the templates that JSON could not keep. */
  add(store: TemplateStore): StoredShapes {
    return [...store.tried()].flatMap(([shape, template]): StoredShapes => {
      if (!template) return [[shape, null]];
      return isPlain(template) ? [[shape, this.#placeOf(template)]] : [];
    });
  }

  #placeOf({ name: _, ...stored }: Template): number {
    const text = JSON.stringify(stored);
    const place = this.#places.get(text) ?? this.all.push(stored) - 1;
    this.#places.set(text, place);
    return place;
  }
}

/** Fills a store with what was known when the list was made. */
export function restoreShapes(
  store: TemplateStore,
  shapes: StoredShapes,
  templates: readonly StoredTemplate[],
): void {
  for (const [shape, place] of shapes) {
    const stored = place === null ? undefined : templates[place];
    store.set(shape, stored && { ...stored, name: statementName(stored.text) });
  }
}

/** A literal of the operation can be bytes, for one. */
function isPlain({ params }: Template): boolean {
  return params.every((source) => 'slot' in source || isKept(source.constant));
}

function isKept(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text !== undefined && isDeepStrictEqual(JSON.parse(text), value);
}
