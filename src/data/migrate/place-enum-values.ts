import { enumsOf } from './edit-prisma-schema.ts';
import { splitStatements, withoutComments } from './split-statements.ts';

export interface EnumChanges {
  /** Prisma's script without the statements that add enum values. */
  readonly script: string;
  /** Those statements, each saying where in the order of the type the value goes. */
  readonly addedValues: readonly string[];
  readonly newValues: readonly string[];
}

/**
 * Prisma appends new values at the end of an enum type; PostgreSQL sorts by that order, so they are put where the schema
 * declares them. Adding is made repeatable, because it is the one change that may need a transaction of its own.
 */
export function placeEnumValues(script: string, prismaSchema: string): EnumChanges {
  const added: { type: string; value: string }[] = [];
  const rest = splitStatements(script).filter((statement) => {
    const match = /^ALTER TYPE "([^"]+)" ADD VALUE '((?:[^']|'')*)';$/.exec(withoutComments(statement));
    if (match) added.push({ type: match[1] ?? '', value: (match[2] ?? '').replaceAll("''", "'") });
    return !match;
  });
  const enums = enumsOf(prismaSchema.split('\n'));
  const orders = new Map(enums.map(({ type, values }) => [type, values]));
  const known = new Set(added.map((one) => `${one.type}.${one.value}`));
  // From the back, so that the value to stand before exists already.
  const placed = [...added].sort((a, b) => indexOf(orders, b) - indexOf(orders, a));
  const statements = placed.map(({ type, value }) => {
    const order = orders.get(type) ?? [];
    const at = order.indexOf(value);
    const next = at < 0 ? undefined : order[at + 1];
    known.delete(`${type}.${value}`);
    const place = next === undefined || known.has(`${type}.${next}`) ? '' : ` BEFORE ${quote(next)}`;
    return `ALTER TYPE "${type}" ADD VALUE IF NOT EXISTS ${quote(value)}${place};`;
  });
  const kept = added.length === 0 ? script : rest.join('\n\n');
  return { script: kept, addedValues: statements, newValues: added.map((one) => one.value) };
}

function indexOf(
  orders: ReadonlyMap<string, readonly string[]>,
  one: { type: string; value: string },
): number {
  return orders.get(one.type)?.indexOf(one.value) ?? -1;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
