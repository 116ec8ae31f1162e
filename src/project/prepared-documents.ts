import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DocumentNode, type GraphQLSchema, parse, print, validate } from 'graphql';
import { documentId, type TrustedDocument } from '../operations/index.ts';

/** As many as strangers' documents are remembered: parsed, a text takes some ten times as many bytes. */
const PREPARED_TEXTS = 1_000;
const PREPARED_CHARACTERS = 2_000_000;

/** A start has to end, and the statements of hundreds of large operations take long. */
const MOST_MS = 2_000;

export interface PreparedDocumentsParts {
  readonly schema: GraphQLSchema;
  readonly maxTokens: number;
  /** Makes ready for a document that will be sent. */
  readonly expect: (document: DocumentNode) => void;
  /** As `expect`, for a document that differs in its blanks only from one that was expected before. */
  readonly takeAlike: (document: DocumentNode, known: DocumentNode) => void;
}

/** Documents that are parsed, validated and planned before anybody sends them. */
export class PreparedDocuments {
  readonly #parts: PreparedDocumentsParts;
  readonly #byText = new Map<string, DocumentNode>();
  readonly #byHash = new Map<string, DocumentNode>();

  constructor(parts: PreparedDocumentsParts) {
    this.#parts = parts;
  }

  byText(text: string): DocumentNode | undefined {
    return this.#byText.get(text);
  }

  /** @param hash SHA-256 of the text */
  byHash(hash: string): DocumentNode | undefined {
    return this.#byHash.get(hash);
  }

  /** As many as there is room and time for, a turn of the event loop for each; the others are prepared when they are first sent. */
  async add(documents: Iterable<TrustedDocument>): Promise<void> {
    const until = performance.now() + MOST_MS;
    let characters = 0;
    /** By their text as graphql-js prints it. */
    const printed = new Map<string, DocumentNode>();
    for (const { text } of documents) {
      characters += text.length;
      if (this.#byText.size >= PREPARED_TEXTS || characters > PREPARED_CHARACTERS) return;
      if (performance.now() > until) return;
      this.#prepare(text, printed);
      await nextTurn();
    }
  }

  #prepare(text: string, printed: Map<string, DocumentNode>): void {
    const document = this.#parse(text);
    if (!document || !this.#makeReady(document, printed)) return;
    this.#byText.set(text, document);
    this.#byHash.set(documentId(text), document);
  }

  /** False for what is not valid. */
  #makeReady(document: DocumentNode, ready: Map<string, DocumentNode>): boolean {
    const { schema, expect, takeAlike } = this.#parts;
    const printed = print(document);
    const known = ready.get(printed);
    if (known) {
      takeAlike(document, known);
      return true;
    }
    if (validate(schema, document).length > 0) return false;
    ready.set(printed, document);
    expect(document);
    return true;
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
