import { bindViewer } from '../../access/bind-viewer.ts';
import { decidedWithoutRow } from '../../access/decide.ts';
import type { RowOperation, Rule, RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity, Field, RuleSource } from '../../model/app-model.ts';
import { groupKeys, visibleUniques } from '../../model/exposed-fields.ts';
import type { Expr } from '../../model/expr.ts';
import { isWritable } from '../../model/input-fields.ts';
import { names } from '../../model/names.ts';
import type { ViewerState } from '../../model/viewer.ts';
import { type ApiAdditions, mergeAdditions } from '../api/api-additions.ts';

const HEADER = `# emitted by plinth from schema.graphql; do not edit
#
# Who may do what: model by model, operation by operation, field by field. To be read in review: what opens or closes shows
# here. The admin key may do everything. Reading a row is also needed to update, delete or connect it.`;

/**
 * The access listing: every permission of the API in words, with the rule and its place. Sorted by name, so that a field
 * that moves changes only its place. Same model, same bytes.
 */
export function emitAccess(app: AppModel, rules: RuleBook, additions: readonly ApiAdditions[] = []): string {
  const models = byName(app.entities).map((entity) => describeEntity(rules, entity));
  const parts = [HEADER, ...models, ...describeRoots(app, rules, additions)];
  return `${parts.join('\n\n')}\n`;
}

function describeEntity(rules: RuleBook, entity: Entity): string {
  const operations = OPERATIONS.flatMap((operation) => {
    const rule = rules.row(entity, operation);
    const who = rule ? whoMay(rule) : `nobody: @access does not name ${operation}`;
    return [`  ${operation.padEnd(6)}  ${who}`, `          by ${rootFields(entity)[operation].join(' ')}`];
  });
  const width = Math.max(...entity.fields.map(({ name }) => name.length));
  const fields = byName(entity.fields).map(
    (field) =>
      `    ${field.name.padEnd(width)}  ${readers(rules, entity, field)}; ${writers(rules, entity, field)}`,
  );
  return [`model ${entity.name}`, ...operations, '  fields', ...fields].join('\n');
}

const OPERATIONS: readonly RowOperation[] = ['read', 'create', 'update', 'delete'];

function rootFields(entity: Entity): Readonly<Record<RowOperation, readonly string[]>> {
  return {
    read: [
      names.one(entity),
      ...visibleUniques(entity).map((key) => names.byUnique(entity, key)),
      names.many(entity),
      names.connectionField(entity),
      names.aggregateField(entity),
      ...(groupKeys(entity).length > 0 ? [names.groupsField(entity)] : []),
      'node nodes, and every relation that leads here',
    ],
    create: [names.create(entity), names.createMany(entity), names.upsert(entity), NESTED],
    update: [names.update(entity), names.updateMany(entity), names.upsert(entity), NESTED],
    delete: [names.delete(entity), names.deleteMany(entity), NESTED],
  };
}

const NESTED = 'and nested in other writes';

function readers(rules: RuleBook, entity: Entity, field: Field): string {
  if (!field.exposure.output) return 'never shown';
  const rule = rules.field(entity, field.name, 'read');
  return rule ? `shown to ${whoMay(rule)}, else null` : 'shown with the row';
}

function writers(rules: RuleBook, entity: Entity, field: Field): string {
  const times = (['create', 'update'] as const).filter((time) => isWritable(entity, field, time));
  if (times.length === 0) return unwritten(field);
  const when = times.length === 2 ? 'create and update' : times[0];
  const rule = rules.field(entity, field.name, 'write');
  return rule ? `written on ${when} by ${whoMay(rule)}` : `written on ${when}`;
}

function unwritten(field: Field): string {
  if (field.kind === 'computed' || field.kind === 'resolved') return 'computed';
  if (!field.preset) return 'never written by clients';
  const { create, update } = field.preset;
  const set = [
    ...(create ? [`on create to ${text(create)}`] : []),
    ...(update ? [`on update to ${text(update)}`] : []),
  ];
  return `set by the server ${set.join(' and ')}`;
}

function describeRoots(
  app: AppModel,
  rules: RuleBook,
  additions: readonly ApiAdditions[],
): readonly string[] {
  const { queries, mutations } = mergeAdditions(additions);
  const own = app.customFields.map(({ root, name }) => {
    const rule = rules.call(root, name);
    return { name: `${root}.${name}`, who: rule ? whoMay(rule) : 'nobody' };
  });
  const open = 'everyone: the field itself decides';
  const built = [
    ...queries.map(({ name }) => ({ name: `Query.${name}`, who: open })),
    ...mutations.map(({ name }) => ({ name: `Mutation.${name}`, who: open })),
  ];
  const all = byName([...own, ...built]);
  if (all.length === 0) return [];
  const width = Math.max(...all.map(({ name }) => name.length));
  return [['other root fields', ...all.map(({ name, who }) => `  ${name.padEnd(width)}  ${who}`)].join('\n')];
}

const SIGNED_OUT: ViewerState = { kind: 'signedOut' };
/** Somebody of whom nothing is known but that there is an id, which no row has. */
const SOMEBODY: ViewerState = { kind: 'viewer', id: '\u0001' };
const NOW = new Date(0);

/** In words, whom a rule lets through. What holds for every row and for every viewer is said so. */
function whoMay({ source, expr }: Rule): string {
  const rule = `${text(source)}  (${source.place.file}:${source.place.line}:${source.place.column})`;
  const out = decide(expr, SIGNED_OUT);
  const signedIn = decide(expr, SOMEBODY);
  if (expr.kind === 'constant') return `${expr.value === true ? 'everyone' : 'nobody'}: ${rule}`;
  if (out === false) return `${signedIn === true ? 'everyone signed in' : 'signed in, where'}: ${rule}`;
  return `signed in or not, where: ${rule}`;
}

function decide(expr: Expr, viewer: ViewerState): boolean | undefined {
  return decidedWithoutRow(bindViewer(expr, { viewer, now: NOW }));
}

function text(source: RuleSource): string {
  return source.text.replace(/\s+/g, ' ').trim();
}

function byName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
