import type { ConstDirectiveNode } from 'graphql';
import { nearest } from '../../kit/suggest.ts';
import { argument, directive, stringArgument } from '../arguments.ts';
import { DIRECTIVES } from '../directives.ts';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';
import { modelFields } from './walk.ts';

const ON_MODEL: readonly string[] = ['read', 'create', 'update', 'delete'];
const ON_FIELD: readonly string[] = ['read', 'write'];
const ON_ROOT: readonly string[] = ['call'];

/** Silence means no, but it has to be said: models name their rules, and every rule says something. */
export const modelAccess: Rule = (judged) => {
  const { schema, problems } = judged;
  for (const model of schema.models.values()) {
    const access = directive(model, 'access');
    const name = model.name.value;
    if (!access && model.directives?.some(looksLikeAccess)) continue;
    if (!access) {
      const message = `The model ${name} does not say who may do what. Add @access(read: "…", create: "…", update: "…", delete: "…"); what you leave out is denied.`;
      problems.error(placeOf(model), 'MODEL_WITHOUT_ACCESS', message);
    } else judge(judged, access, 'a model', ON_MODEL);
  }
  for (const { node } of modelFields(judged)) {
    const access = node.name.value === 'id' ? undefined : directive(node, 'access');
    if (access) judge(judged, access, 'a field of a model', ON_FIELD);
  }
  for (const { node } of schema.roots) {
    const access = directive(node, 'access');
    if (access) judge(judged, access, 'a root field', ON_ROOT);
  }
};

/** A misspelt @access is told by known-directives.ts, and once is enough. */
function looksLikeAccess({ name }: ConstDirectiveNode): boolean {
  return !DIRECTIVES.has(name.value) && nearest(name.value, DIRECTIVES.keys()) === 'access';
}

function judge(
  { problems }: Judged,
  access: ConstDirectiveNode,
  where: string,
  allowed: readonly string[],
): void {
  const named = [...ON_MODEL, 'write', 'call'].filter((name) => argument(access, name) !== undefined);
  if ((access.arguments ?? []).length === 0) {
    const message = `@access without a rule denies everything in silence. Name at least one of ${allowed.join(', ')}, or write "false" where nobody may.`;
    problems.error(placeOf(access), 'EMPTY_ACCESS', message);
  }
  for (const name of named) {
    const given = access.arguments?.find((item) => item.name.value === name);
    if (!given) continue;
    if (!allowed.includes(name)) {
      const message = `"${name}" cannot be ruled on ${where}. There, @access takes ${allowed.join(', ')}.`;
      problems.error(placeOf(given), 'ACCESS_OPERATION', message);
    } else if (stringArgument(access, name)?.trim() === '') {
      const message = `The rule for "${name}" is empty. Write "true" for everybody, "false" for nobody, or a condition.`;
      problems.error(placeOf(given.value), 'EMPTY_RULE', message);
    }
  }
  for (const given of access.arguments ?? []) {
    if (given.value.kind !== 'NullValue') continue;
    const message = `The rule for "${given.name.value}" is null. Leave it out to deny, or write a condition.`;
    problems.error(placeOf(given.value), 'EMPTY_RULE', message);
  }
}
