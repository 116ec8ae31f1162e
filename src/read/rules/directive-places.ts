import { DIRECTIVES, OWN_DIRECTIVES } from '../directives.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { type DirectiveUse, directiveUses } from './walk.ts';

/** What means something on a root field of the author's, and on a field of a type that is not stored. */
const ON_ROOT_FIELDS: readonly string[] = ['access', 'cacheControl', 'cost', 'deprecated'];
const ON_CUSTOM_FIELDS: readonly string[] = ['cacheControl', 'cost', 'deprecated'];
const ON_CUSTOM_TYPES: readonly string[] = ['cacheControl'];

const PLACES: Record<string, string> = {
  OBJECT: 'a type',
  FIELD_DEFINITION: 'a field',
  ARGUMENT_DEFINITION: 'an argument',
  INTERFACE: 'an interface',
  UNION: 'a union',
  ENUM: 'an enum',
  ENUM_VALUE: 'an enum value',
  INPUT_OBJECT: 'an input',
  INPUT_FIELD_DEFINITION: 'an input field',
  SCALAR: 'a scalar',
};

/** A directive where it means nothing. */
export const directivePlaces: Rule = (judged) => {
  for (const use of directiveUses(judged)) {
    const name = use.used.name.value;
    const definition = DIRECTIVES.get(name);
    if (!definition) continue;
    const allowed = definition.locations.map((location) => location.value);
    const place = placeOf(use.used);
    if (!allowed.includes(use.location)) {
      const belongs = allowed.map((location) => PLACES[location] ?? location).join(' or ');
      const message = `@${name} stands on ${PLACES[use.location]}, where it means nothing. It belongs on ${belongs}.`;
      judged.problems.error(place, 'DIRECTIVE_MISPLACED', message);
    } else if (needsModel(use)) {
      const message = `@${name} works on stored types only, and this type has no @model. Add @model to the type or remove @${name}.`;
      judged.problems.error(place, 'DIRECTIVE_NEEDS_MODEL', message);
    } else if (use.owner === 'root' && !ON_ROOT_FIELDS.includes(name)) {
      const message = `@${name} means nothing on a root field of your own. Remove it; @access(call:) is what belongs there.`;
      judged.problems.error(place, 'DIRECTIVE_MISPLACED', message);
    }
  }
};

function needsModel({ used, location, owner }: DirectiveUse): boolean {
  const name = used.name.value;
  if (!OWN_DIRECTIVES.has(name) || name === 'model') return false;
  if (location === 'OBJECT')
    return owner !== 'model' && !(owner === 'custom type' && ON_CUSTOM_TYPES.includes(name));
  return location === 'FIELD_DEFINITION' && owner === 'custom type' && !ON_CUSTOM_FIELDS.includes(name);
}
