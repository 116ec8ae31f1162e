import type { Place } from '../../kit/problem.ts';
import { type GeneratedType, generatedTypes } from '../generated-types.ts';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';
import { everyType } from './walk.ts';

/** Two types of the API with one name: the author's and a generated one, or two generated ones. */
export const generatedTypeClashes: Rule = (judged) => {
  const { app, schema, problems } = judged;
  const generated = new Map<string, GeneratedType>();
  for (const type of generatedTypes(app)) {
    const other = generated.get(type.name);
    if (other && other.of !== type.of) {
      const place = placeOfType(judged, type.of) ?? placeOfType(judged, other.of);
      const message = `${type.of} and ${other.of ?? 'every API'} would both generate the type ${type.name}. Rename ${type.of}.`;
      if (place) problems.error(place, 'GENERATED_TYPE_CLASH', message);
    }
    generated.set(type.name, type);
  }
  for (const type of everyType(schema)) {
    const name = type.name.value;
    const other = generated.get(name);
    if (!other?.of) continue;
    const message = `The type ${name} is generated for ${other.of}, so yours cannot have this name. Rename it.`;
    problems.error(placeOf(type), 'GENERATED_TYPE_CLASH', message);
  }
};

function placeOfType({ app }: Judged, name: string | undefined): Place | undefined {
  return name === undefined
    ? undefined
    : (app.entityByName.get(name)?.place ?? app.enumByName.get(name)?.place);
}
