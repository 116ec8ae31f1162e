import { ViewerError } from '../../kit/viewer-error.ts';
import { documentId, type TrustedDocuments } from '../../operations/index.ts';
import { type AskedDocument, askedDocument } from './asked-document.ts';
import { documentNotFound } from './document-not-found.ts';
import type { RegisteredTexts } from './registered-texts.ts';

export interface DocumentRules {
  /** Whether texts run that are not the project's. */
  readonly access: 'open' | 'trusted';
  readonly trusted: (() => TrustedDocuments) | undefined;
  readonly registered: RegisteredTexts;
}

type Parameters = Readonly<Record<string, unknown>>;

/**
 * The parameters of an operation with a text in the place of an id; the same object where nothing has to change. Whatever is
 * neither a text nor an id is left for Apollo to refuse.
 * @param mayAskFreely whether the sender has the admin key; asked only where it matters
 * @throws ViewerError, or GraphQLError with a code of the protocol, for what may not run and for what is not known
 */
export function findDocument(
  parameters: Parameters,
  rules: DocumentRules,
  mayAskFreely: () => boolean,
): Parameters {
  const asked = askedDocument(parameters);
  const text = asked ? textOf(asked, rules) : parameters.query;
  if (
    rules.access === 'trusted' &&
    typeof text === 'string' &&
    !rules.trusted?.().has(text) &&
    !mayAskFreely()
  )
    throw new ViewerError('FORBIDDEN', 'This server runs the documents of its own clients only.');
  if (!asked) return parameters;
  if (asked.isHash && asked.text !== undefined && rules.access === 'open')
    rules.registered.add(asked.id, asked.text);
  return withText(parameters, text);
}

function textOf({ id, text, isHash }: AskedDocument, rules: DocumentRules): string {
  const trusted = rules.trusted?.().byId(id)?.text;
  if (text === undefined) {
    const found = trusted ?? (rules.access === 'open' ? rules.registered.get(id) : undefined);
    if (found === undefined) throw documentNotFound(isHash ? 200 : 404);
    return found;
  }
  // Else one client could put its text under the hash of another's.
  if (text !== trusted && documentId(text) !== id)
    throw new ViewerError('BAD_USER_INPUT', 'The document and its hash do not belong together.');
  return text;
}

/** As if the client had sent the text alone. */
function withText({ documentId: _id, extensions, ...others }: Parameters, text: unknown): Parameters {
  const { persistedQuery: _hash, ...rest } = (extensions ?? {}) as Parameters;
  return { ...others, query: text, ...(Object.keys(rest).length > 0 && { extensions: rest }) };
}
