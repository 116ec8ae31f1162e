import type { AppModel, Entity, RelationField } from '../model/app-model.ts';
import { names } from '../model/names.ts';
import { SCALARS } from '../model/scalars.ts';

export interface GeneratedType {
  readonly name: string;
  readonly role: 'input' | 'output' | 'both';
  /** The model or enum that it is generated for; undefined for what every API has. */
  readonly of: string | undefined;
}

const SHARED: readonly Omit<GeneratedType, 'of'>[] = [
  { name: 'Query', role: 'output' },
  { name: 'Mutation', role: 'output' },
  { name: 'Subscription', role: 'output' },
  { name: 'Node', role: 'output' },
  { name: 'PageInfo', role: 'output' },
  { name: 'SortOrder', role: 'both' },
  { name: 'DateBucket', role: 'both' },
  { name: 'ChangeKind', role: 'both' },
  { name: 'StringMode', role: 'both' },
  { name: 'CountOrderBy', role: 'input' },
  { name: 'AuthPayload', role: 'output' },
  { name: 'SignUpInput', role: 'input' },
  { name: 'SignInInput', role: 'input' },
  { name: 'AuthAccount', role: 'output' },
];

/** Names of types that every API has, filters of scalars included. */
export const SHARED_TYPES: readonly GeneratedType[] = [
  ...SHARED.map((type) => ({ ...type, of: undefined })),
  ...new Set(
    Object.values(SCALARS).flatMap((row) => [row.filter, row.filter.replace(/Filter$/, 'ListFilter')]),
  ),
].map((type) => (typeof type === 'string' ? { name: type, role: 'input', of: undefined } : type));

/** Every type that the API of `app` may have besides the author's own. */
export function generatedTypes(app: AppModel): readonly GeneratedType[] {
  return [
    ...SHARED_TYPES,
    ...app.entities.flatMap((entity) => entityTypes(app, entity)),
    ...app.enums.flatMap(({ name }) => [
      { name: `${name}Filter`, role: 'input' as const, of: name },
      { name: `${name}ListFilter`, role: 'input' as const, of: name },
    ]),
  ];
}

function entityTypes(app: AppModel, entity: Entity): readonly GeneratedType[] {
  const outputs = [
    names.connection(entity),
    names.edge(entity),
    names.aggregate(entity),
    names.countDistinct(entity),
    names.sum(entity),
    names.avg(entity),
    names.min(entity),
    names.max(entity),
    names.group(entity),
    names.key(entity),
    names.batch(entity),
    names.change(entity),
  ];
  const relations = entity.fields.filter((field) => field.kind === 'relation');
  const inputs = [...ownInputs(entity), ...relations.flatMap((field) => relationInputs(app, entity, field))];
  const make =
    (role: GeneratedType['role']) =>
    (name: string): GeneratedType => ({ name, role, of: entity.name });
  return [...outputs.map(make('output')), ...[...new Set(inputs)].map(make('input'))].concat(
    make('both')(names.groupField(entity)),
  );
}

function ownInputs(entity: Entity): readonly string[] {
  const parts = ['sum', 'avg', 'min', 'max'] as const;
  return [
    names.where(entity),
    names.orderBy(entity),
    names.unique(entity),
    names.relationFilter(entity),
    names.listRelationFilter(entity),
    names.groupKey(entity),
    names.having(entity),
    names.groupOrderBy(entity),
    ...parts.map((part) => names.havingPart(entity, part)),
    ...(['key', ...parts] as const).map((part) => names.groupOrderPart(entity, part)),
    names.createInput(entity),
    names.updateInput(entity),
    names.incrementInput(entity),
    names.connectOrCreate(entity, undefined),
    names.updateItem(entity, undefined),
    ...entity.uniques.filter((key) => key.fields.length > 1).map((key) => names.compositeUnique(entity, key)),
  ];
}

/** Inputs of `entity` that leave out `field`, and those that hang on it. */
function relationInputs(app: AppModel, entity: Entity, field: RelationField): readonly string[] {
  const target = app.entityByName.get(field.target);
  return [
    names.relationCreate(entity, field),
    names.relationUpdate(entity, field),
    ...(target && field.inverse !== undefined
      ? [
          names.createWithout(entity, field.name),
          names.updateWithout(entity, field.name),
          names.connectOrCreate(entity, field.name),
          names.updateItem(entity, field.name),
        ]
      : []),
  ];
}
