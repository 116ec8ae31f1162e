import { didYouMean } from '../kit/suggest.ts';
import type { Entity, Field, RelationField } from '../model/app-model.ts';
import { type RowPath, THIS, VIEWER } from '../model/expr.ts';
import { entityNamed, fieldType, relationNamed } from './field-type.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, FAILED, type RowTerm, scalarOf, type Term, type ValueTerm } from './term.ts';

type Member = Syntax & { readonly kind: 'member' };

/** A bare name: `this`, `viewer`, `now`, or a variable of `exists` and its like. */
export function checkName(check: RuleCheck, node: Syntax & { readonly kind: 'name' }): Term {
  const { name } = node;
  const bound = check.lookUp(name);
  if (bound) return bound;
  switch (name) {
    case THIS:
      return checkThis(check, node);
    case VIEWER:
      return check.use === 'check' ? onlyOwnColumns(check, node, 'the viewer') : { kind: 'viewer' };
    case 'now':
      return check.use === 'check'
        ? onlyOwnColumns(check, node, 'the time')
        : { kind: 'value', value: { kind: 'now' }, type: scalarOf('DateTime'), keyTo: undefined };
    default:
      return unknownName(check, node, name);
  }
}

function checkThis(check: RuleCheck, node: Syntax): Term {
  if (check.entity) {
    return { kind: 'row', row: { from: THIS, entity: check.entity.name, steps: [] }, entity: check.entity };
  }
  const message =
    check.use === 'call'
      ? 'There is no row here: who may call a custom field is decided before it runs. Use viewer and now.'
      : 'There is no row yet where this value is made. Use viewer, now and constants.';
  return check.fail(node.at, 'RULE_NOT_HERE', message);
}

function unknownName(check: RuleCheck, node: Syntax, name: string): Term {
  const known = [...(check.entity ? [THIS] : []), VIEWER, 'now', ...check.variables];
  const field =
    check.entity && (check.entity.fieldByName.has(name) || fieldType(check.app, check.entity, name));
  const remedy = field
    ? ` Write "this.${name}".`
    : didYouMean(name, known) || ` Known here: ${known.join(', ')}.`;
  return check.fail(node.at, 'RULE_UNKNOWN_NAME', `"${name}" is not known in this rule.${remedy}`);
}

function onlyOwnColumns(check: RuleCheck, node: Syntax, what: string): Term {
  const message = `@check only sees the row's own columns, not ${what}: the database enforces it. Put this into @access.`;
  return check.fail(node.at, 'RULE_NOT_HERE', message);
}

/** `object.name`. */
export function checkMember(check: RuleCheck, node: Member, object: Term): Term {
  switch (object.kind) {
    case 'failed':
      return FAILED;
    case 'row':
      return fieldOf(check, node, object);
    case 'viewer':
      return viewerField(check, node);
    case 'claim':
      return { kind: 'claim', path: [...object.path, node.name] };
    case 'rows': {
      const message = `"${node.object.text}" is many rows of ${object.entity.name}. Write ${node.object.text}.exists(m, m.${node.name} …).`;
      return check.fail(node.at, 'RULE_TYPE', message);
    }
    default: {
      const what = describe(object);
      return check.fail(
        node.at,
        'RULE_TYPE',
        `${capital(what)} has no field "${node.name}". Only rows have fields.`,
      );
    }
  }
}

function fieldOf(check: RuleCheck, node: Member, { row, entity }: RowTerm): Term {
  const { name } = node;
  const field = entity.fieldByName.get(name);
  if (name === 'id') return ownColumnsOnly(check, node, idOf(check, { kind: 'row', row, entity }));
  if (field?.kind === 'relation') return follow(check, node, row, field);
  if (field?.kind === 'resolved') {
    const message = `"${name}" is computed in TypeScript, so the database cannot decide by it. Use stored fields or @computed(sql).`;
    return check.fail(node.at, 'RULE_UNSUPPORTED', message);
  }
  const known = fieldType(check.app, entity, name);
  if (!known) return unknownField(check, node, entity);
  const { type, keyTo } = known;
  return ownColumnsOnly(check, node, {
    kind: 'value',
    value: { kind: 'column', row, field: name },
    type,
    keyTo,
  });
}

