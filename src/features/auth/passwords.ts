import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { type InputIssue, ViewerError } from '../../kit/viewer-error.ts';

/** Characters of a password, in Unicode code points. More is refused before anything is hashed. */
export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;

/** OWASP's parameters for Argon2id: 19 MiB of memory, two passes, one lane. (The enum does not exist at run time.) */
const ARGON2ID = {
  algorithm: 2 as Algorithm,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

/** `$argon2id$v=19$m=19456,t=2,p=1$…` */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), ARGON2ID);
}

/** Whether `password` is the one that was hashed. Takes the same time whichever it is; never throws. */
export async function verifyPassword(hashed: string, password: string): Promise<boolean> {
  try {
    return await verify(hashed, password.normalize('NFKC'));
  } catch {
    return false;
  }
}

/** @throws ViewerError BAD_USER_INPUT for a password that is too short, too long, or nothing but spaces */
export function checkPassword(password: string, path: InputIssue['path']): void {
  const length = [...password].length;
  const { min, max } = PASSWORD_LENGTH;
  const fault =
    length < min
      ? { message: `must have at least ${min} characters`, constraint: 'minLength' }
      : length > max
        ? { message: `must have at most ${max} characters`, constraint: 'maxLength' }
        : password.trim() === '' || password.includes('\0')
          ? { message: 'must be text that can be typed', constraint: 'pattern' }
          : undefined;
  if (fault) {
    const message = `${path.join('.')} ${fault.message}.`;
    throw new ViewerError('BAD_USER_INPUT', message, { issues: [{ path, ...fault }] });
  }
}
