import type { AppModel, Entity, EnumType } from '../../model/app-model.ts';
import { emitFields } from './emit-fields.ts';
import { emitIndexes } from './emit-indexes.ts';
import { formatBlock } from './format-prisma.ts';
import { type RelationEnds, relationEnds } from './relation-ends.ts';

const HEADER = `// emitted by plinth from schema.graphql; do not edit

generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
}

datasource db {
  provider = "postgresql"
}`;

/**
 * `prisma/schema.prisma`, laid out as `prisma format` would. What Prisma cannot say (CHECKs, generated columns, partial
 * and trigram indexes) is left out here and emitted by `emitSqlObjects`. Same model, same bytes.
 */
export function emitPrismaSchema(app: AppModel): string {
  const ends = relationEnds(app);
  const blocks = [
    ...app.enums.map(enumBlock),
    ...app.entities.map((entity) => modelBlock(app, ends, entity)),
  ];
  return `${[HEADER, ...blocks].join('\n\n')}\n`;
}

function enumBlock(type: EnumType): string {
  return formatBlock({
    keyword: 'enum',
    name: type.name,
    doc: type.description,
    rows: type.values.map((value) => ({
      kind: 'row',
      doc: value.description,
      name: value.name,
      type: '',
      attributes: [],
    })),
    blockAttributes: [],
  });
}

function modelBlock(app: AppModel, ends: RelationEnds, entity: Entity): string {
  return formatBlock({
    keyword: 'model',
    name: entity.name,
    doc: entity.description,
    rows: emitFields(app, ends, entity),
    blockAttributes: [
      ...emitIndexes(entity),
      ...(entity.table === entity.name ? [] : [`@@map(${JSON.stringify(entity.table)})`]),
    ],
  });
}
