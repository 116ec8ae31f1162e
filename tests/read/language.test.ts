import { readFileSync } from 'node:fs';
import { buildASTSchema, type GraphQLDirective, parse, specifiedDirectives } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readColumnType } from '../../src/model/column-types.ts';
import { SCALARS, type ScalarName } from '../../src/model/scalars.ts';
import { DIRECTIVES, DIRECTIVES_SDL } from '../../src/read/directives.ts';
import { portablePattern } from '../../src/read/portable-pattern.ts';
import { codes } from './read.ts';

const shipped = readFileSync(new URL('../../directives.graphql', import.meta.url), 'utf8');

describe('directives.graphql', () => {
  test('is what the reader accepts', () => {
    expect(shipped).toBe(DIRECTIVES_SDL);
  });

  test('is a valid schema in which everything is described', () => {
    const schema = buildASTSchema(parse(`${shipped}\ntype Query { ok: Boolean }`));
    const own = schema.getDirectives().filter((directive) => !specifiedDirectives.includes(directive));
    for (const directive of own) expect(directive, directive.name).toSatisfy(isDescribed);
    expect(Object.keys(SCALARS).filter((name) => !schema.getType(name))).toEqual(
      ['ID', 'Int', 'Float'].filter((name) => !schema.getType(name)),
    );
  });

  test('declares the built directives and no other', () => {
    expect([...DIRECTIVES.keys()].sort()).toEqual(
      `access cacheControl check column computed constraint cost createOnly createdAt default deprecated hidden id index model oneOf preset
       readOnly relation renamedFrom search specifiedBy unique updatedAt user version writeOnly`.split(/\s+/),
    );
  });

  test('what is planned is refused like what does not exist', () => {
    for (const name of 'realtime webhook audit softDelete encrypted tenant file'.split(' ')) {
      expect(codes(`type Task @@ @${name} { id: ID! }`), name).toEqual(['UNKNOWN_DIRECTIVE']);
    }
  });
});

function isDescribed(directive: GraphQLDirective): boolean {
  return Boolean(directive.description);
}

describe('column types', () => {
  test.each([
    ['varchar(160)', 'String', 'varchar(160)', '@db.VarChar(160)'],
    ['Character  Varying ( 5 )', 'String', 'varchar(5)', '@db.VarChar(5)'],
    ['char(2)', 'CountryCode', 'char(2)', '@db.Char(2)'],
    ['text', 'EmailAddress', 'text', '@db.Text'],
    ['smallint', 'Int', 'smallint', '@db.SmallInt'],
    ['numeric(10,2)', 'Decimal', 'numeric(10,2)', '@db.Decimal(10, 2)'],
    ['numeric(3)', 'Decimal', 'numeric(3,0)', '@db.Decimal(3, 0)'],
    ['timestamp(0) with time zone', 'DateTime', 'timestamptz(0)', '@db.Timestamptz(0)'],
    ['float8', 'Float', 'double precision', '@db.DoublePrecision'],
    ['real', 'Float', 'real', '@db.Real'],
    ['bytea', 'Bytes', 'bytea', '@db.ByteA'],
  ])('%s holds %s', (text, name, postgres, native) => {
    const read = readColumnType(text, { kind: 'scalar', name, list: false });
    expect(read).toMatchObject({ ok: true, postgres, native });
  });

  test.each([
    ['bigint', 'Int'],
    ['date', 'DateTime'],
    ['timestamptz', 'Date'],
    ['text', 'UUID'],
    ['uuid', 'String'],
    ['json', 'JSON'],
    ['citext', 'String'],
    ['varchar(3); drop table x', 'String'],
    ['numeric(2,3)', 'Decimal'],
    ['boolean(1)', 'Boolean'],
  ])('%s does not hold %s', (text, name) => {
    expect(readColumnType(text, { kind: 'scalar', name, list: false }).ok).toBe(false);
  });

  test('every scalar can be stored in the type that its parameters are cast to', () => {
    for (const name of Object.keys(SCALARS) as ScalarName[]) {
      const value = { kind: 'scalar', name, list: false } as const;
      expect(readColumnType(SCALARS[name].postgres, value).ok, name).toBe(true);
    }
  });
});

describe('patterns', () => {
  test.each([
    ['^[a-z0-9]+(?:-[a-z0-9]+)*$', '^[a-z0-9]+(?:-[a-z0-9]+)*$'],
    ['\\d{3}', '[0-9]{3}'],
    ['[\\w.-]+@', '[A-Za-z0-9_.-]+@'],
    ['\\S', '[^ \\t\\n\\r\\f\\v]'],
    ['a.b\\.c', 'a[^\\n\\r]b\\.c'],
  ])('%s becomes %s', (source, pattern) => {
    expect(portablePattern(source)).toEqual({ ok: true, pattern });
    expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });

  test.each([
    '(?=a)b',
    '(?<!a)b',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    '\\p{L}',
    '\\bx',
    '[[:alpha:]]',
    '[^]',
    '[\\D]',
    'a{2,256}',
    '[',
    '\\u0041',
  ])('%s is refused', (source) => {
    expect(portablePattern(source).ok).toBe(false);
  });
});