function unknownField(check: RuleCheck, node: Member, entity: Entity): Term {
  const remedy =
    didYouMean(node.name, namesOf(entity)) || ` It has ${namesOf(entity).slice(0, 12).join(', ')}.`;
  return check.fail(node.at, 'RULE_UNKNOWN_FIELD', `${entity.name} has no field "${node.name}".${remedy}`);
}

function namesOf(entity: Entity): readonly string[] {
  const usable = (field: Field): boolean => field.kind !== 'resolved';
  return entity.fields.filter(usable).map((field) => field.name);
}

function follow(check: RuleCheck, node: Member, row: RowPath, field: RelationField): Term {
  const target = entityNamed(check.app, field.target);
  if (field.many) {
    if (check.use === 'check') return onlyOwnColumns(check, node, 'other rows');
    return {
      kind: 'rows',
      rows: { kind: 'related', row, relation: field.name },
      entity: target,
      bound: undefined,
    };
  }
  if (check.use === 'check' && (field.storage.kind !== 'key' || row.steps.length > 0)) {
    return onlyOwnColumns(check, node, 'other rows');
  }
  return { kind: 'row', row: { ...row, steps: [...row.steps, { relation: field.name }] }, entity: target };
}

/** A column at the end of a relation is another table's, which no CHECK can see. */
function ownColumnsOnly(check: RuleCheck, node: Syntax, term: ValueTerm): Term {
  const other = term.value.kind === 'column' && term.value.row.steps.length > 0;
  return check.use === 'check' && other ? onlyOwnColumns(check, node, 'other rows') : term;
}

/** The id of a row; where the row is reached by a key, that key: no join, and the same answer. */
export function idOf(check: RuleCheck, { row, entity }: RowTerm): ValueTerm {
  const common = { kind: 'value', type: scalarOf('ID'), keyTo: entity } as const;
  const last = row.steps.at(-1);
  if (last && !last.guard) {
    const before: RowPath = { ...row, steps: row.steps.slice(0, -1) };
    const owner = before.steps.reduce(
      (at, step) => entityNamed(check.app, relationNamed(at, step.relation).target),
      entityNamed(check.app, row.entity),
    );
    const { storage } = relationNamed(owner, last.relation);
    if (storage.kind === 'key')
      return { ...common, value: { kind: 'column', row: before, field: storage.key } };
  }
  return { ...common, value: { kind: 'column', row, field: 'id' } };
}

const VIEWER_FIELDS = {
  id: scalarOf('ID'),
  roles: scalarOf('String', true),
  email: scalarOf('String'),
  emailVerified: scalarOf('Boolean'),
} as const;

function viewerField(check: RuleCheck, node: Member): Term {
  const { name } = node;
  if (name === 'claims') return { kind: 'claim', path: ['claims'] };
  if (Object.hasOwn(VIEWER_FIELDS, name)) {
    const known = name as keyof typeof VIEWER_FIELDS;
    const keyTo = known === 'id' ? check.app.user : undefined;
    return { kind: 'value', value: { kind: 'viewer', path: [known] }, type: VIEWER_FIELDS[known], keyTo };
  }
  const { user } = check.app;
  const builtIn = [...Object.keys(VIEWER_FIELDS), 'claims'];
  if (!user) {
    const remedy =
      didYouMean(name, builtIn) || ` It has ${builtIn.join(', ')}; mark a model @user to use its fields.`;
    return check.fail(node.at, 'RULE_UNKNOWN_FIELD', `The viewer has no field "${name}".${remedy}`);
  }
  if (check.use === 'value') {
    const message = `Here the viewer is only what the request knows: ${builtIn.join(', ')}. "${name}" would have to be looked up.`;
    return check.fail(node.at, 'RULE_NOT_HERE', message);
  }
  if (!user.fieldByName.has(name) && !fieldType(check.app, user, name)) {
    const names = [...builtIn, ...namesOf(user)];
    const remedy = didYouMean(name, names) || ` It has ${names.join(', ')}.`;
    return check.fail(node.at, 'RULE_UNKNOWN_FIELD', `The viewer has no field "${name}".${remedy}`);
  }
  return fieldOf(check, node, viewerRow(user));
}

/** The viewer's own row of the `@user` model. */
export function viewerRow(user: Entity): RowTerm {
  return { kind: 'row', row: { from: VIEWER, entity: user.name, steps: [] }, entity: user };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
