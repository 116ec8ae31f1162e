export { CompiledQueries, type CompiledQueriesParts, type QueryRequest } from './compiled-queries.ts';
export { CompiledWrites } from './compiled-writes.ts';
export { DocumentPlans, type StoredPlans } from './document-plans.ts';
export { UNLIKE_VERSIONS } from './finds-many-at-once.ts';
export {
  type LiftedDocument,
  type LiftedVariable,
  liftLiterals,
  type SplitText,
  splitText,
  valuesOf,
} from './lift-literals.ts';
export { LikelyRequests } from './likely-requests.ts';
export { MutationAnswers } from './mutation-answers.ts';
export { SplicedData, stringifyResult } from './spliced-data.ts';
