import type { Feature } from '../feature.ts';
import { tellChanges } from './triggers.ts';

/** How long answers may be kept, and what ends it. */
export const cache: Feature = {
  name: 'cache',
  sqlObjects: tellChanges,
};
