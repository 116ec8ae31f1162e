/** A line of a Prisma block: a field or an enum value with its attributes. */
export interface PrismaRow {
  readonly kind: 'row';
  readonly doc: string | undefined;
  readonly name: string;
  /** Empty for an enum value. */
  readonly type: string;
  readonly attributes: readonly string[];
}

export interface PrismaBlock {
  readonly keyword: 'model' | 'enum';
  readonly name: string;
  readonly doc: string | undefined;
  readonly rows: readonly PrismaRow[];
  /** `@@map(…)` and the like. */
  readonly blockAttributes: readonly string[];
}

/** Prints a block exactly as `prisma format` would: names, types and attributes each in a column of their own. */
export function formatBlock(block: PrismaBlock): string {
  const nameWidth = Math.max(0, ...block.rows.map((row) => width(row.name)));
  const typeWidth = Math.max(0, ...block.rows.map((row) => width(row.type)));
  const lines = [
    ...docLines(block.doc, ''),
    `${block.keyword} ${block.name} {`,
    ...block.rows.flatMap((row) => formatRow(row, nameWidth, typeWidth)),
    ...(block.blockAttributes.length > 0 ? ['', ...block.blockAttributes.map((text) => `  ${text}`)] : []),
    '}',
  ];
  return lines.join('\n');
}

function formatRow(row: PrismaRow, nameWidth: number, typeWidth: number): readonly string[] {
  const cells = [
    row.name.padEnd(nameWidth),
    ...(row.type === '' ? [] : [row.type.padEnd(typeWidth)]),
    row.attributes.join(' '),
  ];
  return [...docLines(row.doc, '  '), `  ${cells.join(' ').trimEnd()}`];
}

function docLines(doc: string | undefined, indent: string): readonly string[] {
  if (doc === undefined || doc.trim() === '') return [];
  // Control characters would end the comment or the file's validity; a comment does without them.
  const clean = doc.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n]/gu, ' ');
  return clean.split('\n').map((line) => `${indent}/// ${line}`.trimEnd());
}

function width(text: string): number {
  return [...text].length;
}
