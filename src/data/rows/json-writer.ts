import { constants } from 'node:buffer';
import { copyWords, LITTLE_ENDIAN } from './copy-words.ts';
import { type RowAtHand, viewOf } from './row-at-hand.ts';
import {
  BASE64URL,
  DAY_COLUMN,
  INSTANT_COLUMN,
  JSON_COLUMN,
  LITERAL,
  NULL,
  type Op,
  type RowOps,
  TEXT_COLUMN,
} from './row-ops.ts';
import { assertDay, writeInstant } from './write-instant.ts';

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
const BACKSLASH = 0x5c;

/** No string is longer, so there is never room for more. */
const LONGEST = constants.MAX_STRING_LENGTH;

/** Shorter values are copied sooner than somebody is asked to copy them. */
const LONG = 64;

/** Room for what is being written; what has grown beyond this is left to the collector. */
const SPARE_BYTES = 65_536;
const MOST_SPARE = 32;
const spare: Buffer[] = [];

/** JSON as bytes, written from the columns of rows, byte for byte as `JSON.stringify` would. */
export class JsonWriter {
  #to: Buffer = spare.pop() ?? Buffer.allocUnsafeSlow(SPARE_BYTES);
  #toWords = viewOf(this.#to);
  #at = 0;
  /** How far what is being written may come. */
  #reach = 0;

  /** How many bytes there are. */
  get length(): number {
    return this.#at;
  }

  /** Takes everything back. */
  clear(): void {
    this.#at = 0;
  }

  /** One byte of ASCII. @throws RangeError where the text would be longer than any can be */
  byte(code: number): void {
    this.#reach = this.#at + 1;
    this.#makeRoom();
    this.#to[this.#at] = code;
    this.#at++;
  }

  /** What is made of a row. @throws RangeError likewise; Error where an instant or a day has no form that is known */
  row(row: RowAtHand, { ops, extraBytes, mostTimes }: RowOps): void {
    this.#reach = this.#at + mostTimes * row.length + extraBytes;
    this.#makeRoom();
    this.#write(row, ops, 0, ops.length);
  }

  /** The pieces between these places, each up to the next, the last one first, with commas between them. */
  reverse(starts: readonly number[], comma: number): void {
    const pieces = starts.map((start, i) => Buffer.from(this.#to.subarray(start, starts[i + 1] ?? this.#at)));
    this.#at = starts[0] ?? this.#at;
    for (const piece of pieces.reverse()) {
      if (this.#at > (starts[0] ?? 0)) this.byte(comma);
      this.#reach = this.#at + piece.length;
      this.#makeRoom();
      this.#at += piece.copy(this.#to, this.#at);
    }
  }

  /** The bytes, as characters or in Base64; nothing can be written afterwards. */
  end(encoding: 'latin1' | 'base64url' = 'latin1'): string {
    const text = this.#to.toString(encoding, 0, this.#at);
    if (this.#to.length === SPARE_BYTES && spare.length < MOST_SPARE) spare.push(this.#to);
    this.#to = NULL.bytes;
    return text;
  }

  #write(row: RowAtHand, ops: readonly Op[], start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const op = ops[i] as Op;
      if (op.kind === LITERAL) {
        this.#say(op);
        continue;
      }
      if (op.kind === BASE64URL) {
        this.#encode(row, ops, i + 1, i + 1 + op.inside);
        i += op.inside;
        continue;
      }
      const place = row.places[op.column] as number;
      const value = place + 4;
      const length = row.words.getInt32(place);
      if (length < 0) {
        this.#say(NULL);
        i += op.inside;
      } else if (op.kind === JSON_COLUMN) this.#copy(row, value, value + length);
      else if (op.kind === TEXT_COLUMN) this.#quote(row, value, value + length);
      else if (op.kind === INSTANT_COLUMN) this.#instant(row, value, value + length);
      else if (op.kind === DAY_COLUMN) {
        assertDay(row.words, value, value + length);
        this.#quote(row, value, value + length);
      }
    }
  }

  #say({ bytes, words }: Op): void {
    this.#at = copyWords(words, 0, bytes.length, this.#toWords, this.#at);
  }

  #copy({ bytes, words }: RowAtHand, start: number, end: number): void {
    if (end - start >= LONG) this.#at += bytes.copy(this.#to, this.#at, start, end);
    else this.#at = copyWords(words, start, end, this.#toWords, this.#at);
  }

  #quote(row: RowAtHand, start: number, end: number): void {
    this.#to[this.#at++] = QUOTE;
    if (hasEscapes(row.words, start, end)) this.#escape(row.bytes, start, end);
    else this.#copy(row, start, end);
    this.#to[this.#at++] = QUOTE;
  }

  #instant({ words }: RowAtHand, start: number, end: number): void {
    const to = this.#toWords;
    to.setUint8(this.#at++, QUOTE);
    this.#at = writeInstant(words, start, end, to, this.#at);
    to.setUint8(this.#at++, QUOTE);
  }

  #escape(from: Buffer, start: number, end: number): void {
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

  #encode(row: RowAtHand, ops: readonly Op[], start: number, end: number): void {
    const at = this.#at;
    this.#write(row, ops, start, end);
    const letters = this.#to.toString('base64url', at, this.#at);
    // Thereafter there is room for the whole row again, since several of these may be made of one column.
    this.#reach += letters.length;
    this.#makeRoom();
    this.#at = at + this.#to.write(letters, at, 'latin1');
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
