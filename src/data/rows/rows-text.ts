import { asByteText, type ByteText, charsOf, toByteText } from '../../kit/byte-text.ts';
import { JsonWriter } from './json-writer.ts';
import type { RawRow } from './raw-row.ts';
import { RowAtHand } from './row-at-hand.ts';
import { type RowOps, rowOps } from './row-ops.ts';
import type { RowsForm, RowsPage, RowsPart } from './rows-form.ts';

const COMMA = 0x2c;

/** A part with everything that is known of it beforehand. */
type Prepared =
  | { readonly kind: 'literal'; readonly text: ByteText }
  | { readonly kind: 'list' | 'first' | 'last' | 'head' | 'more'; readonly ops: RowOps };

const prepared = new WeakMap<RowsForm, readonly Prepared[]>();

const EVERYTHING: RowsPage = { size: Number.POSITIVE_INFINITY, isReversed: false };

/** The one that is being added, to whatever text. */
const hand = new RowAtHand();

/** The rows of one answer, as they come, as one JSON text. */
export class RowsText {
  readonly #parts: readonly Part[];
  readonly #page: RowsPage;
  #came = 0;
  #onPage = 0;

  constructor(form: RowsForm) {
    this.#page = form.page ?? EVERYTHING;
    this.#parts = preparedParts(form).map((one) => new Part(one, this.#page));
  }

  /** @throws RangeError where the text would be longer than any can be */
  add(row: RawRow): void {
    hand.take(row);
    const isFirst = this.#came++ === 0;
    const { size, isThere } = this.#page;
    const counts = isThere === undefined || !hand.isNull(isThere);
    if (counts) this.#onPage++;
    for (const part of this.#parts) {
      if (isFirst) part.head();
      if (counts && this.#onPage <= size) part.add();
    }
  }

  end(): ByteText {
    hand.letGo();
    const hasMore = this.#onPage > this.#page.size;
    return asByteText(this.#parts.map((part) => part.text(hasMore)).join(''));
  }
}

/** What one part has come to. */
class Part {
  readonly #prepared: Prepared;
  readonly #isReversed: boolean;
  readonly #writer: JsonWriter | undefined;
  /** Where each row begins, where they are to be turned round. */
  readonly #starts: number[] = [];

  constructor(one: Prepared, { isReversed }: RowsPage) {
    this.#prepared = one;
    this.#isReversed = isReversed;
    if (one.kind !== 'literal') this.#writer = new JsonWriter();
  }

  head(): void {
    const { kind } = this.#prepared;
    if (kind === 'head' || kind === 'more') this.#writer?.row(hand, this.#prepared.ops);
  }

  /** A row of the page. */
  add(): void {
    const { kind } = this.#prepared;
    const writer = this.#writer;
    if (!writer) return;
    if (kind === 'last') writer.clear();
    else if (kind === 'list') {
      if (this.#isReversed) this.#starts.push(writer.length);
      else if (writer.length > 0) writer.byte(COMMA);
    } else if (kind !== 'first' || writer.length > 0) return;
    writer.row(hand, this.#prepared.ops);
  }

  /** The characters of a byte text. */
  text(hasMore: boolean): string {
    if (this.#prepared.kind === 'literal') return charsOf(this.#prepared.text);
    const writer = this.#writer as JsonWriter;
    if (this.#prepared.kind === 'list') {
      if (this.#isReversed) writer.reverse(this.#starts, COMMA);
      return `[${writer.end()}]`;
    }
    const { kind } = this.#prepared;
    if (writer.length === 0) return writer.end() || (kind === 'more' ? String(hasMore) : 'null');
    if (kind === 'first' || kind === 'last') return `"${writer.end('base64url')}"`;
    const text = writer.end();
    return kind === 'more' && hasMore ? 'true' : text;
  }
}

function preparedParts(form: RowsForm): readonly Prepared[] {
  let parts = prepared.get(form);
  if (!parts) {
    parts = form.parts.map(prepare);
    prepared.set(form, parts);
  }
  return parts;
}

function prepare(part: RowsPart): Prepared {
  if ('literal' in part) return { kind: 'literal', text: toByteText(part.literal) };
  if ('list' in part) return { kind: 'list', ops: rowOps(part.list) };
  if ('first' in part) return { kind: 'first', ops: rowOps(part.first) };
  if ('last' in part) return { kind: 'last', ops: rowOps(part.last) };
  if ('head' in part) return { kind: 'head', ops: rowOps(part.head) };
  return { kind: 'more', ops: rowOps(part.more) };
}
