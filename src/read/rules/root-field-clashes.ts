import type { Place } from '../../kit/problem.ts';
import type { Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import { argument, directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';

type Roots = Record<'Query' | 'Mutation' | 'Subscription', Map<string, string>>;

/** Mutations of sign-in; `features/auth` makes them. */
const SIGN_IN = ['signUp', 'signIn', 'signOut', 'requestPasswordReset', 'resetPassword'];

const GRAPHQL_NAME = /^[a-z][_0-9A-Za-z]*$/;

/** Two root fields with one name. */
export const rootFieldClashes: Rule = (judged) => {
  const roots: Roots = { Query: new Map(), Mutation: new Map(), Subscription: new Map() };
  for (const name of ['node', 'nodes', 'viewer']) roots.Query.set(name, 'every API');
  for (const name of SIGN_IN) roots.Mutation.set(name, 'every API');
  for (const entity of judged.app.entities) {
    if (pluralFits(judged, entity)) claim(judged, roots, entity);
  }
  for (const { root, node } of judged.schema.roots) {
    const owner = roots[root].get(node.name.value);
    if (owner === undefined) continue;
    const message = `${root}.${node.name.value} is generated for ${owner} already. Give your field another name.`;
    judged.problems.error(placeOf(node), 'ROOT_FIELD_CLASH', message);
  }
};

function pluralFits({ schema, problems }: Judged, entity: Entity): boolean {
  const model = directive(schema.models.get(entity.name) ?? {}, 'model');
  const given = argument(model, 'plural');
  const place = given ? placeOf(given) : entity.place;
  if (entity.plural === entity.singular) {
    const message = `The root fields of ${entity.name} for one and for many would both be called "${entity.singular}". Say how the many are called: @model(plural: "${entity.singular}List").`;
    problems.error(place, 'PLURAL_EQUALS_SINGULAR', message);
    return false;
  }
  if (given && !GRAPHQL_NAME.test(entity.plural)) {
    const message = `"${entity.plural}" cannot be the name of a field. Use letters and digits, beginning with a small letter.`;
    problems.error(place, 'PLURAL_NAME', message);
    return false;
  }
  return true;
}

function claim(judged: Judged, roots: Roots, entity: Entity): void {
  const told = new Set<string>();
  for (const [root, name, place] of rootFields(entity)) {
    const owner = roots[root].get(name);
    if (owner !== undefined && owner !== entity.name && !told.has(owner)) {
      told.add(owner);
      const message = `${entity.name} and ${owner} would both have the root field ${root}.${name}. Rename ${entity.name}, or set @model(plural: "…").`;
      judged.problems.error(place, 'ROOT_FIELD_CLASH', message);
    }
    roots[root].set(name, owner ?? entity.name);
  }
}

function rootFields(entity: Entity): readonly (readonly [keyof Roots, string, Place])[] {
  const queries = [
    names.one(entity),
    names.many(entity),
    names.connectionField(entity),
    names.aggregateField(entity),
    names.groupsField(entity),
  ];
  const mutations = [
    names.create(entity),
    names.createMany(entity),
    names.update(entity),
    names.updateMany(entity),
    names.upsert(entity),
    names.delete(entity),
    names.deleteMany(entity),
  ];
  return [
    ...queries.map((name) => ['Query', name, entity.place] as const),
    ...entity.uniques.map((key) => ['Query', names.byUnique(entity, key), key.place] as const),
    ...mutations.map((name) => ['Mutation', name, entity.place] as const),
    ['Subscription', names.changed(entity), entity.place],
  ];
}
