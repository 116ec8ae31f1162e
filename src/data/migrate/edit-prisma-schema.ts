/** A `model` block of a Prisma schema, line by line. */
export interface ModelBlock {
  readonly name: string;
  /** The table's stored name. */
  readonly table: string;
  readonly begin: number;
  readonly end: number;
}

/** One field line of a model. */
export interface FieldLine {
  readonly name: string;
  /** The column's stored name; for a relation the field's own. */
  readonly column: string;
  readonly line: number;
}

/** An `enum` block of a Prisma schema. */
export interface EnumBlock {
  /** The type's stored name. */
  readonly type: string;
  /** Stored. */
  readonly values: readonly string[];
  /** The line of its closing brace. */
  readonly end: number;
}

/** Finds the models of a schema. It relies on one declaration per line, as Prisma's formatter writes them. */
export function modelsOf(lines: readonly string[]): ModelBlock[] {
  const models: ModelBlock[] = [];
  lines.forEach((line, begin) => {
    const name = /^\s*model\s+(\w+)\s*\{/.exec(line)?.[1];
    if (name === undefined) return;
    const end = lines.findIndex((one, at) => at > begin && /^\s*\}/.test(one));
    const map = lines.slice(begin, end).map((one) => /^\s*@@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(one)?.[1]);
    models.push({ name, table: map.find((one) => one !== undefined) ?? name, begin, end });
  });
  return models;
}

/** Finds the enums of a schema. It relies on one value per line, as Prisma's formatter writes them. */
export function enumsOf(lines: readonly string[]): EnumBlock[] {
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

/** The fields of a model. */
export function fieldsOf(lines: readonly string[], model: ModelBlock): FieldLine[] {
  const fields: FieldLine[] = [];
  for (let line = model.begin + 1; line < model.end; line++) {
    const text = lines[line] ?? '';
    const name = /^\s*(\w+)\s+\S/.exec(text)?.[1];
    if (name === undefined) continue;
    const map = /\s@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(text)?.[1];
    fields.push({ name, column: map ?? name, line });
  }
  return fields;
}

/** Leaves out fields by table and column. */
export function withoutColumns(
  schema: string,
  columns: readonly { table: string; column: string }[],
): string {
  if (columns.length === 0) return schema;
  const lines = schema.split('\n');
  const gone = new Set<number>();
  for (const model of modelsOf(lines)) {
    for (const field of fieldsOf(lines, model)) {
      const generated = columns.some((one) => one.table === model.table && one.column === field.column);
      if (generated) gone.add(field.line);
    }
  }
  return lines.filter((_, line) => !gone.has(line)).join('\n');
}

/** Gives a model another name and its table another stored name. */
export function renameModel(schema: string, from: ModelBlock, name: string, table: string): string {
  const lines = schema.split('\n');
  const typed = new RegExp(`^(\\s*\\w+\\s+)${from.name}(?=[?\\[\\s]|$)`);
  const inModel = modelsOf(lines).flatMap((one) => range(one.begin + 1, one.end));
  for (const line of inModel) lines[line] = (lines[line] ?? '').replace(typed, `$1${name}`);
  lines[from.begin] = `model ${name} {`;
  const body = lines.slice(from.begin + 1, from.end).filter((line) => !/^\s*@@map\(/.test(line));
  if (name !== table) body.push(`  @@map("${table}")`);
  lines.splice(from.begin + 1, from.end - from.begin - 1, ...body);
  return lines.join('\n');
}

/** Gives a field another name and its column another stored name, wherever the model and its relations mention it. */
export function renameField(
  schema: string,
  model: ModelBlock,
  from: FieldLine,
  name: string,
  column: string,
): string {
  const lines = schema.split('\n');
  const word = new RegExp(`\\b${from.name}\\b`, 'g');
  for (const line of range(model.begin + 1, model.end)) {
    const text = lines[line] ?? '';
    lines[line] =
      /^\s*@@/.test(text) || /@relation\(/.test(text) ? renameInLists(text, /\[[^\]]*\]/g, word, name) : text;
  }
  const own = (lines[from.line] ?? '').replace(/\s@map\([^)]*\)/, '').replace(/^(\s*)\w+/, `$1${name}`);
  lines[from.line] = name === column ? own : `${own} @map("${column}")`;
  const target = new RegExp(`^\\s*\\w+\\s+${model.name}[?\\s]`);
  return lines
    .map((text) => (target.test(text) ? renameInLists(text, /references:\s*\[[^\]]*\]/g, word, name) : text))
    .join('\n');
}

/** `references` lists name the other model's fields, so they are only touched when asked for. */
function renameInLists(text: string, lists: RegExp, word: RegExp, name: string): string {
  const protect = !lists.source.startsWith('references');
  return text.replace(lists, (list, ...rest) => {
    const before = text.slice(0, Number(rest.at(-2)));
    if (protect && /references:\s*$/.test(before)) return list;
    return list.replace(word, name);
  });
}

function range(begin: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - begin) }, (_, i) => begin + i);
}
