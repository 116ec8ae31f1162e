/** Thrown in a mutation whose answer only the resolvers can give: what it wrote is undone, and they run it anew. */
export class LeftToResolvers extends Error {}
