import type { AppModel } from '../../model/app-model.ts';
import { type Guard, OPEN } from '../../query/guards/index.ts';

/** Root fields of sign-in. Who signs in is nobody yet, so each is open; what it may do is its own to decide. */
const MUTATIONS = ['signUp', 'signIn', 'signOut', 'requestPasswordReset', 'resetPassword'] as const;

export function authGuards(app: AppModel): readonly Guard[] {
  return [
    ...MUTATIONS.map((field) => ({ type: 'Mutation', field, ...OPEN })),
    // With a @user model it is that model's, and guarded with it.
    ...(app.user ? [] : [{ type: 'Query', field: 'viewer', ...OPEN }]),
  ];
}
