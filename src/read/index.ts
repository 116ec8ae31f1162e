import { type Problem, Problems } from '../kit/problem.ts';
import type { AppModel } from '../model/app-model.ts';
import { authorSchema } from './author-schema.ts';
import { buildApp } from './build/build-app.ts';
import { parseSources, type SchemaSource } from './parse-sources.ts';
import { pairRelations } from './relations/pair-relations.ts';
import { endName, relationEnds } from './relations/relation-end.ts';
import { RULES } from './rules/index.ts';

export type { SchemaSource } from './parse-sources.ts';

/**
 * Reads the author's schema. Never throws for what an author wrote.
 *
 * `app` is undefined only where a file has a syntax error. It may be given together with errors: then what could not be
 * understood is left out, so that rules inside it can be checked in the same run. It must not be emitted or served
 * unless no problem is an error.
 */
export function readSchema(sources: readonly SchemaSource[]): {
  app: AppModel | undefined;
  problems: readonly Problem[];
} {
  const problems = new Problems();
  const documents = parseSources(sources, problems);
  if (problems.hasErrors) return { app: undefined, problems: problems.sorted() };
  const schema = authorSchema(documents);
  const ends = relationEnds(schema);
  const reading = {
    schema,
    ends,
    endByName: new Map(ends.map((end) => [endName(end), end])),
    pairing: pairRelations(ends),
  };
  const app = buildApp(reading);
  for (const rule of RULES) rule({ ...reading, app, problems });
  return { app, problems: problems.sorted() };
}
