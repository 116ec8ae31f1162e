import type { FormattedExecutionResult } from 'graphql';
import { type ByteText, fromByteText } from '../../kit/byte-text.ts';

/** `data` of an answer as text that PostgreSQL has written. Whoever wants to look into it gets it by `toJSON`. */
export class SplicedData {
  readonly text: ByteText;

  constructor(text: ByteText) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(fromByteText(this.text));
  }
}

/** An answer as text: spliced data goes in as it is, everything else as Apollo would write it. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const data: unknown = result.data;
  if (!(data instanceof SplicedData)) return `${JSON.stringify(result)}\n`;
  const extensions = result.extensions ? `,"extensions":${JSON.stringify(result.extensions)}` : '';
  return `{"data":${fromByteText(data.text)}${extensions}}\n`;
}
