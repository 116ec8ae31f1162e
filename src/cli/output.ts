import { styleText } from 'node:util';
import { formatProblem, type Problem } from '../kit/problem.ts';

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Where a command writes: results on standard output, everything about its progress on standard error. */
export interface Output {
  result(text: string): void;
  note(text: string): void;
  /** `text` in that style on a terminal, plain elsewhere. */
  style(style: Style, text: string): string;
  /** Whether someone is there to be asked. */
  readonly interactive: boolean;
}

export function terminalOutput(): Output {
  const colour = process.stderr.isTTY === true && process.stderr.hasColors();
  return {
    result: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    style: (style, text) => (colour ? styleText(style, text) : text),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  };
}

/** One line per problem and a closing count, for people. */
export function describeProblems(problems: readonly Problem[], output: Output): string {
  const lines = problems.map((problem) => {
    const text = formatProblem(problem);
    return problem.severity === 'error' ? text : output.style('yellow', text);
  });
  return lines.join('\n');
}

/** `2 errors, 1 warning`. */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  return warnings === 0 ? count(errors, 'error') : `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
}
