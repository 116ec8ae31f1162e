/** An enum of a Prisma schema. */
interface EnumBlock {
  /** The type's stored name. */
  readonly type: string;
  /** Stored. */
  readonly values: readonly string[];
  /** The line of its closing brace. */
  readonly end: number;
}

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

/** It relies on one value per line, as Prisma's formatter writes them. */
function enumsOf(lines: readonly string[]): EnumBlock[] {
  return lines.flatMap((line, begin): EnumBlock[] => {
    const name = /^\s*enum\s+(\w+)\s*\{/.exec(line)?.[1];
    if (name === undefined) return [];
    const end = lines.findIndex((one, at) => at > begin && /^\s*\}/.test(one));
    const body = lines.slice(begin + 1, end);
    const type =
      body.map((one) => /^\s*@@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(one)?.[1]).find(Boolean) ?? name;
    const values = body.flatMap((one) => {
      const value = /^\s*(\w+)/.exec(one)?.[1];
      return value === undefined ? [] : [/@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(one)?.[1] ?? value];
    });
    return [{ type, values, end }];
  });
}
