import { describe, expect, it } from 'vitest';
import { type Sender, startProject } from './start-project.ts';

const sample = await startProject('.');

/** Ids by what the tests call them, looked up once as administrator. */
const ids = await (async () => {
  const [row] = await sample.db.query<Record<string, string>>(`
    WITH org AS (SELECT id FROM "Organization" WHERE slug = 'northwind'),
      other AS (SELECT id FROM "Organization" WHERE slug = 'fernhill'),
      member AS (SELECT "personId", role FROM "Membership" WHERE "organizationId" = (SELECT id FROM org) ORDER BY id)
    SELECT (SELECT id::text FROM org) AS org, (SELECT id::text FROM other) AS other,
      (SELECT "personId"::text FROM member WHERE role = 'OWNER' LIMIT 1) AS owner,
      (SELECT "personId"::text FROM member WHERE role = 'ADMIN' LIMIT 1) AS admin,
      (SELECT "personId"::text FROM member WHERE role = 'MEMBER' LIMIT 1) AS member,
      (SELECT "personId"::text FROM member WHERE role = 'GUEST' LIMIT 1) AS guest,
      (SELECT "personId"::text FROM "Membership" m WHERE m."organizationId" = (SELECT id FROM other) AND NOT EXISTS
        (SELECT FROM member WHERE member."personId" = m."personId") ORDER BY id LIMIT 1) AS stranger,
      (SELECT id::text FROM "Project" WHERE key = 'WEB' AND "organizationId" = (SELECT id FROM org)) AS project,
      (SELECT id::text FROM "Project" WHERE key = 'HR' AND "organizationId" = (SELECT id FROM org)) AS private,
      (SELECT t.id::text FROM "Task" t WHERE t."projectId" =
        (SELECT id FROM "Project" WHERE key = 'WEB' AND "organizationId" = (SELECT id FROM org)) ORDER BY t.id LIMIT 1) AS task`);
  return row ?? {};
})();
const as = (who: string): { readonly id: string } => ({ id: ids[who] ?? '' });
const codes = async (sender: Sender, document: string, variables?: Record<string, unknown>) =>
  (await sample.send(sender, document, variables)).errors.map((error) => error.extensions.code);

describe('who sees what', () => {
  it.each([
    ['owner', 6],
    ['admin', 6],
    ['member', 6],
    ['guest', 5],
  ])('%s sees %i of the projects, and the same number in counts', async (who, expected) => {
    const { projects, projectsAggregate } = await sample.ask(
      as(who),
      `query ($where: ProjectWhere) { projects(where: $where) { id } projectsAggregate(where: $where) { count } }`,
      { where: { organization: { is: { slug: { eq: 'northwind' } } } } },
    );
    expect(projects).toHaveLength(expected);
    expect(projectsAggregate.count).toBe(expected);
  });

  it('strangers see nothing of an organization: not its tasks, and not by a filter through them', async () => {
    const answer = await sample.ask(
      as('stranger'),
      `query ($org: ID!, $task: ID!) {
        organization(id: $org) { id }
        task(id: $task) { id }
        tasks(where: { project: { is: { organization: { is: { id: { eq: $org } } } } } }) { id }
        comments(where: { taskId: { eq: $task } }) { id }
        people(where: { memberships: { some: { organization: { is: { id: { eq: $org } } } } } }) { id }
      }`,
      { org: ids.org, task: ids.task },
    );
    expect(answer).toEqual({ organization: null, task: null, tasks: [], comments: [], people: [] });
  });

  it('signed out nothing answers', async () => {
    expect(await codes(null, '{ people { id } }')).toEqual(['UNAUTHENTICATED']);
    expect(await codes(null, '{ myTasks { id } }')).toEqual(['UNAUTHENTICATED']);
  });

  it('e-mail addresses show to people of the same organization only', async () => {
    const email = 'query ($id: ID!) { person(id: $id) { name email } }';
    const seen = await sample.ask(as('member'), email, { id: ids.admin });
    expect(seen.person.email).toMatch(/@example\.com$/);
    const hidden = await sample.ask(as('stranger'), email, { id: ids.admin });
    expect(hidden.person).toEqual({ name: seen.person.name, email: null });
  });

  it('a hidden e-mail address cannot be found out by filtering', async () => {
    const { person } = await sample.ask('admin', 'query ($id: ID!) { person(id: $id) { email } }', {
      id: ids.admin,
    });
    const find = 'query ($email: String!) { people(where: { email: { eq: $email } }) { id } }';
    expect((await sample.ask(as('member'), find, { email: person.email })).people).toHaveLength(1);
    expect((await sample.ask(as('stranger'), find, { email: person.email })).people).toHaveLength(0);
  });

  it('hourly rates show to the person and to owners', async () => {
    const rates = async (who: string): Promise<string[]> => {
      const { organization } = await sample.ask(
        as(who),
        'query ($id: ID!) { organization(id: $id) { memberships { person { id } hourlyRate } } }',
        { id: ids.org },
      );
      return organization.memberships.flatMap((m: { person: { id: string }; hourlyRate: string | null }) =>
        m.hourlyRate === null ? [] : [m.person.id],
      );
    };
    expect(await rates('member')).toEqual([ids.member]);
    expect((await rates('owner')).length).toBeGreaterThanOrEqual(10);
  });
});

