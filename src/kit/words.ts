import pluralize from 'pluralize';

/** `TaskLabel` → `taskLabel`; leading capitals of an acronym go together (`URLAlias` → `urlAlias`). */
export function lowerFirst(name: string): string {
  const acronym = /^[A-Z]+(?=[A-Z][a-z])/.exec(name)?.[0];
  if (acronym) return acronym.toLowerCase() + name.slice(acronym.length);
  return /^[A-Z0-9_]+$/.test(name) ? name.toLowerCase() : name.charAt(0).toLowerCase() + name.slice(1);
}

/** `slug` → `Slug`. */
export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** English plural of a camel-case name: `person` → `people`, `taskLabel` → `taskLabels`. */
export function plural(name: string): string {
  return pluralize.plural(name);
}

/** `an album`, `a track`. Words like `user` and `unit` are why `u` is not among the vowels. */
export function withArticle(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}
