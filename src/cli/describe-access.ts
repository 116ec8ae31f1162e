import type { OperationAnswer, RowAnswer } from '../project/explain-access.ts';
import type { Output } from './output.ts';

type Term = RowAnswer['verdicts'][number]['rule'];
type Explained = Omit<RowAnswer, 'allowed'>;

/** One paragraph per rule that had to hold. */
export function describeRowAnswers(answers: readonly RowAnswer[], output: Output): string {
  return answers
    .map((answer) => {
      const verdict = answer.allowed ? output.style('green', 'allowed') : output.style('red', 'denied');
      return [`${answer.denied} ${answer.id ?? ''}: ${verdict}`, ...describeExplanation(answer, output)].join(
        '\n',
      );
    })
    .join('\n\n');
}

export function describeOperationAnswer({ data, errors }: OperationAnswer, output: Output): string {
  if (errors.length === 0) return `${output.style('green', 'allowed')}\n${JSON.stringify(data, null, 2)}`;
  return errors
    .map(({ message, code, path, access }) => {
      const head = `${output.style('red', String(code ?? 'ERROR'))} ${path?.join('.') ?? ''} ${message}`;
      return [head, ...(access ? describeExplanation(access, output) : [])].join('\n');
    })
    .join('\n\n');
}

function describeExplanation(
  { because, verdicts, chain = [] }: Explained,
  output: Output,
): readonly string[] {
  return [
    `  ${because}`,
    ...(chain.length > 1
      ? [`  in ${chain.map(({ operation, model }) => `${operation} ${model}`).join(' → ')}`]
      : []),
    ...verdicts.flatMap(({ image, rule }) => [
      ...(image === undefined || image === 'now' ? [] : [`  ${image}:`]),
      ...describeTerm(rule, '  ', output),
    ]),
  ];
}

const MARKS = { true: '✓', false: '✗', unknown: '?', 'depends on the row': '…' } as const;
const STYLES = { true: 'green', false: 'red', unknown: 'yellow', 'depends on the row': 'dim' } as const;

function describeTerm(term: Term, indent: string, output: Output): readonly string[] {
  const { text, place, holds, values = {}, terms = [] } = term;
  const seen = Object.entries(values).map(
    ([path, value]) => `${indent}      ${path} = ${JSON.stringify(value)}`,
  );
  return [
    `${indent}${output.style(STYLES[holds], `${MARKS[holds]} ${holds}`)}  ${text}  ${output.style('dim', place)}`,
    ...seen,
    ...terms.flatMap((one) => describeTerm(one, `${indent}  `, output)),
  ];
}
