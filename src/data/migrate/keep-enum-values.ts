import { enumsOf } from './edit-prisma-schema.ts';

/** `to` with the values that its enums have in `from` and lose, under names that nobody else has. The same text where none does. */
export function keepEnumValues(from: string, to: string): string {
  const had = new Map(enumsOf(from.split('\n')).map(({ type, values }) => [type, values]));
  const lines = to.split('\n');
  for (const { type, values, end } of enumsOf(lines).reverse()) {
    const lost = (had.get(type) ?? []).filter((value) => !values.includes(value));
    lines.splice(end, 0, ...lost.map((value, index) => `  plinth_lost_${index} @map("${value}")`));
  }
  return lines.join('\n');
}
