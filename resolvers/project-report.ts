import type { QueryResolvers } from '../generated/resolvers.ts';
import { ask } from './ask.ts';

interface Counts {
  readonly project: { readonly id: string } | null;
  readonly done: { readonly count: number };
  readonly open: { readonly count: number; readonly sum: { readonly remaining: string | null } };
  readonly load: readonly {
    readonly key: { readonly assigneeId: string | null };
    readonly aggregate: { readonly count: number; readonly sum: { readonly remaining: string | null } };
  }[];
}

const counts = /* GraphQL */ `
  query ($id: ID!) {
    project(id: $id) { id }
    done: tasksAggregate(where: { projectId: { eq: $id }, status: { eq: DONE } }) { count }
    open: tasksAggregate(where: { projectId: { eq: $id }, open: { eq: true } }) { count sum { remaining } }
    load: tasksGroups(
      by: [{ field: assigneeId }]
      where: { projectId: { eq: $id }, open: { eq: true } }
      orderBy: [{ count: DESC }]
    ) {
      key { assigneeId }
      aggregate { count sum { remaining } }
    }
  }
`;

export const Query: Pick<QueryResolvers, 'projectReport'> = {
  // One operation of the generated API as the viewer counts everything: what the viewer does not see is not counted.
  projectReport: async (_parent, { id }, ctx) => {
    const { project, done, open, load } = await ask<Counts>(ctx, counts, { id });
    if (!project) return null;
    const ids = load.flatMap(({ key }) => (key.assigneeId === null ? [] : [key.assigneeId]));
    const people = await ctx.db.person.findMany({ where: { id: { in: ids } } });
    return {
      project: await ctx.db.project.findUniqueOrThrow({ where: { id } }),
      open: open.count,
      done: done.count,
      progress: done.count + open.count === 0 ? null : done.count / (done.count + open.count),
      remaining: open.sum.remaining ?? '0',
      load: load.map(({ key, aggregate }) => ({
        person: people.find((person) => person.id === key.assigneeId) ?? null,
        open: aggregate.count,
        remaining: aggregate.sum.remaining ?? '0',
      })),
    };
  },
};
