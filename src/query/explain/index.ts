export { type Denial, explainDenial, explainRow, explainWithoutRow } from './describe-denial.ts';
export type { ChainLink, ExplainedTerm, Explanation, Truth, Verdict } from './explained.ts';
export { isForOperator } from './for-operators.ts';
