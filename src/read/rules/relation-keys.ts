import type { FieldDefinitionNode } from 'graphql';
import { didYouMean } from '../../kit/suggest.ts';
import { argument, directive, stringNodes } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { endName, type RelationEnd } from '../relations/relation-end.ts';
import { printType } from '../type-shape.ts';
import type { Judged, Rule } from './rule.ts';

/** Declared keys: they exist, are IDs, agree with their relation, and serve one relation only. */
export const relationKeys: Rule = (judged) => {
  const owners = new Map<string, RelationEnd>();
  for (const end of judged.ends) {
    const link = judged.pairing.links.get(endName(end));
    namedKey(judged, end);
    if (link?.kind !== 'key') continue;
    declaredKey(judged, end);
    const key = `${end.owner}.${end.key}`;
    const other = owners.get(key);
    if (other) {
      const message = `${endName(end)} and ${endName(other)} share the key ${end.key}. Give each a key of its own.`;
      judged.problems.error(placeOf(end.node), 'KEY_SHARED', message);
    }
    owners.set(key, end);
  }
};

function fieldOf({ schema }: Judged, end: RelationEnd, name: string): FieldDefinitionNode | undefined {
  return schema.models.get(end.owner)?.fields?.find((field) => field.name.value === name);
}

function namedKey(judged: Judged, end: RelationEnd): void {
  const used = directive(end.node, 'relation');
  const fields = argument(used, 'fields');
  if (!used || !fields) return;
  const link = judged.pairing.links.get(endName(end));
  const nodes = stringNodes(used, 'fields');
  const error = (code: string, message: string): void =>
    judged.problems.error(placeOf(fields), code, message);
  const [only] = nodes;
  if (end.many || link?.kind === 'inverse') {
    error(
      'KEY_ON_WRONG_SIDE',
      `${endName(end)} holds no key: the other side does, or a join table. Remove fields.`,
    );
  } else if (!only || nodes.length !== 1) {
    error(
      'KEY_COUNT',
      `Rows have one id, so fields names exactly one key. Write fields: ["${end.node.name.value}Id"].`,
    );
  } else if (!fieldOf(judged, end, only.value)) {
    const names = judged.schema.models.get(end.owner)?.fields?.map((field) => field.name.value) ?? [];
    const hint = didYouMean(only.value, names);
    const message = `${end.owner} has no field "${only.value}" that could hold the key.${hint} Declare "${only.value}: ID${end.required ? '!' : ''}" or remove fields.`;
    error('KEY_UNKNOWN', message);
  }
}

function declaredKey(judged: Judged, end: RelationEnd): void {
  const field = fieldOf(judged, end, end.key);
  const wanted = end.required ? 'ID!' : 'ID';
  if (!field) return;
  const written = printType(field.type);
  if (written !== wanted) {
    const message = `${end.owner}.${end.key} holds the key of ${endName(end)} and must be ${wanted}, not ${written}. Write "${end.key}: ${wanted}", rename the field, or name another key with @relation(fields: ["…"]).`;
    judged.problems.error(placeOf(field.type), 'KEY_FIELD_TYPE', message);
  }
  for (const name of ['column', 'preset', 'default', 'unique'] as const) {
    const twice = directive(field, name);
    if (!twice || !directive(end.node, name)) continue;
    const message = `@${name} is on ${end.owner}.${end.key} and on ${endName(end)}, which are one column. Keep it on one of them.`;
    judged.problems.error(placeOf(twice), 'KEY_DIRECTIVE_TWICE', message);
  }
  for (const name of ['constraint', 'computed', 'search', 'renamedFrom'] as const) {
    const used = directive(field, name);
    if (!used) continue;
    const message = `@${name} means nothing on ${end.key}, which holds the key of ${endName(end)}. Remove it${name === 'renamedFrom' ? ` and put it on ${end.node.name.value}` : ''}.`;
    judged.problems.error(placeOf(used), 'KEY_DIRECTIVE', message);
  }
}
