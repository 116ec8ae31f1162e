import { auth } from './auth/index.ts';
import { cache } from './cache/index.ts';
import type { Feature } from './feature.ts';

export type { Feature } from './feature.ts';

/** Everything the backend can do beside storing and answering, in the order in which it takes part in the build. */
export const FEATURES: readonly Feature[] = [
  // First: what later features store may lead to accounts.
  auth,
  // After all that store something in the author's entities.
  cache,
];
