import type { NamedTypeNode } from 'graphql';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';

/** Interfaces on models, and interfaces and unions of what is none. */
export const abstractTypes: Rule = (judged) => {
  const { schema, problems } = judged;
  for (const model of schema.models.values()) {
    for (const named of model.interfaces ?? []) {
      if (named.name.value === 'Node') continue;
      const message = `The model ${model.name.value} cannot implement ${named.name.value}: models implement Node and nothing else. Remove it; a union of your own can hold several models.`;
      problems.error(placeOf(named), 'INTERFACE_ON_MODEL', message);
    }
  }
  for (const type of schema.customTypes.values()) {
    if (type.kind === 'UnionTypeDefinition')
      for (const member of type.types ?? []) unionMember(judged, member);
    if (type.kind !== 'ObjectTypeDefinition' && type.kind !== 'InterfaceTypeDefinition') continue;
    for (const named of type.interfaces ?? []) implemented(judged, type, named);
  }
};

function unionMember({ schema, problems }: Judged, member: NamedTypeNode): void {
  const name = member.name.value;
  if (schema.models.has(name) || schema.customTypes.get(name)?.kind === 'ObjectTypeDefinition') return;
  const message = `A union holds types with fields, and ${name} is none. Define "type ${name}" or remove it from the union.`;
  problems.error(placeOf(member), 'UNION_MEMBER', message);
}

function implemented(
  { schema, problems }: Judged,
  type: {
    readonly name: { readonly value: string };
    readonly fields?: readonly { readonly name: { readonly value: string } }[] | undefined;
  },
  named: NamedTypeNode,
): void {
  const name = named.name.value;
  const target = schema.customTypes.get(name);
  if (name === 'Node') {
    const message = `Node is implemented by models, whose rows node(id:) finds. Remove it from ${type.name.value}, or make that a @model.`;
    problems.error(placeOf(named), 'NODE_WITHOUT_MODEL', message);
  } else if (target?.kind !== 'InterfaceTypeDefinition') {
    problems.error(
      placeOf(named),
      'UNKNOWN_INTERFACE',
      `There is no interface called ${name}. Define it or remove it.`,
    );
  } else {
    const own = (type.fields ?? []).map((field) => field.name.value);
    for (const field of target.fields ?? []) {
      if (own.includes(field.name.value)) continue;
      const message = `${type.name.value} implements ${name} and lacks its field "${field.name.value}". Add it.`;
      problems.error(placeOf(named), 'INTERFACE_FIELD_MISSING', message);
    }
  }
}
