import { didYouMean } from '../kit/suggest.ts';
import { NOT_BUILT_YET, SETTINGS } from './settings.ts';

const VARIABLES: readonly string[] = Object.values(SETTINGS).map((setting) => setting.variable);

/** Names variables of ours that nothing reads, and variables whose capability is not built yet. */
export function findUnknownVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  const names = Object.keys(environment).filter((name) => environment[name] !== undefined);
  return names.sort().flatMap((name) => describeVariable(name) ?? []);
}

/** Names keys of a settings object (plinth.config.ts, the command line) that do not exist. */
export function findUnknownKeys(settings: Readonly<Record<string, unknown>>, place: string): string[] {
  const known = Object.keys(SETTINGS);
  return Object.keys(settings)
    .filter((key) => !known.includes(key))
    .map(
      (key) =>
        `${place} sets "${key}", which does not exist.${didYouMean(key, known)} Remove it or correct it.`,
    );
}

function describeVariable(name: string): string | undefined {
  const missing = NOT_BUILT_YET.find(({ variable }) => covers(variable, name));
  if (missing) return `${name} is set, but ${missing.capability} is not supported yet. Unset it.`;
  if (!name.startsWith('PLINTH_') || VARIABLES.includes(name)) return undefined;
  return `${name} is set, but there is no such setting.${didYouMean(name, VARIABLES)} Unset it or correct it.`;
}

function covers(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
