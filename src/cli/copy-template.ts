import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../kit/user-error.ts';

/** Where these are, there is a project already. Everything else can belong to the directory that it is made in. */
const OF_A_PROJECT: readonly string[] = ['schema.graphql', 'operations', 'resolvers', 'prisma'];

/**
 * Copies a template into a new or existing directory. Files of its own that the directory has stay as they are, apart
 * from package.json, which gets the scripts and dependencies that it lacks.
 * @returns the names of the files that were there
 * @throws UserError when the directory has a project in it
 */
export function copyTemplate(source: string, target: string): readonly string[] {
  if (existsSync(target) && !statSync(target).isDirectory())
    throw new UserError(`${target} is a file. Choose a directory.`);
  const clash = OF_A_PROJECT.find((entry) => existsSync(join(target, entry)));
  if (clash !== undefined) {
    throw new UserError(
      `${join(target, clash)} is already there. Choose a directory without a project in it.`,
    );
  }
  mkdirSync(target, { recursive: true });
  const kept: string[] = [];
  for (const entry of readdirSync(source)) {
    const to = join(target, installedName(entry));
    if (!existsSync(to)) cpSync(join(source, entry), to, { recursive: true });
    else {
      kept.push(installedName(entry));
      if (entry === 'package.json') extendPackage(join(source, entry), to);
    }
  }
  return kept;
}

/** npm leaves `.gitignore` out of packages, so templates hold it as `gitignore`. */
const installedName = (entry: string): string => (entry === 'gitignore' ? '.gitignore' : entry);

type Package = Readonly<Record<string, unknown>> & {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};

function extendPackage(source: string, target: string): void {
  const from = readPackage(source);
  const to = readPackage(target);
  const present = { ...to.dependencies, ...to.devDependencies };
  const lacking = (wanted: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(wanted).filter(([name]) => !Object.hasOwn(present, name)));
  const extended = {
    ...to,
    // Resolvers are modules. What `npm init` writes unasked is no decision against them.
    type: 'module',
    scripts: { ...from.scripts, ...to.scripts },
    dependencies: { ...to.dependencies, ...lacking(from.dependencies) },
    devDependencies: { ...to.devDependencies, ...lacking(from.devDependencies) },
  };
  writeFileSync(target, `${JSON.stringify(extended, null, 2)}\n`);
}

function readPackage(file: string): Package {
  const unreadable = new UserError(`${file} is no JSON object. Correct it first.`);
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Package;
  } catch {
    throw unreadable;
  }
  throw unreadable;
}
