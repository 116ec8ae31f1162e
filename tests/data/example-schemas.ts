import type { DatabaseState } from '../../src/data/index.ts';
import type { SqlObject } from '../../src/model/sql-object.ts';

/** A Prisma schema of the given blocks. */
export function prismaSchema(...blocks: string[]): string {
  return ['datasource db {\n  provider = "postgresql"\n}', ...blocks].join('\n\n');
}

export const role = 'enum Role {\n  MEMBER\n  OWNER\n}';

export const team = `model Team {
  id      String   @id @db.Uuid
  name    String   @unique
  size    Int?
  role    Role     @default(MEMBER)
  labels  String[]
  members Person[]
  tags    Tag[]
}`;

export const person = `model Person {
  id     String  @id @db.Uuid
  email  String
  teamId String? @db.Uuid
  team   Team?   @relation(fields: [teamId], references: [id], onDelete: SetNull)

  @@index([teamId])
}`;

export const tag = `model Tag {
  id    String @id @db.Uuid
  teams Team[]
}`;

export const nameLength: SqlObject = {
  name: 'Team/check/name_length',
  table: 'Team',
  kind: 'check',
  create: `ALTER TABLE "Team" ADD CONSTRAINT "Team_name_length" CHECK (char_length("name") <= 10);`,
  drop: 'ALTER TABLE "Team" DROP CONSTRAINT IF EXISTS "Team_name_length";',
  columns: ['name'],
  condition: 'char_length("name") <= 10',
};

export const upperName: SqlObject = {
  name: 'Team/generated/upper',
  table: 'Team',
  kind: 'generated',
  create: `ALTER TABLE "Team" ADD COLUMN "upper" text GENERATED ALWAYS AS (upper("name")) STORED;`,
  drop: 'ALTER TABLE "Team" DROP COLUMN IF EXISTS "upper";',
  columns: ['name'],
  column: 'upper',
};

export const start: DatabaseState = {
  prismaSchema: prismaSchema(role, team, person, tag),
  objects: [nameLength, upperName],
};

/** The same state with another Prisma schema text. */
export function withSchema(change: (schema: string) => string, state: DatabaseState = start): DatabaseState {
  const prismaSchema = change(state.prismaSchema);
  if (prismaSchema === state.prismaSchema) throw new Error('The change did not match anything');
  return { ...state, prismaSchema };
}

export const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
