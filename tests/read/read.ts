import { expect } from 'vitest';
import { formatProblem } from '../../src/kit/problem.ts';
import type { AppModel, Entity, Field } from '../../src/model/app-model.ts';
import { readSchema } from '../../src/read/index.ts';

const OPEN = '@model @access(read: "true", create: "true", update: "true", delete: "true")';

/** Reads a schema in which `@@` stands for "a model that everybody may do everything with". It must have no problems. */
export function read(text: string): AppModel {
  const { app, problems } = readSchema([{ file: 'schema.graphql', text: text.replaceAll('@@', OPEN) }]);
  expect(problems.map(formatProblem)).toEqual([]);
  if (!app) throw new Error('no model');
  return app;
}

export function entity(app: AppModel, name: string): Entity {
  const found = app.entityByName.get(name);
  if (!found) throw new Error(`no entity ${name}`);
  return found;
}

/** `Task.title` */
export function field<K extends Field['kind']>(
  app: AppModel,
  path: string,
  kind: K,
): Extract<Field, { kind: K }> {
  const [owner = '', name = ''] = path.split('.');
  const found = entity(app, owner).fieldByName.get(name);
  if (found?.kind !== kind) throw new Error(`${path} is ${found?.kind}, not ${kind}`);
  return found as Extract<Field, { kind: K }>;
}

/** Codes of the problems of a schema, `@@` as in `read`. */
export function codes(text: string): readonly string[] {
  return readSchema([{ file: 'schema.graphql', text: text.replaceAll('@@', OPEN) }]).problems.map(
    (problem) => problem.code,
  );
}
