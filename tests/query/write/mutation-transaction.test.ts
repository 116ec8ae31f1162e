import { randomUUID } from 'node:crypto';
import { type GraphQLResolveInfo, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { executeOperation } from '../../../src/query/execute-operation.ts';
import type { RequestScope } from '../../../src/query/request-scope.ts';
import { as, createTestApp, type TestApp } from '../../support/app.ts';

const SDL = `
type Note @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID!  text: String! @unique }
extend type Mutation { fail(after: String!): Boolean! @access(call: "true")  note(text: String!): Note! @access(call: "true")  several(texts: [String!]!): Int! @access(call: "true") }
`;

let app: TestApp;
const ran: string[] = [];
interface Ctx {
  scope: { db: TestApp['db'] };
}
beforeAll(async () => {
  app = await createTestApp(SDL, {
    resolvers: {
      Mutation: {
        fail: async (_parent: unknown, { after }: { after: string }, { scope }: Ctx) => {
          ran.push(after);
          await scope.db.execute('INSERT INTO "Note" (id, text) VALUES (gen_random_uuid(), $1)', [after]);
          throw new Error('secret reason');
        },
        // What `ctx.api` does, several times at once.
        several: async (
          _parent: unknown,
          { texts }: { texts: string[] },
          context: { scope: RequestScope },
          info: GraphQLResolveInfo,
        ) => {
          const answers = await Promise.all(
            texts.map((text) =>
              executeOperation({
                schema: info.schema,
                document: parse(`mutation { createNote(input: { text: "${text}" }) { id } }`),
                context: { scope: context.scope.fork() },
                db: app.db,
              }),
            ),
          );
          return answers.filter((answer) => answer.errors === undefined).length;
        },
        note: async (_parent: unknown, { text }: { text: string }, { scope }: Ctx) => {
          ran.push(text);
          const [row] = await scope.db.query(
            'INSERT INTO "Note" (id, text) VALUES (gen_random_uuid(), $1) RETURNING id',
            [text],
          );
          return row;
        },
      },
    },
  });
});
afterAll(() => app?.close());
beforeEach(async () => {
  ran.length = 0;
  await app.db.execute('TRUNCATE "Note", _plinth_idempotency');
});
const texts = async () =>
  (await app.data<{ notes: { text: string }[] }>('{ notes(orderBy: [{ text: ASC }]) { text } }')).notes.map(
    (note) => note.text,
  );
const create = (text: string, alias = 'a') => `${alias}: createNote(input: { text: "${text}" }) { text }`;

describe('one operation is one transaction', () => {
  test('every root field commits', async () => {
    expect(
      (await app.graphql(`mutation { ${create('x')} ${create('y', 'b')} note(text: "z") { text } }`)).data,
    ).toEqual({ a: { text: 'x' }, b: { text: 'y' }, note: { text: 'z' } });
    expect(await texts()).toEqual(['x', 'y', 'z']);
  });

  test('a later failure undoes what came before, and data is null', async () => {
    const answer = await app.graphql(`mutation { ${create('x')} ${create('x', 'b')} }`);
    expect([answer.codes, answer.data]).toEqual([['CONFLICT'], null]);
    expect(answer.errors[0]?.path).toEqual(['b']);
    expect(await texts()).toEqual([]);
  });

  test('after a failure nothing else runs, and the failure is the only error', async () => {
    const answer = await app.graphql(
      `mutation { ${create('x')} fail(after: "f") ${create('y', 'b')} note(text: "n") { id } }`,
    );
    expect(answer.errors.map((error) => error.path)).toEqual([['fail']]);
    expect(answer.data).toBeNull();
    expect(ran).toEqual(['f']);
    expect(await texts()).toEqual([]);
  });

  test('operations inside of a custom mutation are parts of it, each whole or not at all', async () => {
    const { several } = await app.data<{ several: number }>(
      'mutation { several(texts: ["x", "y", "x", "z"]) }',
    );
    expect(several).toBe(3);
    expect(await texts()).toEqual(['x', 'y', 'z']);
    const undone = await app.graphql('mutation { several(texts: ["p", "q"]) fail(after: "f") }');
    expect(undone.data).toBeNull();
    expect(await texts()).toEqual(['x', 'y', 'z']);
  });

  test('an operation that has been cancelled is rolled back and TIMEOUT', async () => {
    const controller = new AbortController();
    const blocker = app.db.transaction(async (tx) => {
      await tx.execute('INSERT INTO "Note" (id, text) VALUES (gen_random_uuid(), \'x\')');
      setTimeout(() => controller.abort(), 150);
      await new Promise((done) => setTimeout(done, 600));
    });
    const answer = await app.graphql(`mutation { ${create('before')} ${create('x', 'b')} }`, {}, undefined, {
      signal: controller.signal,
    });
    await blocker;
    expect([answer.codes, answer.data]).toEqual([['TIMEOUT'], null]);
    expect(await texts()).toEqual(['x']);
  });
});

describe('Idempotency-Key', () => {
  const viewer = as('v');
  const ask = (source: string, idempotencyKey: string, who = viewer) =>
    app.graphql(source, {}, who, { idempotencyKey });

  test('the first answer is replayed to the same viewer and nothing is done again', async () => {
    const key = randomUUID();
    const source = 'mutation { createNote(input: { text: "x" }) { id text } }';
    const first = await ask(source, key);
    expect(first.errors).toEqual([]);
    expect(await ask(source, key)).toEqual(first);
    expect(await texts()).toEqual(['x']);
  });

  test('the same key with another body is a conflict', async () => {
    const key = randomUUID();
    await ask(`mutation { ${create('x')} }`, key);
    expect((await ask(`mutation { ${create('y')} }`, key)).codes).toEqual(['CONFLICT']);
    expect(await texts()).toEqual(['x']);
  });

  test('another viewer has keys of its own', async () => {
    const key = randomUUID();
    await ask(`mutation { ${create('x')} }`, key);
    expect((await ask(`mutation { ${create('y')} }`, key, as('w'))).errors).toEqual([]);
    expect(await texts()).toEqual(['x', 'y']);
  });

  test('failures are not kept', async () => {
    const key = randomUUID();
    await app.data(`mutation { ${create('x')} }`);
    expect((await ask(`mutation { ${create('x')} }`, key)).codes).toEqual(['CONFLICT']);
    await app.db.execute('TRUNCATE "Note"');
    expect((await ask(`mutation { ${create('x')} }`, key)).errors).toEqual([]);
  });

  test('what has expired is done again', async () => {
    const key = randomUUID();
    await ask(`mutation { ${create('x')} }`, key);
    await app.db.execute("UPDATE _plinth_idempotency SET expires_at = now() - interval '1 second'");
    expect((await ask(`mutation { ${create('y')} }`, key)).errors).toEqual([]);
  });

  test('20 twins in parallel store one row and get one answer', async () => {
    const key = randomUUID();
    const source = 'mutation { createNote(input: { text: "x" }) { id } }';
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(source, key)));
    expect(new Set(answers.flatMap((answer) => answer.codes))).toEqual(new Set());
    expect(new Set(answers.map((answer) => JSON.stringify(answer.data))).size).toBe(1);
    expect(await texts()).toEqual(['x']);
  });

  test('a key that is no UUID is bad input', async () => {
    expect((await ask(`mutation { ${create('x')} }`, 'abc')).codes).toEqual(['BAD_USER_INPUT']);
    expect(await texts()).toEqual([]);
  });
});
