import type { MutationResolvers } from '../generated/resolvers.ts';

export const Mutation: Pick<MutationResolvers, 'hideMyNotes'> = {
  // ctx.db is Prisma without rules, in the transaction of the mutation: so the `where` has to say whose notes.
  hideMyNotes: async (_parent, _args, ctx) => {
    const { count } = await ctx.db.note.updateMany({
      where: { public: true, authorId: ctx.viewer?.id ?? '' },
      data: { public: false },
    });
    return count;
  },
};
