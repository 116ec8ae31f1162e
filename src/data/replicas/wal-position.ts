/** A place in PostgreSQL's write-ahead log. Later writes have greater ones. */
export type WalPosition = bigint;

/** Reads PostgreSQL's own notation: two hexadecimal numbers, `16/B374D848`. */
export function parseWalPosition(text: string): WalPosition {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
