import type { NameNode } from 'graphql';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';
import { everyType } from './walk.ts';

/** Two definitions of one name: only the first would count. */
export const repeatedDefinitions: Rule = (judged) => {
  const { schema, problems } = judged;
  for (const node of schema.repeated) {
    const name = node.name.value;
    const remedy = `Rename one of them, or write "extend" to add to the first.`;
    problems.error(placeOf(node), 'TYPE_TWICE', `The type ${name} is defined twice. ${remedy}`);
  }
  for (const type of everyType(schema)) {
    if ('fields' in type) once(judged, type.fields ?? [], `a field of ${type.name.value}`);
    if ('values' in type) once(judged, type.values ?? [], `a value of ${type.name.value}`);
    if ('fields' in type) for (const field of type.fields ?? []) argumentsOnce(judged, field);
  }
  for (const root of ['Query', 'Mutation', 'Subscription'] as const) {
    const fields = schema.roots.filter((field) => field.root === root).map((field) => field.node);
    once(judged, fields, `a field of ${root}`);
    for (const field of fields) argumentsOnce(judged, field);
  }
};

type Named = { readonly name: NameNode };

function argumentsOnce(
  judged: Judged,
  field: Named & { readonly arguments?: readonly Named[] | undefined },
): void {
  once(judged, field.arguments ?? [], `an argument of ${field.name.value}`);
}

function once({ problems }: Judged, members: readonly Named[], what: string): void {
  const seen = new Set<string>();
  for (const { name } of members) {
    if (seen.has(name.value)) {
      const message = `"${name.value}" is ${what} already. Remove or rename one of them.`;
      problems.error(placeOf(name), 'MEMBER_TWICE', message);
    }
    seen.add(name.value);
  }
}
