import { constants } from 'node:buffer';
import type { RawRow } from './raw-row.ts';
import { JSON_COLUMN, LITERAL, NULL, OBJECT_COLUMN, type RowForm } from './row-form.ts';

/** How many bytes JSON takes for each byte of a text besides the byte itself: a letter for some, a number for the others. */
const ESCAPED_BY = new Uint8Array(256).fill(5, 0, 0x20);
const LETTERS = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['\b', 'b'],
  ['\f', 'f'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
]);
for (const char of LETTERS.keys()) ESCAPED_BY[char.charCodeAt(0)] = 1;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;

/** Shorter values are copied sooner than somebody is asked to copy them. */
const LONG = 48;

/** Room for answers that are being written; what has grown beyond this is left to the collector. */
const SPARE_BYTES = 65_536;
const MOST_SPARE = 32;
const spare: Buffer[] = [];

/** Rows as the text of a JSON list, byte for byte what `JSON.stringify` would write. */
export class ListText {
  readonly #form: RowForm;
  #bytes: Buffer = spare.pop() ?? Buffer.allocUnsafeSlow(SPARE_BYTES);
  #at = 0;
  /** How far what is being written may come. */
  #reach = 0;

  constructor(form: RowForm) {
    this.#form = form;
  }

  /** @throws RangeError where the text would be longer than any can be */
  add(row: RawRow): void {
    this.#reach = this.#at + row.length + this.#form.extraBytes + 1;
    this.#makeRoom();
    this.#bytes[this.#at++] = this.#at === 1 ? OPEN : COMMA;
    this.#write(row);
  }

  /** Once only. */
  end(): string {
    if (this.#at === 0) this.#bytes[this.#at++] = OPEN;
    this.#bytes[this.#at++] = CLOSE;
    const text = this.#bytes.toString('utf8', 0, this.#at);
    if (this.#bytes.length === SPARE_BYTES && spare.length < MOST_SPARE) spare.push(this.#bytes);
    return text;
  }

  #write({ bytes, start }: RawRow): void {
    const { ops } = this.#form;
    let from = start + 2;
    for (let i = 0; i < ops.length; i++) {
      const op = ops[i];
      if (op === undefined) return;
      if (op.kind === LITERAL) {
        this.#copy(op.bytes, 0, op.bytes.length);
        continue;
      }
      const length = bytes.readInt32BE(from);
      from += 4;
      if (length < 0) {
        this.#copy(NULL, 0, NULL.length);
        if (op.kind !== OBJECT_COLUMN) continue;
        i += op.ops;
        for (let left = op.columns; left > 0; left--) from += 4 + Math.max(0, bytes.readInt32BE(from));
        continue;
      }
      if (op.kind === JSON_COLUMN) this.#copy(bytes, from, from + length);
      else if (op.kind !== OBJECT_COLUMN) this.#quote(bytes, from, from + length);
      from += length;
    }
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    const to = this.#bytes;
    let at = this.#at;
    if (end - start >= LONG) at += bytes.copy(to, at, start, end);
    else for (let from = start; from < end; from++) to[at++] = bytes[from] as number;
    this.#at = at;
  }

  #quote(bytes: Buffer, start: number, end: number): void {
    let more = 0;
    for (let from = start; from < end; from++) more += ESCAPED_BY[bytes[from] as number] as number;
    if (more > 0) {
      this.#reach += more;
      this.#makeRoom();
    }
    this.#bytes[this.#at++] = QUOTE;
    if (more === 0) this.#copy(bytes, start, end);
    else this.#escape(bytes, start, end);
    this.#bytes[this.#at++] = QUOTE;
  }

  #escape(bytes: Buffer, start: number, end: number): void {
    const to = this.#bytes;
    for (let from = start; from < end; from++) {
      const byte = bytes[from] as number;
      if (ESCAPED_BY[byte] === 0) {
        to[this.#at++] = byte;
        continue;
      }
      const letter = LETTERS.get(String.fromCharCode(byte));
      to[this.#at++] = BACKSLASH;
      this.#at += to.write(letter ?? `u${byte.toString(16).padStart(4, '0')}`, this.#at, 'latin1');
    }
  }

  #makeRoom(): void {
    if (this.#reach < this.#bytes.length) return;
    if (this.#reach > constants.MAX_STRING_LENGTH)
      throw new RangeError(`An answer of more than ${constants.MAX_STRING_LENGTH} bytes cannot be written`);
    const larger = Buffer.allocUnsafeSlow(2 * this.#reach);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
