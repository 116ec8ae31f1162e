export { writeResolvers } from './write-resolvers.ts';
