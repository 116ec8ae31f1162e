import type { DocumentNode, GraphQLSchema } from 'graphql';
import { RecentMap } from '../kit/recent-map.ts';
import {
  type LiftedDocument,
  liftLiterals,
  type SplitText,
  splitText,
  valuesOf,
} from '../query/compile/index.ts';
import type { PlainOperation } from '../serve/index.ts';

/** Longer texts are parsed anew each time: they are rare, and it takes long to make something of them. */
const LONGEST_TEXT = 4_096;
const REMEMBERED_TEXTS = 500;
/** A document takes some hundred times as many bytes. */
const REMEMBERED_CHARACTERS = 500_000;

/** Which literals of the texts with one key stay in the document; unknown until there was a second one. */
type Fixed = readonly number[] | 'unknown';

/** What texts with the same literals in these places are; nothing where there was one of them, or where nothing can be made of them. */
type Made = LiftedDocument | 'seen once' | 'nothing';

/**
 * Makes one operation with variables of texts that differ in their literals: clients that write values into their texts send a
 * new one each time, which had to be parsed, validated and planned. Only texts that were answered before are learnt from.
 */
export class LiftedTexts {
  readonly #schema: GraphQLSchema;
  readonly #onLifted: (text: string, document: DocumentNode) => void;
  readonly #fixed = new RecentMap<Fixed>(REMEMBERED_TEXTS);
  readonly #made = new RecentMap<Made>(REMEMBERED_TEXTS, {
    sizeOf: (made) => (typeof made === 'string' ? 0 : made.text.length),
    total: REMEMBERED_CHARACTERS,
  });

  /** @param onLifted told of each document that takes the place of others, whenever it is to be remembered */
  constructor(schema: GraphQLSchema, onLifted: (text: string, document: DocumentNode) => void) {
    this.#schema = schema;
    this.#onLifted = onLifted;
  }

  /** The same operation with variables; undefined where none was made of a text like it. */
  lift({ query, operationName, variables }: PlainOperation): PlainOperation | undefined {
    const split = splitShort(query);
    const fixed = split && this.#fixed.get(split.key);
    if (!fixed || fixed === 'unknown') return undefined;
    const made = this.#made.get(nameOf(split, fixed));
    if (made === undefined || typeof made === 'string') return undefined;
    return {
      query: made.text,
      operationName,
      variables: { ...variables, ...valuesOf(made.variables, split.literals) },
    };
  }

  /** @param document as `text` was parsed, valid and answered */
  learn(text: string, document: DocumentNode): void {
    const split = splitShort(text);
    if (!split) return;
    const fixed = this.#fixed.get(split.key);
    // Of a text that nobody sends like it, nothing is made.
    if (fixed === undefined) this.#fixed.set(split.key, 'unknown');
    else if (fixed === 'unknown') this.#make(split, document);
    else this.#learnMore(split, fixed, document);
  }

  #learnMore(split: SplitText, fixed: readonly number[], document: DocumentNode): void {
    const name = nameOf(split, fixed);
    const made = this.#made.get(name);
    if (made === undefined) this.#made.set(name, 'seen once');
    else if (made === 'seen once') this.#make(split, document);
    else if (made !== 'nothing') this.#onLifted(made.text, made.document);
  }

  #make(split: SplitText, document: DocumentNode): void {
    const lifted = liftLiterals(this.#schema, document, split);
    const fixed = fixedOf(split, lifted);
    this.#fixed.set(split.key, fixed);
    this.#made.set(nameOf(split, fixed), lifted ?? 'nothing');
    if (lifted) this.#onLifted(lifted.text, lifted.document);
  }
}

function splitShort(text: string): SplitText | undefined {
  return text.length <= LONGEST_TEXT ? splitText(text) : undefined;
}

/** None where nothing is lifted: whatever the literals are, nothing is made of such texts. */
function fixedOf({ literals }: SplitText, lifted: LiftedDocument | undefined): readonly number[] {
  if (!lifted) return [];
  const free = new Set(
    lifted.variables.flatMap(({ at, length = 1 }) => Array.from({ length }, (_, place) => at + place)),
  );
  return [...literals.keys()].filter((at) => !free.has(at));
}

/** No literal that is taken out has a line break in it. */
function nameOf({ key, literals }: SplitText, fixed: readonly number[]): string {
  return fixed.length === 0 ? key : [key, ...fixed.map((at) => literals[at])].join('\n');
}
