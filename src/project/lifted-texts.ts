import type { DocumentNode, GraphQLSchema } from 'graphql';
import {
  type LiftedVariable,
  liftLiterals,
  type SplitText,
  splitText,
  valuesOf,
} from '../query/compile/index.ts';
import { type PlainOperation, RecentMap } from '../serve/index.ts';

/** Texts longer than this are parsed anew each time: they are rare, and the memory is for strangers to fill. */
const LONGEST_TEXT = 16_384;
const REMEMBERED_TEXTS = 500;

/** What is known of texts with one key. */
interface Known {
  /** How often they were looked at. */
  readonly looks: number;
  readonly lifted: Lifted | undefined;
}

/** What was made of the last of them that was looked at. */
interface Lifted {
  readonly text: string;
  readonly document: DocumentNode;
  readonly variables: readonly LiftedVariable[];
  /** Which literals are part of the document, and what they are there. */
  readonly fixed: readonly (readonly [at: number, literal: string])[];
}

/** Where what is fixed is another each time, and where nothing can be made of them, it is no use to go on looking. */
const MOST_LOOKS = 8;

/**
 * Makes one operation with variables of texts that differ in their literals: clients that write values into their texts send a
 * new one each time, which had to be parsed, validated and planned. Only texts that were answered before are learnt from.
 */
export class LiftedTexts {
  readonly #schema: GraphQLSchema;
  readonly #onLifted: (text: string, document: DocumentNode) => void;
  readonly #known = new RecentMap<Known>(REMEMBERED_TEXTS);

  /** @param onLifted told of each document that takes the place of others, whenever it is to be remembered */
  constructor(schema: GraphQLSchema, onLifted: (text: string, document: DocumentNode) => void) {
    this.#schema = schema;
    this.#onLifted = onLifted;
  }

  /** The same operation with variables; undefined where none was made of a text like it. */
  lift({ query, operationName, variables }: PlainOperation): PlainOperation | undefined {
    const split = query.length <= LONGEST_TEXT ? splitText(query) : undefined;
    const known = split && this.#known.get(split.key);
    const lifted = known?.lifted;
    if (!split || !lifted || !isOf(lifted, split)) return undefined;
    return {
      query: lifted.text,
      operationName,
      variables: { ...variables, ...valuesOf(lifted.variables, split.literals) },
    };
  }

  /** @param document as `text` was parsed, valid and answered */
  learn(text: string, document: DocumentNode): void {
    const split = text.length <= LONGEST_TEXT ? splitText(text) : undefined;
    if (!split) return;
    const { looks = -1, lifted } = this.#known.get(split.key) ?? {};
    if (lifted && isOf(lifted, split)) this.#onLifted(lifted.text, lifted.document);
    // Of a text that nobody sends like it, nothing is made.
    else if (looks < 0) this.#known.set(split.key, { looks: 0, lifted: undefined });
    else if (looks < MOST_LOOKS) this.#look(split, document, looks + 1);
  }

  #look(split: SplitText, document: DocumentNode, looks: number): void {
    const made = liftLiterals(this.#schema, document, split);
    const lifted = made && { ...made, fixed: fixedOf(split, made.variables) };
    this.#known.set(split.key, { looks: lifted ? looks : MOST_LOOKS, lifted });
    if (lifted) this.#onLifted(lifted.text, lifted.document);
  }
}

function fixedOf({ literals }: SplitText, variables: readonly LiftedVariable[]): Lifted['fixed'] {
  const free = new Set(
    variables.flatMap(({ at, length = 1 }) => [...Array(length).keys()].map((n) => at + n)),
  );
  return [...literals.entries()].filter(([at]) => !free.has(at));
}

function isOf({ fixed }: Lifted, { literals }: SplitText): boolean {
  return fixed.every(([at, literal]) => literals[at] === literal);
}
