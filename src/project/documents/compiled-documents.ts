import { documentId, TrustedDocuments } from '../../operations/index.ts';
import type { StoredPlans } from '../../query/compile/index.ts';
import type { PlanOfText } from './prepared-documents.ts';

const FORMAT = 1;

/** First line of the artefact. The plans follow, one in each line, so that only those that are asked for are parsed. */
interface Header {
  readonly format: typeof FORMAT;
  /** What it was made of and for. */
  readonly fingerprint: string;
  /** SHA-256 of everything that follows. */
  readonly digest: string;
  /** In the order in which they are likely to be sent. Null: it is not compiled before it is sent. */
  readonly texts: readonly (readonly [text: string, plan: number | null])[];
  /** Ids that builds of clients have given, with the places of their texts. */
  readonly listed: readonly (readonly [id: string, place: number])[];
}

type Known = Pick<Header, 'texts' | 'listed'>;

/** The documents of a project's clients as `plinth generate` has compiled them. */
export interface CompiledDocuments {
  readonly documents: TrustedDocuments;
  /** Of those that were compiled. */
  readonly texts: PlanOfText;
  plan(number: number): StoredPlans;
}

export interface CompiledParts {
  readonly fingerprint: string;
  readonly documents: TrustedDocuments;
  readonly texts: PlanOfText;
  readonly plans: readonly StoredPlans[];
}

/** The text of the artefact: the same for the same parts. */
export function emitCompiledDocuments({ fingerprint, documents, texts, plans }: CompiledParts): string {
  const planOf = new Map(texts);
  const all = [...documents.all()].map(({ text }) => text);
  const placeOf = new Map(all.map((text, place) => [text, place]));
  const lines = plans.map((plan) => `${JSON.stringify(plan)}\n`).join('');
  const known: Known = {
    texts: all.map((text) => [text, planOf.get(text) ?? null]),
    listed: documents.listed.map(({ id, text }) => [id, placeOf.get(text) ?? 0]),
  };
  const header: Header = { format: FORMAT, fingerprint, digest: digestOf(known, lines), ...known };
  return `${JSON.stringify(header)}\n${lines}`;
}

/** Reads the artefact; undefined where it was made of or for something else, or is damaged. */
export function readCompiledDocuments(text: string, fingerprint: string): CompiledDocuments | undefined {
  const end = text.indexOf('\n');
  const header = readHeader(text.slice(0, end));
  if (header?.format !== FORMAT || header.fingerprint !== fingerprint) return undefined;
  const rest = text.slice(end + 1);
  if (digestOf(header, rest) !== header.digest) return undefined;
  const lines = rest.split('\n');
  const listed = header.listed.map(([id, place]) => ({ id, text: header.texts[place]?.[0] ?? '' }));
  return {
    documents: new TrustedDocuments(
      header.texts.map(([own]) => own),
      listed,
    ),
    texts: header.texts.flatMap(([own, plan]) => (plan === null ? [] : [[own, plan] as const])),
    plan: (number) => JSON.parse(lines[number] ?? '') as StoredPlans,
  };
}

function digestOf({ texts, listed }: Known, lines: string): string {
  return documentId(`${JSON.stringify([texts, listed])}\n${lines}`);
}

function readHeader(line: string): Header | undefined {
  try {
    return JSON.parse(line) as Header;
  } catch {
    return undefined;
  }
}
