import { GraphQLError } from 'graphql';
import { ViewerError } from '../../kit/viewer-error.ts';

/** What `make` makes; undefined where it refuses: whoever runs the operation instead refuses it in the right words. */
export function tryTo<T>(make: () => T, onFault: (error: unknown) => void): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ViewerError || error instanceof GraphQLError)) onFault(error);
    return undefined;
  }
}
