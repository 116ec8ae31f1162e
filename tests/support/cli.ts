import type { Output } from '../../src/cli/output.ts';
import { run } from '../../src/cli/run.ts';

/** Runs one command line in this process, as if nobody were at the terminal. */
export async function plinth(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const output: Output = {
    result: (text) => void out.push(text),
    note: (text) => void err.push(text),
    style: (_, text) => text,
    interactive: false,
  };
  const code = await run(args, output);
  return { code, out: out.join('\n'), err: err.join('\n') };
}
