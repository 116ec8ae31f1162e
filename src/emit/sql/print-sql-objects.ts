import type { SqlObject } from '../../model/sql-object.ts';

/** SQL objects as one readable script, for people and golden files. */
export function printSqlObjects(objects: readonly SqlObject[]): string {
  const parts = objects.map((object) => `-- ${object.name}\n${object.create}`);
  return `${['-- emitted by plinth from schema.graphql; do not edit', ...parts].join('\n\n')}\n`;
}
