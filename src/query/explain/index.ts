export { type Denial, explainDenial, explainWithoutRow } from './describe-denial.ts';
export type { ChainLink, ExplainedTerm, Explanation, Truth, Verdict } from './explained.ts';
