export { CompiledCreates } from './compiled-creates.ts';
export { CompiledQueries, type CompiledQueriesParts, type QueryRequest } from './compiled-queries.ts';
export { SplicedData, stringifyResult } from './spliced-data.ts';
