import { describe, expect, it } from 'vitest';
import { startProject } from './start-project.ts';

const compiled = await startProject('.');
const resolved = await startProject('.', async () => {}, { compile: false });
const DEEP = `query ($n: Int!) {
  organizations(limit: $n) { projectsConnection(first: $n) { nodes { tasks(limit: $n) { title } } } } }`;

describe.each([
  ['the compiled path', compiled],
  ['the resolvers', resolved],
])('%s', (_name, { send }) => {
  it('refuses what costs too much, with the cost and the limit', async () => {
    const { status, data, errors } = await send(null, DEEP, { n: 1000 });
    expect(status).toBe(400);
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    const cost = 1 + 1000 * (1 + 1 + 1000 * (1 + 1000));
    expect(errors[0]?.extensions).toEqual({ code: 'OPERATION_TOO_COMPLEX', cost, limit: 500_000 });
    expect(errors[0]?.message).toContain(`${cost} (rows × fields); the limit is 500000`);
  });

  it('refuses the administrator the same', async () => {
    const { errors } = await send('admin', DEEP, { n: 1000 });
    expect(errors[0]?.extensions.code).toBe('OPERATION_TOO_COMPLEX');
  });

  it('answers the same document where its variables ask for less', async () => {
    const { errors } = await send('admin', DEEP, { n: 5 });
    expect(errors).toEqual([]);
  });

  it('says of a page that is too large what it is, and not what it costs', async () => {
    const { errors } = await send('admin', '{ projects(limit: 99999999) { id } }');
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0]?.message).toContain('at most 1000');
  });

  it('does not begin a mutation whose answer costs too much', async () => {
    const before = await compiled.db.query('SELECT count(*)::int AS n FROM "Label"');
    const { status, errors } = await send(
      'admin',
      `mutation { createLabel(input: { name: "costly", color: "#000000", organization: { create: { name: "x", slug: "xx" } } }) {
        organization { projects(limit: 1000) { tasks(limit: 1000) { title } } } } }`,
    );
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'OPERATION_TOO_COMPLEX']);
    expect(await compiled.db.query('SELECT count(*)::int AS n FROM "Label"')).toEqual(before);
  });
});
