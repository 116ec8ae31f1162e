import type { FormattedExecutionResult } from 'graphql';

/** `data` of an answer as text that PostgreSQL has written. Whoever wants to look into it gets it by `toJSON`. */
export class SplicedData {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** An answer as text: spliced data goes in as it is, everything else as Apollo would write it. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const data: unknown = result.data;
  if (!(data instanceof SplicedData)) return `${JSON.stringify(result)}\n`;
  const extensions = result.extensions ? `,"extensions":${JSON.stringify(result.extensions)}` : '';
  return `{"data":${data.text}${extensions}}\n`;
}
