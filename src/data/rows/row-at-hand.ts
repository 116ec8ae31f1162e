import type { RawRow } from './raw-row.ts';

const NO_BYTES = Buffer.alloc(0);

/** PostgreSQL has no row with more columns. */
const MOST_COLUMNS = 1_664;

/** The row that is being read, with what is known of it: one row after another, since a row's bytes are only there while it is read. */
export class RowAtHand {
  bytes: Buffer = NO_BYTES;
  words: DataView = viewOf(this.bytes);
  /** In bytes, with what is not columns. */
  length = 0;
  /** Where each column has its length; its value follows. */
  readonly places = new Int32Array(MOST_COLUMNS);

  take({ bytes, start, length }: RawRow): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.words = viewOf(bytes);
    }
    this.length = length;
    const { words, places } = this;
    const count = words.getInt16(start);
    let at = start + 2;
    for (let i = 0; i < count; i++) {
      places[i] = at;
      const size = words.getInt32(at);
      at += size < 0 ? 4 : 4 + size;
    }
  }

  /** Does not keep what a row has come in, which may be large. */
  letGo(): void {
    this.bytes = NO_BYTES;
    this.words = viewOf(NO_BYTES);
  }

  isNull(column: number): boolean {
    return this.words.getInt32(this.places[column] as number) < 0;
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
