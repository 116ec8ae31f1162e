import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DocumentNode, type GraphQLSchema, parse, print, validate } from 'graphql';
import type { Queryable } from '../../data/index.ts';
import { documentId, type TrustedDocument } from '../../operations/index.ts';
import type { DocumentPlans, LikelyRequests, StoredPlans } from '../../query/compile/index.ts';

/** As many as strangers' documents are remembered: parsed, a text takes some ten times as many bytes. */
const PREPARED_TEXTS = 1_000;
const PREPARED_CHARACTERS = 2_000_000;

/** Texts with the number of their plans; those that differ in their blanks only have the same. */
export type PlanOfText = readonly (readonly [text: string, plan: number])[];

export interface DocumentCompiling {
  readonly plans: DocumentPlans;
  readonly likely: LikelyRequests;
  /** What will be asked. */
  readonly db: Pick<Queryable, 'serverVersion'>;
}

export interface PreparedDocumentsParts {
  readonly schema: GraphQLSchema;
  readonly maxTokens: number;
  /** Undefined where nothing is compiled. */
  readonly compiling: DocumentCompiling | undefined;
}

interface Prepared {
  readonly plan: number;
  /** Undefined until it is first asked for, where it was compiled before. */
  document: DocumentNode | undefined;
}

/** Documents that are parsed, validated and planned before anybody sends them. */
export class PreparedDocuments {
  readonly #parts: PreparedDocumentsParts;
  readonly #byText = new Map<string, Prepared>();
  readonly #textByHash = new Map<string, string>();
  /** The document by which each plan is known. */
  readonly #planned: (DocumentNode | undefined)[] = [];
  #stored: (plan: number) => StoredPlans | undefined = () => undefined;

  constructor(parts: PreparedDocumentsParts) {
    this.#parts = parts;
  }

  byText(text: string): DocumentNode | undefined {
    const prepared = this.#byText.get(text);
    if (prepared && !prepared.document) prepared.document = this.#open(text, prepared.plan);
    return prepared?.document;
  }

  /** @param hash SHA-256 of the text */
  byHash(hash: string): DocumentNode | undefined {
    const text = this.#textByHash.get(hash);
    return text === undefined ? undefined : this.byText(text);
  }

  /**
   * Compiles as many as there is room and time for, a turn of the event loop for each; the others are compiled when they are
   * first sent.
   */
  async add(
    documents: Iterable<TrustedDocument>,
    mostMs = Number.POSITIVE_INFINITY,
    onPlanned: (document: DocumentNode) => void = () => undefined,
  ): Promise<void> {
    const until = performance.now() + mostMs;
    let characters = 0;
    /** Plans by the text as graphql-js prints it. */
    const plans = new Map<string, number>();
    for (const { text } of documents) {
      characters += text.length;
      if (this.#byText.size >= PREPARED_TEXTS || characters > PREPARED_CHARACTERS) return;
      if (performance.now() > until) return;
      this.#prepare(text, plans, onPlanned);
      await nextTurn();
    }
  }

  /** As `add`, and what it has compiled: taken document by document, since the templates of many are not all remembered. */
  async compile(
    documents: Iterable<TrustedDocument>,
  ): Promise<{ readonly texts: PlanOfText; readonly plans: readonly StoredPlans[] }> {
    const { compiling } = this.#parts;
    const plans: StoredPlans[] = [];
    await this.add(documents, undefined, (document) => {
      plans.push(compiling?.plans.store(document) ?? { operations: [], templates: [] });
    });
    const texts = [...this.#byText].map(([text, { plan }]) => [text, plan] as const);
    return { texts, plans };
  }

  /** Takes what was compiled before, for the same API: each text is parsed when it is first asked for. */
  restore(texts: PlanOfText, stored: (plan: number) => StoredPlans): void {
    this.#stored = stored;
    for (const [text, plan] of texts) this.#keep(text, { plan, document: undefined });
  }

  #keep(text: string, prepared: Prepared): void {
    this.#byText.set(text, prepared);
    this.#textByHash.set(documentId(text), text);
  }

  #prepare(text: string, plans: Map<string, number>, onPlanned: (document: DocumentNode) => void): void {
    const document = this.#parse(text);
    if (!document) return;
    const printed = print(document);
    const known = plans.get(printed);
    if (known === undefined && validate(this.#parts.schema, document).length > 0) return;
    const plan = known ?? this.#planned.length;
    plans.set(printed, plan);
    this.#plan(document, plan, () => undefined);
    if (known === undefined) onPlanned(document);
    this.#keep(text, { plan, document });
  }

  #open(text: string, plan: number): DocumentNode | undefined {
    const document = this.#parse(text);
    if (document) this.#plan(document, plan, this.#stored);
    return document;
  }

  #plan(document: DocumentNode, plan: number, storedOf: (plan: number) => StoredPlans | undefined): void {
    const { compiling } = this.#parts;
    const known = this.#planned[plan];
    this.#planned[plan] ??= document;
    if (!compiling) return;
    const { plans, likely, db } = compiling;
    if (known) return plans.takeAlike(document, known);
    const stored = storedOf(plan);
    if (stored) plans.restore(document, stored, db);
    else plans.expect(document, likely);
  }

  /** Undefined for a file that is too long as a whole, whose operations clients send one by one. */
  #parse(text: string): DocumentNode | undefined {
    try {
      return parse(text, { maxTokens: this.#parts.maxTokens });
    } catch {
      return undefined;
    }
  }
}
