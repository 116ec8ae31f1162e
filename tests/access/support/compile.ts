import { compileRules } from '../../../src/access/compile-rules.ts';
import type { RuleBook } from '../../../src/access/rule-book.ts';
import { formatProblem, type Problem } from '../../../src/kit/problem.ts';
import type { AppModel, Entity } from '../../../src/model/app-model.ts';
import { readSchema } from '../../../src/read/index.ts';

export interface Compiled {
  readonly app: AppModel;
  readonly rules: RuleBook;
  readonly problems: readonly Problem[];
}

/** Compiles the rules of a schema whose SDL has no mistakes. */
export function compile(text: string): Compiled {
  const { app, problems } = readSchema([{ file: 'schema.graphql', text }]);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (!app || errors.length > 0) throw new Error(errors.map(formatProblem).join('\n'));
  return { app, ...compileRules(app) };
}

/** The same without problems. */
export function compileGood(text: string): Compiled {
  const compiled = compile(text);
  const errors = compiled.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(formatProblem).join('\n'));
  return compiled;
}

export function entity(app: AppModel, name: string): Entity {
  const found = app.entityByName.get(name);
  if (!found) throw new Error(`There is no entity ${name}`);
  return found;
}
