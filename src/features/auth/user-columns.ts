import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel, Entity, Field, ScalarField } from '../../model/app-model.ts';
import type { ScalarName } from '../../model/scalars.ts';
import { type ColumnOptions, hiddenColumn } from './entity.ts';

/** What sign-in keeps of an account in its own row. */
export type UserFact =
  | 'email'
  | 'emailVerified'
  | 'name'
  | 'image'
  | 'roles'
  | 'createdAt'
  | 'updatedAt'
  | 'isAnonymous'
  | 'twoFactorEnabled';

interface Wanted extends ColumnOptions {
  readonly type: ScalarName;
  /** Whether a field of the author's with this name can serve. */
  readonly fits: (field: ScalarField) => boolean;
}

const isText = ({ type }: ScalarField): boolean =>
  !type.list && type.kind === 'scalar' && TEXTS.has(type.name);
const isFlag = ({ type }: ScalarField): boolean => !type.list && type.name === 'Boolean';
const TEXTS: ReadonlySet<string> = new Set(['String', 'EmailAddress', 'URL']);
const never = (): boolean => false;

const WANTED: Readonly<Record<UserFact, Wanted>> = {
  email: { type: 'String', unique: true, fits: isText },
  emailVerified: { type: 'Boolean', required: true, default: false, fits: isFlag },
  name: { type: 'String', fits: isText },
  image: { type: 'String', fits: isText },
  roles: { type: 'String', required: true, list: true, fits: ({ type }) => type.list },
  createdAt: {
    type: 'DateTime',
    required: true,
    maintained: 'createdAt',
    fits: (f) => f.maintained === 'createdAt',
  },
  updatedAt: {
    type: 'DateTime',
    required: true,
    maintained: 'updatedAt',
    fits: (f) => f.maintained === 'updatedAt',
  },
  isAnonymous: { type: 'Boolean', required: true, default: false, fits: never },
  twoFactorEnabled: { type: 'Boolean', required: true, default: false, fits: never },
};

const FACTS = Object.keys(WANTED) as UserFact[];

/** Facts that decide what somebody may do: nobody but the admin key writes them unless a rule says who. */
const TRUSTED: readonly string[] = ['roles', 'emailVerified'] satisfies UserFact[];

/**
 * The model with the columns that sign-in needs in the table of `@user`. A field of the author's that fits is used; for
 * the others a hidden column is added, under another name where the author's means something else.
 */
export function addUserColumns(app: AppModel): AppModel {
  if (!app.user) return app;
  const { user } = app;
  const own = user.fields.map(guardTrusted);
  const added = FACTS.filter((fact) => !authorsField(user, fact)).map((fact) => columnFor(user, fact));
  const fields: readonly Field[] = [...own, ...added];
  const next: Entity = {
    ...user,
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    uniques: [
      ...user.uniques,
      ...added.filter(({ unique }) => unique).map(({ name }) => ({ fields: [name], place: user.place })),
    ],
  };
  const entities = app.entities.map((entity) => (entity === user ? next : entity));
  return {
    ...app,
    entities,
    entityByName: new Map(entities.map((entity) => [entity.name, entity])),
    user: next,
  };
}

/** The field of `user` that holds a fact, once `addUserColumns` has run. */
export function userField(user: Entity, fact: UserFact): ScalarField {
  const field = authorsField(user, fact) ?? user.fieldByName.get(freeName(user, fact, true));
  if (field?.kind !== 'scalar') throw new Error(`${user.name} has no column for ${fact}`);
  return field;
}

/** The quoted column that holds the id of an account. */
export function idColumn(user: Entity | undefined): string {
  const field = user?.fieldByName.get('id');
  return quoteIdentifier(field?.kind === 'scalar' ? field.column : 'id');
}

function authorsField(user: Entity, fact: UserFact): ScalarField | undefined {
  const { fits, maintained } = WANTED[fact];
  // A time that the server keeps serves under whatever name it has.
  const named = maintained
    ? user.fields.find((field) => field.kind === 'scalar' && field.maintained === maintained)
    : user.fieldByName.get(fact);
  return named?.kind === 'scalar' && fits(named) ? named : undefined;
}

function columnFor(user: Entity, fact: UserFact): ScalarField {
  const { type, fits: _, ...options } = WANTED[fact];
  return hiddenColumn(freeName(user, fact, false), type, { ...options, place: user.place });
}

/** `roles`, or `authRoles` where the author has something else under that name. */
function freeName(user: Entity, fact: UserFact, added: boolean): string {
  const other = `auth${fact.charAt(0).toUpperCase()}${fact.slice(1)}`;
  if (added) return user.fieldByName.has(other) ? other : fact;
  return user.fieldByName.has(fact) ? other : fact;
}

function guardTrusted(field: Field): Field {
  if (field.kind !== 'scalar' || !TRUSTED.includes(field.name) || field.access.write) return field;
  return { ...field, access: { ...field.access, write: { text: 'false', place: field.place } } };
}
