import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../kit/user-error.ts';
import { isScalarCode, type ScalarCode } from '../query/resolvers/author-scalars.ts';
import type { Project } from './find-project.ts';
import { importFresh } from './import-fresh.ts';

/** The author's functions by type and field, and the author's scalars by name, as `resolvers/*.ts` export them. */
export type AuthorResolvers = Record<string, Record<string, unknown> | ScalarCode>;

/**
 * Loads every module in `resolvers/`. An export with a capital is a type's object of functions
 * (`export const Query = { … }`) or a scalar (`export const Money = new GraphQLScalarType({ … })`); other exports are the author's own helpers.
 * @param scalars names of those that the author declares, which may begin with any letter
 * @throws UserError for what cannot be loaded, or is given twice
 */
export async function loadResolvers(
  project: Project,
  scalars: ReadonlySet<string>,
): Promise<AuthorResolvers> {
  if (!existsSync(project.resolversDirectory)) return {};
  const files = readdirSync(project.resolversDirectory)
    .filter((name) => /\.(ts|mts|js|mjs)$/.test(name) && !/\.d\.m?ts$/.test(name))
    .sort();
  const modules = await Promise.all(
    files.map(async (name) => ({ name, exports: await importFresh(join(project.resolversDirectory, name)) })),
  );
  const merged: AuthorResolvers = {};
  for (const { name, exports } of modules) mergeModule(merged, `resolvers/${name}`, exports, scalars);
  return merged;
}

function mergeModule(
  merged: AuthorResolvers,
  file: string,
  exports: Record<string, unknown>,
  scalars: ReadonlySet<string>,
): void {
  for (const [type, fields] of Object.entries(exports)) {
    const isScalar = scalars.has(type) && isScalarCode(fields);
    if (!/^[A-Z]/.test(type) && !isScalar) continue;
    if (typeof fields !== 'object' || fields === null) {
      throw new UserError(`${file}: the export "${type}" must be an object of resolver functions.`);
    }
    const before = merged[type];
    if (isScalarCode(fields) || isScalarCode(before)) {
      if (before) throw new UserError(`${file}: ${type} is defined in another file of resolvers/ as well.`);
      merged[type] = fields as ScalarCode;
      continue;
    }
    const known = before ?? {};
    merged[type] = known;
    for (const [field, resolver] of Object.entries(fields)) {
      if (Object.hasOwn(known, field)) {
        throw new UserError(`${file}: ${type}.${field} is defined in another file of resolvers/ as well.`);
      }
      known[field] = resolver;
    }
  }
}
