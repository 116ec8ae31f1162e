import type { MutationResolvers, QueryResolvers, TaskResolvers } from '../generated/resolvers.ts';
import { ask } from './ask.ts';

export const Query: Pick<QueryResolvers, 'myTasks'> = {
  // The rows pass the read rule of Task on their way out, so a task whose project is closed to the viewer stays away.
  myTasks: (_parent, { dueBefore }, ctx) =>
    ctx.db.task.findMany({
      where: {
        assigneeId: ctx.viewer?.id ?? '',
        status: { notIn: ['DONE', 'CANCELLED'] },
        ...(dueBefore && { dueDate: { lt: new Date(dueBefore) } }),
      },
      orderBy: [{ priority: 'desc' }, { dueDate: { sort: 'asc', nulls: 'last' } }, { id: 'asc' }],
      take: 200,
    }),
};

export const Mutation: Pick<MutationResolvers, 'completeTask' | 'moveTasks'> = {
  // The update through the API is what asks the rules; `completedAt` is read-only there, so Prisma sets it. Both are in
  // the operation's transaction: if either fails, neither has happened.
  completeTask: async (_parent, { id }, ctx) => {
    await ask(ctx, 'mutation ($id: ID!) { updateTask(id: $id, input: { status: DONE }) { id } }', { id });
    return ctx.db.task.update({ where: { id }, data: { completedAt: new Date() } });
  },

  moveTasks: async (_parent, { projectId, toProjectId }, ctx) => {
    const { updateTasks } = await ask<{ updateTasks: { count: number } }>(
      ctx,
      `mutation ($from: ID!, $to: ID!) {
        updateTasks(where: { project: { is: { id: { eq: $from } } }, open: { eq: true } }, input: { projectId: $to }) { count }
      }`,
      { from: projectId, to: toProjectId },
    );
    const project = await ctx.db.project.findUniqueOrThrow({ where: { id: toProjectId } });
    return { count: updateTasks.count, project };
  },
};

export const Task: Pick<TaskResolvers, 'overdue'> = {
  overdue: ({ status, dueDate }) =>
    dueDate !== null && !['DONE', 'CANCELLED'].includes(status) && new Date(dueDate) < startOfToday(),
};

function startOfToday(): Date {
  return new Date(new Date().setUTCHours(0, 0, 0, 0));
}
