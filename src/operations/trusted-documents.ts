import { documentForms } from './document-forms.ts';
import { documentId } from './document-id.ts';
import { normalId } from './normal-id.ts';
import type { ListedDocument } from './read-manifests.ts';
import type { OperationFiles } from './read-operations.ts';

/** A text that clients of the project send, or name by its id. */
export interface TrustedDocument {
  readonly text: string;
}

/** A text, and an id that a client's build has given it. */
type Listed = Pick<ListedDocument, 'id' | 'text'>;

/** The documents of a project's clients. Made once for each version of the API. */
export class TrustedDocuments {
  /** Of their own builds, as they listed them. */
  readonly listed: readonly Listed[];
  readonly #byId = new Map<string, TrustedDocument>();
  readonly #byText = new Map<string, TrustedDocument>();

  /** @param texts in the order in which clients are likely to send them, after those of `listed` */
  constructor(texts: Iterable<string>, listed: readonly Listed[]) {
    this.listed = listed;
    for (const { text } of listed) this.#add(text);
    for (const text of texts) this.#add(text);
    for (const { id, text } of listed) this.#byId.set(normalId(id), this.#add(text));
  }

  /** Everything that clients may send of files of operations, and of lists. */
  static of(files: OperationFiles, listed: readonly ListedDocument[]): TrustedDocuments {
    return new TrustedDocuments(textsOf(files), listed);
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

/** Form by form, whole files last. */
function* textsOf({ operations, texts }: OperationFiles): Iterable<string> {
  const forms = operations.map(({ document }) => documentForms(document));
  for (let form = 0; forms.some(({ length }) => form < length); form++)
    for (const { [form]: text } of forms) if (text !== undefined) yield text;
  for (const { text } of texts) yield* [text, text.trim()];
}
