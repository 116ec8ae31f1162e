import type { ExplainedOperation } from '../project/explain-operation.ts';
import type { Output } from './output.ts';

type Statement = NonNullable<ExplainedOperation['statements']>[number];

/** What `plinth explain` tells a person. */
export function describeOperation(explained: ExplainedOperation, output: Output): string {
  const { kind, name, viewer, compiled, whyNot, cost, costLimit, statements, errors } = explained;
  const over = cost > costLimit;
  return [
    `${output.style('bold', `${kind} ${name}`)}`,
    `viewer     ${viewer === 'admin' ? 'the administrator, for whom there are no rules; --as names a viewer' : viewer}`,
    `compiled   ${compiled ? output.style('green', 'yes: one SQL statement') : `no: ${whyNot}`}`,
    `cost       ${output.style(over ? 'red' : 'green', String(cost))} of at most ${costLimit}`,
    `id         ${explained.documentId}`,
    ...errors.map(({ code, message }) => `${output.style('red', String(code ?? 'ERROR'))} ${message}`),
    ...describeStatements(statements, errors.length > 0, output),
  ].join('\n');
}

function describeStatements(
  statements: ExplainedOperation['statements'],
  failed: boolean,
  output: Output,
): readonly string[] {
  if (!statements)
    return failed ? [] : ['statements are known once it has run: add --run (what it writes is undone)'];
  if (statements.length === 0) return ['statements none'];
  return statements.flatMap((statement, index) => describeStatement(statement, index + 1, output));
}

function describeStatement(
  { text, params, rows, plan }: Statement,
  number: number,
  output: Output,
): string[] {
  const answered = rows === undefined ? '' : output.style('dim', ` (${rows} ${rows === 1 ? 'row' : 'rows'})`);
  return [
    '',
    `${output.style('cyan', `statement ${number}`)}${answered}`,
    `  ${text}`,
    ...params.map((value, index) => `  $${index + 1} = ${JSON.stringify(value)}`),
    ...(plan ?? []).map((line) => output.style('dim', `    ${line}`)),
  ];
}
