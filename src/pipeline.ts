import { compileRules } from './access/compile-rules.ts';
import type { RuleBook } from './access/rule-book.ts';
import { emitAccess } from './emit/access/emit-access.ts';
import { emitApi } from './emit/api/emit-api.ts';
import { emitPrismaSchema } from './emit/prisma/emit-prisma.ts';
import { emitSqlObjects } from './emit/sql/emit-sql-objects.ts';
import { FEATURES, type Feature } from './features/index.ts';
import { type Problem, ProblemsError } from './kit/problem.ts';
import type { AppModel, Entity } from './model/app-model.ts';
import type { SqlObject } from './model/sql-object.ts';
import { readSchema } from './read/index.ts';

/** One of the author's SDL files. `file` is how problems name it. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** Everything that follows from `schema.graphql` alone: the same text gives the same bytes. */
export interface BuiltApp {
  /** What it was built from. */
  readonly sources: readonly SourceFile[];
  readonly app: AppModel;
  readonly rules: RuleBook;
  readonly warnings: readonly Problem[];
  readonly prismaSchema: string;
  readonly sqlObjects: readonly SqlObject[];
  readonly apiSdl: string;
  /** Who may do what, in words. */
  readonly accessText: string;
}

/**
 * The build, top to bottom: read → let features extend the model → check the rules → emit.
 * @throws ProblemsError with every mistake found, when there is one that prevents the build
 */
export function buildApp(sources: readonly SourceFile[], features: readonly Feature[] = FEATURES): BuiltApp {
  const { app, rules, problems } = checkSources(sources, features);
  if (!app || !rules || problems.some(isError)) throw new ProblemsError(problems);
  const additions = features.flatMap((feature) => feature.api?.(app) ?? []);
  return {
    sources,
    app,
    rules,
    warnings: problems,
    prismaSchema: emitPrismaSchema(withTables(app, features)),
    sqlObjects: [
      ...emitSqlObjects(app, rules),
      ...features.flatMap((feature) => feature.sqlObjects?.(app) ?? []),
    ],
    apiSdl: emitApi(app, rules, additions),
    accessText: emitAccess(app, rules, additions),
  };
}

/** Reads the files and compiles their rules; `app` is missing when the files could not be made sense of. */
export function checkSources(
  sources: readonly SourceFile[],
  features: readonly Feature[] = FEATURES,
): {
  readonly app: AppModel | undefined;
  readonly rules: RuleBook | undefined;
  readonly problems: readonly Problem[];
} {
  const { app: written, problems } = readSchema(sources);
  if (!written) return { app: written, rules: undefined, problems };
  const app = features.reduce((model, feature) => feature.extendModel?.(model) ?? model, written);
  const compiled = compileRules(app);
  return { app, rules: compiled.rules, problems: [...problems, ...compiled.problems].sort(byPlace) };
}

/** The model with the tables that features keep for themselves: what is stored, as opposed to what the API shows. */
function withTables(app: AppModel, features: readonly Feature[]): AppModel {
  const tables: readonly Entity[] = features.flatMap((feature) => feature.tables?.(app) ?? []);
  const entities = [...app.entities, ...tables];
  return { ...app, entities, entityByName: new Map(entities.map((entity) => [entity.name, entity])) };
}

const isError = (problem: Problem): boolean => problem.severity === 'error';

function byPlace(a: Problem, b: Problem): number {
  return a.place.line - b.place.line || a.place.column - b.place.column;
}
