import { format, get_dmmf, validate } from '@prisma/prisma-schema-wasm';
import { describe, expect, it } from 'vitest';
import { buildCase, buildText, goldenCases } from './golden-cases.ts';

const FILE = 'schema.prisma';

function formatted(schema: string): string {
  const params = { textDocument: { uri: `file:/${FILE}` }, options: { tabSize: 2, insertSpaces: true } };
  const files = JSON.parse(format(JSON.stringify([[FILE, schema]]), JSON.stringify(params))) as string[][];
  return files[0]?.[1] ?? '';
}

interface Dmmf {
  datamodel: { models: { name: string; fields: { name: string; default?: unknown }[] }[] };
}

function fieldsOf(schema: string, model: string) {
  const dmmf = JSON.parse(get_dmmf(JSON.stringify({ prismaSchema: [[FILE, schema]] }))) as Dmmf;
  return dmmf.datamodel.models.find((each) => each.name === model)?.fields ?? [];
}

describe.each(goldenCases)('the Prisma schema of %s', (name) => {
  const { prismaSchema } = buildCase(name);

  it('is laid out as `prisma format` would', () => {
    expect(prismaSchema).toBe(formatted(prismaSchema));
  });

  it('is valid to Prisma', () => {
    expect(() => validate(JSON.stringify({ prismaSchema: [[FILE, prismaSchema]] }))).not.toThrow();
  });
});

describe('the Prisma schema', () => {
  it('keeps every character of a default', () => {
    const { prismaSchema } = buildCase('scalars');
    const defaults = Object.fromEntries(
      fieldsOf(prismaSchema, 'Everything').map((field) => [field.name, field.default]),
    );
    expect(defaults.text).toBe('say "hi" \\ it\'s\n\ttabbed');
    expect(JSON.parse(String(defaults.json))).toEqual({ a: [1, 'it\'s "quoted"'], b: null });
    // The data model carries numbers as JSON; that all digits survive is shown against PostgreSQL.
    expect(prismaSchema).toContain('@default(-12345678901234567890.10)');
    expect(defaults.big).toBe('9007199254740993');
    expect(defaults.texts).toEqual(['a', 'b "c"']);
  });

  it('leaves generated columns and resolved fields out', () => {
    expect(fieldsOf(buildCase('blog').prismaSchema, 'Post').map((field) => field.name)).not.toContain(
      'wordCount',
    );
    expect(fieldsOf(buildCase('custom').prismaSchema, 'Stop').map((field) => field.name)).toEqual([
      'id',
      'name',
    ]);
  });

  it('gives a one-way relation a far side that clashes with no field of the author', () => {
    const names = fieldsOf(buildCase('relations').prismaSchema, 'Stamp').map((field) => field.name);
    expect(names).toEqual(['id', 'letters_via_stamp', 'letters_via_stamp_', 'letters_via_seal']);
  });

  it('indexes every foreign key once', () => {
    const { prismaSchema } = buildCase('keys');
    expect(prismaSchema).toContain('@@index([userId])');
    // Covered by the composite unique and by the composite index that begin with them.
    expect(prismaSchema).not.toContain('@@index([orgId])');
    expect(prismaSchema).not.toContain('@@index([homeCode])');
  });

  it('does not say what the author can break out of', () => {
    const { prismaSchema } = buildText(`
      """
      one
      } model Evil { id Int @id }
      """
      type Thing @model @access(read: "true") {
        id: ID!
        text: String! @default(value: "\\") @@map(\\"evil\\")")
      }`);
    expect(() => validate(JSON.stringify({ prismaSchema: [[FILE, prismaSchema]] }))).not.toThrow();
    expect(fieldsOf(prismaSchema, 'Evil')).toEqual([]);
    expect(fieldsOf(prismaSchema, 'Thing').find((field) => field.name === 'text')?.default).toBe(
      '") @@map("evil")',
    );
  });
});
