import { createHash } from 'node:crypto';

/** Under which a statement is prepared: equal texts share a name, whoever runs them. */
export function statementName(text: string): string {
  return `plinth_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
}
