import { describe, expect, it } from 'vitest';
import { startProject } from './start-project.ts';

const sample = await startProject('.');
const one = async (text: string, params: unknown[] = []): Promise<Record<string, string>> =>
  (await sample.db.query<Record<string, string>>(text, params))[0] ?? {};
const projectOf = (slug: string, key: string) =>
  one(
    `SELECT p.id::text, o."founderId"::text AS owner FROM "Project" p JOIN "Organization" o ON o.id = p."organizationId"
     WHERE o.slug = $1 AND p.key = $2`,
    [slug, key],
  );

describe('custom operations', () => {
  it('myTasks are open, the viewer’s own, due before the day, and the most urgent come first', async () => {
    const { owner } = await projectOf('northwind', 'WEB');
    const { myTasks } = await sample.ask(
      { id: `${owner}` },
      '{ myTasks(dueBefore: "2026-06-01") { priority open dueDate assignee { id } overdue } }',
    );
    expect(myTasks.length).toBeGreaterThan(1);
    const rank = ['URGENT', 'HIGH', 'NORMAL', 'LOW'];
    const ranks = myTasks.map((task: { priority: string }) => rank.indexOf(task.priority));
    expect(ranks).toEqual([...ranks].sort());
    for (const task of myTasks) {
      expect(task).toMatchObject({ open: true, assignee: { id: owner }, overdue: true });
      expect(task.dueDate < '2026-06-01').toBe(true);
    }
  });

  it('completeTask asks the rules, sets both fields, and counts one version for the update', async () => {
    const { id: project, owner } = await projectOf('northwind', 'WEB');
    const { id } = await one(
      `SELECT id::text FROM "Task" WHERE "projectId" = $1 AND status = 'TODO' ORDER BY id LIMIT 1`,
      [project],
    );
    const complete = 'mutation ($id: ID!) { completeTask(id: $id) { status completedAt open } }';
    const { owner: stranger } = await projectOf('fernhill', 'WEB');
    const refused = await sample.send({ id: `${stranger}` }, complete, { id });
    expect(refused.errors.map((error) => error.extensions.code)).toEqual(['NOT_FOUND']);
    expect(await one('SELECT status, "completedAt" FROM "Task" WHERE id = $1', [id])).toEqual({
      status: 'TODO',
      completedAt: null,
    });
    const { completeTask } = await sample.ask({ id: `${owner}` }, complete, { id });
    expect(completeTask).toMatchObject({ status: 'DONE', open: false });
    expect(Date.now() - Date.parse(completeTask.completedAt)).toBeLessThan(60_000);
  });

  it('moveTasks moves open tasks only, and not into a project of strangers', async () => {
    const { id: from, owner } = await projectOf('northwind', 'OPS');
    const { id: to } = await projectOf('northwind', 'DATA');
    const { id: foreign } = await projectOf('fernhill', 'WEB');
    const move =
      'mutation ($from: ID!, $to: ID!) { moveTasks(projectId: $from, toProjectId: $to) { count project { id } } }';
    const open = async () =>
      (await one(`SELECT count(*)::int AS n FROM "Task" WHERE "projectId" = $1 AND open`, [from])).n;
    const before = await open();
    const missing = '018d0f5d-15d2-7a54-9f29-000000000000';
    const refused = await sample.send({ id: `${owner}` }, move, { from, to: foreign });
    // The same answer as for a project that does not exist: nobody learns that this one does.
    const absent = await sample.send({ id: `${owner}` }, move, { from, to: missing });
    // Who has the admin key is explained more than the viewer is told.
    const told = ({ errors }: typeof refused) =>
      errors.map(({ extensions: { access: _, ...rest }, ...error }) => ({ ...error, ...rest }));
    expect(told(refused)).toEqual(told(absent));
    expect(refused.errors.map((error) => error.extensions.code)).toEqual(['CONFLICT']);
    expect(await open()).toBe(before);
    const { moveTasks } = await sample.ask({ id: `${owner}` }, move, { from, to });
    expect(moveTasks).toEqual({ count: before, project: { id: to } });
    expect(await open()).toBe(0);
  });

  it('projectReport counts what plain SQL counts', async () => {
    const { id, owner } = await projectOf('northwind', 'APP');
    const { projectReport } = await sample.ask(
      { id: `${owner}` },
      `query ($id: ID!) { projectReport(id: $id) { open done progress remaining load { open remaining person { id } } } }`,
      { id },
    );
    const expected = await one(
      `SELECT count(*) FILTER (WHERE open)::int AS open, count(*) FILTER (WHERE status = 'DONE')::int AS done,
        trim_scale(sum(remaining) FILTER (WHERE open))::text AS remaining FROM "Task" WHERE "projectId" = $1`,
      [id],
    );
    expect(projectReport).toMatchObject(expected);
    const sum = projectReport.load.reduce((n: number, line: { open: number }) => n + line.open, 0);
    expect(sum).toBe(projectReport.open);
  });

  it('projectReport knows nothing of a project that the viewer does not see', async () => {
    const { id } = await projectOf('northwind', 'APP');
    const { owner: stranger } = await projectOf('fernhill', 'WEB');
    const answer = await sample.ask(
      { id: `${stranger}` },
      'query ($id: ID!) { projectReport(id: $id) { open } }',
      { id },
    );
    expect(answer.projectReport).toBeNull();
  });
});
