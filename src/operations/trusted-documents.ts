import { documentForms } from './document-forms.ts';
import { documentId } from './document-id.ts';
import { normalId } from './normal-id.ts';
import type { ListedDocument } from './read-manifests.ts';
import type { OperationFiles } from './read-operations.ts';

/** A text that clients of the project send, or name by its id. */
export interface TrustedDocument {
  readonly text: string;
}

/** The documents of a project's clients. Made once for each version of the API. */
export class TrustedDocuments {
  readonly #byId = new Map<string, TrustedDocument>();
  readonly #byText = new Map<string, TrustedDocument>();

  constructor({ operations, texts }: OperationFiles, listed: readonly ListedDocument[]) {
    // In the order in which clients are likely to send them: what a client's own build has listed, then form by form.
    for (const { text } of listed) this.#add(text);
    const forms = operations.map(({ document }) => documentForms(document));
    for (let form = 0; forms.some(({ length }) => form < length); form++)
      for (const { [form]: text } of forms) if (text !== undefined) this.#add(text);
    for (const { text } of texts) for (const form of [text, text.trim()]) this.#add(form);
    for (const { id, text } of listed) this.#byId.set(normalId(id), this.#add(text));
  }

  /** @param id as `normalId` writes it */
  byId(id: string): TrustedDocument | undefined {
    return this.#byId.get(id);
  }

  has(text: string): boolean {
    return this.#byText.has(text);
  }

  /** Each once, those that are likely to be sent first. */
  all(): Iterable<TrustedDocument> {
    return this.#byText.values();
  }

  #add(text: string): TrustedDocument {
    const known = this.#byText.get(text);
    if (known) return known;
    const made = { text };
    this.#byText.set(text, made);
    this.#byId.set(documentId(text), made);
    return made;
  }
}
