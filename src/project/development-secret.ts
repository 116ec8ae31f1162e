import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './find-project.ts';

/** What cookies are signed with where PLINTH_SECRET is not set: kept, so that a restart signs nobody out. */
export function developmentSecret(project: Pick<Project, 'stateDirectory'>): string {
  const file = join(project.stateDirectory, 'secret');
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const secret = randomBytes(32).toString('base64url');
    mkdirSync(project.stateDirectory, { recursive: true });
    writeFileSync(file, secret, { mode: 0o600 });
    return secret;
  }
}
