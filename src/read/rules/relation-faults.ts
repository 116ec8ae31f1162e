import { lowerFirst, plural } from '../../kit/words.ts';
import { placeOf } from '../locate.ts';
import type { RelationFault } from '../relations/pair-relations.ts';
import { endName, type RelationEnd } from '../relations/relation-end.ts';
import type { Rule } from './rule.ts';

/** Relations whose two sides could not be found, or do not fit each other. */
export const relationFaults: Rule = ({ pairing, problems }) => {
  for (const fault of pairing.faults) {
    const [code, message] = explain(fault);
    problems.error(placeOf(fault.end.node), code, message);
  }
};

function explain({ kind, end, others }: RelationFault): [code: string, message: string] {
  const here = endName(end);
  const names = others.map(endName).join(' and ');
  switch (kind) {
    case 'ambiguous':
      return [
        'AMBIGUOUS_RELATION',
        `${here} could belong together with several fields (${names}). Give the two sides that belong together the same @relation(name: "…").`,
      ];
    case 'nameReused':
      return [
        'RELATION_NAME_REUSED',
        `The relation name "${end.name}" joins exactly two fields, one on each side, and ${here} shares it with ${names}. Choose another name for one pair.`,
      ];
    case 'listAlone':
      return ['LIST_WITHOUT_OTHER_SIDE', listAlone(end, others)];
    case 'selfListAlone':
      return [
        'SELF_LIST_ALONE',
        `${here} relates ${end.owner} to itself, and needs both directions declared. Add the other direction (a list for many-to-many, "${end.target}" for one-to-many) and give both the same @relation(name: "…").`,
      ];
    case 'oneToOneWithoutUnique':
      return [
        'ONE_TO_ONE_WITHOUT_UNIQUE',
        `${here} and ${names} look like one relation, and nothing says which of them holds the key. Add @unique to the one that holds it (one-to-one), or give them different @relation(name: "…") if they are two relations.`,
      ];
    case 'oneToOneBothUnique':
      return [
        'ONE_TO_ONE_BOTH_UNIQUE',
        `${here} and ${names} both claim to hold the key of their one-to-one relation. Keep @unique or @relation(fields:) on one side only.`,
      ];
    case 'uniqueFacesList':
      return [
        'UNIQUE_FACES_LIST',
        `@unique lets at most one ${end.owner} lead to the same ${end.target}, and ${names} is a list of them. Remove @unique, or make ${names} a single optional ${end.owner}.`,
      ];
    case 'loneName':
      return [
        'RELATION_NAME_ALONE',
        `No field of ${end.target} that leads here has the relation name "${end.name}", though ${names} looks like the other side. Give both the same name.`,
      ];
  }
}

function listAlone(end: RelationEnd, facing: readonly RelationEnd[]): string {
  const here = endName(end);
  const [other] = facing.filter((candidate) => candidate.name !== end.name);
  if (other) {
    const name = other.name ?? end.name;
    const which =
      other.name === undefined ? `the same name to ${endName(other)}` : `"${name}" as its name here, too`;
    return `${here} has no other side with the same relation name, but ${endName(other)} leads here. Give ${which}: @relation(name: "${name}").`;
  }
  const one = `"${lowerFirst(end.owner)}: ${end.owner}!"`;
  const many = `"${plural(lowerFirst(end.owner))}: [${end.owner}!]!"`;
  return `${here} is a list, and no field of ${end.target} leads back. Add ${one} (one-to-many) or ${many} (many-to-many) to ${end.target}.`;
}
