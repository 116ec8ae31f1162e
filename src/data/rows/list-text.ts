import { constants } from 'node:buffer';
import type { RawRow } from './raw-row.ts';
import { JSON_COLUMN, LITERAL, NULL, OBJECT_COLUMN, type Op, type RowForm, TEXT_COLUMN } from './row-form.ts';

const LETTERS = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['\b', 'b'],
  ['\f', 'f'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
]);
/** How many bytes JSON takes for each byte of a text besides the byte itself: a letter for some, a number for the others. */
const ESCAPED_BY = new Uint8Array(256).fill(5, 0, 0x20);
for (const char of LETTERS.keys()) ESCAPED_BY[char.charCodeAt(0)] = 1;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;

/** No string is longer, so there is never room for more. */
const LONGEST = constants.MAX_STRING_LENGTH;

/** Shorter values are copied sooner than somebody is asked to copy them. */
const LONG = 64;

/** Room for answers that are being written; what has grown beyond this is left to the collector. */
const SPARE_BYTES = 65_536;
const MOST_SPARE = 32;
const spare: Buffer[] = [];

/** Rows as the text of a JSON list, byte for byte what `JSON.stringify` would write. */
export class ListText {
  readonly #form: RowForm;
  #to: Buffer = spare.pop() ?? Buffer.allocUnsafeSlow(SPARE_BYTES);
  #toWords = viewOf(this.#to);
  #from: Buffer = NULL.bytes;
  #fromWords: DataView = NULL.words;
  #at = 0;
  /** How far what is being written may come. */
  #reach = 0;

  constructor(form: RowForm) {
    this.#form = form;
  }

  /** @throws RangeError where the text would be longer than any can be */
  add({ bytes, start, length }: RawRow): void {
    this.#reach = this.#at + length + this.#form.extraBytes;
    this.#makeRoom();
    if (bytes !== this.#from) {
      this.#from = bytes;
      this.#fromWords = viewOf(bytes);
    }
    this.#to[this.#at] = this.#at === 0 ? OPEN : COMMA;
    this.#at++;
    this.#write(start + 2);
  }

  /** Once only. */
  end(): string {
    if (this.#at === 0) this.#to[this.#at++] = OPEN;
    this.#to[this.#at++] = CLOSE;
    const text = this.#to.toString('utf8', 0, this.#at);
    if (this.#to.length === SPARE_BYTES && spare.length < MOST_SPARE) spare.push(this.#to);
    return text;
  }

  #write(start: number): void {
    const { ops } = this.#form;
    const from = this.#fromWords;
    let next = start;
    for (let i = 0; i < ops.length; i++) {
      const op = ops[i] as Op;
      if (op.kind === LITERAL) {
        this.#say(op);
        continue;
      }
      const length = from.getInt32(next);
      next += 4;
      if (length < 0) {
        this.#say(NULL);
        if (op.kind !== OBJECT_COLUMN) continue;
        i += op.ops;
        for (let left = op.columns; left > 0; left--) next += 4 + Math.max(0, from.getInt32(next));
        continue;
      }
      if (op.kind === JSON_COLUMN) this.#copy(next, next + length);
      else if (op.kind === TEXT_COLUMN) this.#quote(next, next + length);
      next += length;
    }
  }

  #say({ bytes, words }: Op): void {
    this.#at = copyWords(words, 0, bytes.length, this.#toWords, this.#at);
  }

  #copy(start: number, end: number): void {
    if (end - start >= LONG) this.#at += this.#from.copy(this.#to, this.#at, start, end);
    else this.#at = copyWords(this.#fromWords, start, end, this.#toWords, this.#at);
  }

  #quote(start: number, end: number): void {
    this.#to[this.#at++] = QUOTE;
    if (hasEscapes(this.#fromWords, start, end)) this.#escape(start, end);
    else this.#copy(start, end);
    this.#to[this.#at++] = QUOTE;
  }

  #escape(start: number, end: number): void {
    const from = this.#from;
    for (let i = start; i < end; i++) this.#reach += ESCAPED_BY[from[i] as number] as number;
    this.#makeRoom();
    const to = this.#to;
    let at = this.#at;
    for (let i = start; i < end; i++) {
      const byte = from[i] as number;
      if (ESCAPED_BY[byte] === 0) {
        to[at++] = byte;
        continue;
      }
      const letter = LETTERS.get(String.fromCharCode(byte));
      to[at++] = BACKSLASH;
      at += to.write(letter ?? `u${byte.toString(16).padStart(4, '0')}`, at, 'latin1');
    }
    this.#at = at;
  }

  #makeRoom(): void {
    if (this.#reach < this.#to.length) return;
    if (this.#reach >= LONGEST)
      throw new RangeError(`An answer of more than ${LONGEST} bytes cannot be written`);
    const larger = Buffer.allocUnsafeSlow(Math.min(2 * this.#reach, LONGEST));
    this.#to.copy(larger, 0, 0, this.#at);
    this.#to = larger;
    this.#toWords = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** The order of bytes in a word, so long as it is one: that of most machines. */
const LITTLE_ENDIAN = true;

/** Four bytes at a time: most values and keys are too short for anything else to be worth it. Answers where it has come to. */
function copyWords(from: DataView, start: number, end: number, to: DataView, at: number): number {
  let next = at;
  let i = start;
  for (; i + 4 <= end; i += 4, next += 4) to.setInt32(next, from.getInt32(i, LITTLE_ENDIAN), LITTLE_ENDIAN);
  for (; i < end; i++) to.setUint8(next++, from.getUint8(i));
  return next;
}

/** Whether one of four bytes is zero, or less than a space. */
const anyZero = (word: number): number => (word - 0x01010101) & ~word & 0x80808080;
const anyControl = (word: number): number => (word - 0x20202020) & ~word & 0x80808080;

function hasEscapes(from: DataView, start: number, end: number): boolean {
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = from.getInt32(i, LITTLE_ENDIAN);
    if ((anyControl(word) | anyZero(word ^ 0x22222222) | anyZero(word ^ 0x5c5c5c5c)) !== 0) return true;
  }
  for (; i < end; i++) if (ESCAPED_BY[from.getUint8(i)] !== 0) return true;
  return false;
}