describe('who does what', () => {
  const comment =
    'mutation ($task: ID!) { createComment(input: { taskId: $task, body: "Seen." }) { author { id } } }';
  const update = 'mutation ($id: ID!) { updateTask(id: $id, input: { priority: HIGH }) { id } }';
  const join = `mutation ($org: ID!, $person: ID!, $role: MemberRole!) {
    createMembership(input: { organization: { connect: { id: $org } }, person: { connect: { id: $person } }, role: $role }) { id }
  }`;

  it('a guest comments, in their own name', async () => {
    const { createComment } = await sample.ask(as('guest'), comment, { task: ids.task });
    expect(createComment.author.id).toBe(ids.guest);
  });

  it('a guest does not change tasks, and a stranger does not know of them', async () => {
    expect(await codes(as('guest'), update, { id: ids.task })).toEqual(['FORBIDDEN']);
    expect(await codes(as('stranger'), update, { id: ids.task })).toEqual(['NOT_FOUND']);
    expect(await codes(as('member'), update, { id: ids.task })).toEqual([]);
  });

  it('nobody makes themselves a member of an organization, whatever the role', async () => {
    for (const role of ['OWNER', 'GUEST']) {
      const answer = await codes(as('stranger'), join, { org: ids.org, person: ids.stranger, role });
      expect(answer).toHaveLength(1);
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain(answer[0]);
    }
  });

  it('an admin makes members, and no owners; neither do they make themselves owner', async () => {
    const variables = { org: ids.org, person: ids.stranger };
    expect(await codes(as('admin'), join, { ...variables, role: 'OWNER' })).toEqual(['FORBIDDEN']);
    const own = await sample.ask(
      'admin',
      `query ($o: ID!, $p: ID!) { membershipByOrganizationIdAndPersonId(organizationId: $o, personId: $p) { id } }`,
      { o: ids.org, p: ids.admin },
    );
    const promote = 'mutation ($id: ID!) { updateMembership(id: $id, input: { role: OWNER }) { id } }';
    const { id } = own.membershipByOrganizationIdAndPersonId;
    expect(await codes(as('admin'), promote, { id })).toEqual(['FORBIDDEN']);
    expect(await codes(as('owner'), promote, { id })).toEqual([]);
    await sample.ask(
      'admin',
      'mutation ($id: ID!) { updateMembership(id: $id, input: { role: ADMIN }) { id } }',
      { id },
    );
  });

  it('whoever founds an organization makes themselves its owner in the same operation', async () => {
    const { createOrganization } = await sample.ask(
      as('stranger'),
      `mutation ($me: ID!) {
        createOrganization(
          input: { name: "New", slug: "new", memberships: { create: [{ person: { connect: { id: $me } }, role: OWNER }] } }
        ) { id founder { id } memberships { role } }
      }`,
      { me: ids.stranger },
    );
    expect(createOrganization).toMatchObject({
      founder: { id: ids.stranger },
      memberships: [{ role: 'OWNER' }],
    });
  });

  it('a task cannot be given to somebody from outside', async () => {
    const assign =
      'mutation ($t: ID!, $p: ID!) { updateTask(id: $t, input: { assignee: { connect: { id: $p } } }) { id } }';
    expect(await codes(as('member'), assign, { t: ids.task, p: ids.stranger })).toEqual(['FORBIDDEN']);
    expect(await codes(as('member'), assign, { t: ids.task, p: ids.owner })).toEqual([]);
  });
});
