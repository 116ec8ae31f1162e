export { admitOperation, asksRuledFields } from './admit-operation.ts';
export { attachGuards } from './attach-guards.ts';
export { type Guard, OPEN } from './guard.ts';
