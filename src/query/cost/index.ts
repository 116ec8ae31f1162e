export { OperationCosts } from './operation-costs.ts';
