import { nearest } from '../../kit/suggest.ts';
import { endName, type RelationEnd } from './relation-end.ts';

/** What a relation field turned out to be. */
export type Link =
  /** It holds a key; `back` is the field of the target that sees it from the other side. */
  | { readonly kind: 'key'; readonly back: RelationEnd | undefined; readonly oneToOne: boolean }
  /** The key is in `back`. */
  | { readonly kind: 'inverse'; readonly back: RelationEnd }
  /** Many-to-many through a join table. */
  | { readonly kind: 'join'; readonly back: RelationEnd };

/** Why a relation field could not be understood; one rule file explains each kind. */
export interface RelationFault {
  readonly kind:
    | 'ambiguous'
    | 'nameReused'
    | 'listAlone'
    | 'selfListAlone'
    | 'oneToOneWithoutUnique'
    | 'oneToOneBothUnique'
    | 'uniqueFacesList'
    | 'loneName';
  readonly end: RelationEnd;
  /** The fields that it could have belonged to. */
  readonly others: readonly RelationEnd[];
}

export interface Pairing {
  /** By `Model.field`. */
  readonly links: ReadonlyMap<string, Link>;
  readonly faults: readonly RelationFault[];
}

/** Finds the two sides of every relation: same two models, same `@relation(name:)` (or none on both). */
export function pairRelations(ends: readonly RelationEnd[]): Pairing {
  const links = new Map<string, Link>();
  const faults: RelationFault[] = [];
  const groups = new Map<string, RelationEnd[]>();
  for (const end of ends) {
    const key = JSON.stringify([[end.owner, end.target].sort(), end.name ?? null]);
    groups.set(key, [...(groups.get(key) ?? []), end]);
  }
  for (const group of groups.values()) {
    const result = pairGroup(group, ends);
    for (const [end, link] of result.links) links.set(endName(end), link);
    faults.push(...result.faults);
  }
  return { links, faults };
}

interface GroupResult {
  readonly links: readonly (readonly [RelationEnd, Link])[];
  readonly faults: readonly RelationFault[];
}

const fault = (
  kind: RelationFault['kind'],
  end: RelationEnd,
  others: readonly RelationEnd[],
): RelationFault => ({
  kind,
  end,
  others,
});

function pairGroup(group: readonly RelationEnd[], all: readonly RelationEnd[]): GroupResult {
  const [first, second, ...more] = group;
  if (first === undefined) return { links: [], faults: [] };
  if (second === undefined) return alone(first, all);
  const isSelf = first.owner === first.target;
  const sameSide = group.every((end) => end.owner === first.owner);
  if (more.length === 0 && (isSelf ? formsSelfPair(first, second) : !sameSide)) return pair(first, second);
  if (first.name !== undefined) {
    return { links: [], faults: group.map((end) => fault('nameReused', end, without(group, end))) };
  }
  // Several to-one fields that nothing answers are several relations, each seen from one side only.
  if (group.every((end) => !end.many) && (sameSide || isSelf))
    return merged(group.map((end) => alone(end, all)));
  if (sameSide && !isSelf) return merged(group.map((end) => alone(end, all)));
  return { links: [], faults: group.map((end) => fault('ambiguous', end, without(group, end))) };
}

/** `parent` and `children` are one relation, `mother` and `father` are two unless a name or `@unique` joins them. */
function formsSelfPair(first: RelationEnd, second: RelationEnd): boolean {
  return first.many || second.many || first.name !== undefined || first.unique !== second.unique;
}

function alone(end: RelationEnd, all: readonly RelationEnd[]): GroupResult {
  const facing = all.filter(
    (other) => other !== end && other.owner === end.target && other.target === end.owner,
  );
  if (end.many) {
    const kind = end.owner === end.target ? 'selfListAlone' : 'listAlone';
    return { links: [], faults: [fault(kind, end, facing)] };
  }
  const link: Link = { kind: 'key', back: undefined, oneToOne: end.unique };
  const meant = facing.filter((other) => looksLikeOtherSide(end, other));
  const faults = meant.length > 0 ? [fault('loneName', end, meant)] : [];
  return { links: [[end, link]], faults };
}

/** A name that nobody shares is harmless on a to-one, unless the other side just spells it otherwise or leaves it out. */
function looksLikeOtherSide(end: RelationEnd, other: RelationEnd): boolean {
  if (end.name === undefined || other.many || other.name === end.name) return false;
  return other.name === undefined
    ? end.unique !== other.unique
    : nearest(end.name, [other.name]) !== undefined;
}

function pair(first: RelationEnd, second: RelationEnd): GroupResult {
  if (first.many && second.many) {
    return {
      links: [
        [first, { kind: 'join', back: second }],
        [second, { kind: 'join', back: first }],
      ],
      faults: [],
    };
  }
  if (first.many || second.many) {
    const [list, one] = first.many ? [first, second] : [second, first];
    const faults = one.unique ? [fault('uniqueFacesList', one, [list])] : [];
    return { links: holds(one, list, false), faults };
  }
  return oneToOne(first, second);
}

function oneToOne(first: RelationEnd, second: RelationEnd): GroupResult {
  const claims = [first, second].filter((end) => end.unique || end.namesKey);
  const [holder] = claims;
  if (holder && claims.length === 1) {
    return { links: holds(holder, holder === first ? second : first, true), faults: [] };
  }
  const kind = claims.length === 0 ? 'oneToOneWithoutUnique' : 'oneToOneBothUnique';
  return { links: [], faults: [fault(kind, first, [second]), fault(kind, second, [first])] };
}

function holds(holder: RelationEnd, far: RelationEnd, isOneToOne: boolean): [RelationEnd, Link][] {
  return [
    [holder, { kind: 'key', back: far, oneToOne: isOneToOne }],
    [far, { kind: 'inverse', back: holder }],
  ];
}

function merged(results: readonly GroupResult[]): GroupResult {
  return {
    links: results.flatMap((result) => result.links),
    faults: results.flatMap((result) => result.faults),
  };
}

function without(group: readonly RelationEnd[], end: RelationEnd): readonly RelationEnd[] {
  return group.filter((other) => other !== end);
}
