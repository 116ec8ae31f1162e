import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createPrismaClient,
  type Db,
  diffSchemas,
  generatePrismaClientTypes,
  openPool,
  outsideTransaction,
  toDatabaseError,
} from '../../src/data/index.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { id, person, prismaSchema, role, tag, team } from './example-schemas.ts';

type Args = Record<string, unknown>;
interface Model {
  create(args: Args): Promise<Args>;
  findMany(args?: Args): Promise<Args[]>;
  findUnique(args: Args): Promise<Args | null> & { members(args?: Args): Promise<Args[]> };
  count(args?: Args): Promise<number>;
  deleteMany(args?: Args): Promise<unknown>;
}
interface Client {
  team: Model;
  person: Model;
  $transaction<T>(fn: (inner: Client) => Promise<T>): Promise<T>;
  $transaction(list: readonly Promise<unknown>[]): Promise<unknown[]>;
  $queryRawUnsafe(sql: string): Promise<Args[]>;
}

const schema = prismaSchema(role, team, person, tag);
let database: TestDatabase;
let db: Db;
let client: Client;

beforeAll(async () => {
  database = await createDatabase();
  await runSql(database.url, await diffSchemas(undefined, schema));
  db = openPool({ url: database.url, max: 6 });
  client = (await createPrismaClient({ prismaSchema: schema, db })) as unknown as Client;
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

let last = 0;
const newTeam = (): { data: Args } => ({
  data: { id: id(++last), name: `team ${last}`, labels: ['a', 'b'] },
});

describe('outside of a transaction', () => {
  it('reads and writes without any generated file', async () => {
    const { data } = newTeam();
    await client.team.create({ data: { ...data, members: { create: [{ id: id(900), email: 'a@x' }] } } });
    const found = await client.team.findUnique({ where: { id: data.id }, include: { members: true } });
    expect(found).toMatchObject({ labels: ['a', 'b'], role: 'MEMBER', members: [{ email: 'a@x' }] });
    expect(await client.team.findMany({ where: { id: { in: [data.id] }, role: 'OWNER' } })).toEqual([]);
  });

  it('its errors say what the database said', async () => {
    const { data } = newTeam();
    await client.team.create({ data });
    const error = await client.team.create({ data: { ...data, id: id(901) } }).catch((one: unknown) => one);
    expect(toDatabaseError(error)).toMatchObject({
      kind: 'unique',
      sqlState: '23505',
      constraint: 'Team_name_key',
    });
  });
});

describe('inside a transaction of ours', () => {
  it('sees what the transaction wrote, and is undone with it', async () => {
    const { data } = newTeam();
    const failed = db.transaction(async (tx) => {
      await client.team.create({ data });
      expect(await tx.query('SELECT FROM "Team" WHERE id = $1', [data.id])).toHaveLength(1);
      await tx.query(`INSERT INTO "Person" (id, email, "teamId") VALUES ($1, 'b@x', $2)`, [id(902), data.id]);
      expect(await client.team.findUnique({ where: { id: data.id } }).members()).toMatchObject([
        { email: 'b@x' },
      ]);
      expect(await outsideTransaction(() => client.team.count({ where: { id: data.id } }))).toBe(0);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await client.team.count({ where: { id: data.id } })).toBe(0);
  });

  it('never reads through another transaction, even for calls that Prisma would merge', async () => {
    const run = () =>
      db
        .transaction(async () => {
          const { data } = newTeam();
          await client.team.create({ data });
          await new Promise((resolve) => setTimeout(resolve, 30));
          const ids = Array.from({ length: 40 }, (_, i) => id(i));
          const found = await Promise.all(ids.map((one) => client.team.findUnique({ where: { id: one } })));
          const uncommitted = found.filter(
            (one) => one !== null && Number(String(one.name).slice(5)) > before,
          );
          expect(uncommitted).toMatchObject([{ id: data.id }]);
          throw new Error('undo');
        })
        .catch((error: unknown) => String(error));
    const before = last;
    expect(await Promise.all([run(), run(), run(), run()])).toEqual(Array(4).fill('Error: undo'));
  });

  it("makes Prisma's own transactions savepoints", async () => {
    const { data } = newTeam();
    await db.transaction(async () => {
      await client.team.create({ data });
      const failed = client.$transaction(async (inner) => {
        await inner.team.deleteMany({ where: { id: data.id } });
        throw new Error('inner');
      });
      await expect(failed).rejects.toThrow('inner');
      const where = { where: { id: data.id } };
      expect(await client.$transaction([client.team.count(where), client.person.count(where)])).toEqual([
        1, 0,
      ]);
      expect(await client.$queryRawUnsafe('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
    expect(await client.team.count({ where: { id: data.id } })).toBe(1);
  });

  it('complains about a call that was not awaited', async () => {
    let late: Promise<unknown> = Promise.resolve();
    await db.transaction(async () => {
      late = new Promise((resolve) => setTimeout(resolve, 50)).then(() => client.team.count());
      late.catch(() => undefined);
    });
    await expect(late).rejects.toThrow(/transaction.* is over/i);
  });
});

describe('types', () => {
  it('are written once per schema, without a network', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'plinth-types-'));
    expect(await generatePrismaClientTypes({ projectDir, prismaSchema: schema })).toBe(true);
    expect(readFileSync(join(projectDir, 'generated/prisma/client.ts'), 'utf8')).toContain('PrismaClient');
    expect(await generatePrismaClientTypes({ projectDir, prismaSchema: schema })).toBe(false);
    expect(existsSync(join(projectDir, 'generated/schema.prisma'))).toBe(false);
    rmSync(projectDir, { recursive: true });
  });
});
