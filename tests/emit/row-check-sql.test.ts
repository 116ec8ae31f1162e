import { describe, expect, it } from 'vitest';
import { rowCheckSql } from '../../src/emit/sql/row-check-sql.ts';
import { sqlLiteral } from '../../src/emit/sql/sql-literal.ts';
import type { Expr, Value } from '../../src/model/expr.ts';
import { buildText } from './golden-cases.ts';

const { app } = buildText(`
  enum Kind { A B }
  type Thing @model @access(read: "true") {
    id: ID!
    name: String! @column(name: "the ); name")
    kind: Kind
    data: JSON
    owner: Thing
  }`);

function thing() {
  const entity = app.entityByName.get('Thing');
  if (!entity) throw new Error('There is no Thing.');
  return entity;
}

const own = (field: string): Value => ({
  kind: 'column',
  row: { from: 'this', entity: 'Thing', steps: [] },
  field,
});
const text = (value: string): Value => ({
  kind: 'literal',
  value,
  type: { kind: 'scalar', name: 'String', list: false },
});

describe('SQL of a check', () => {
  it('quotes names and strings so that nothing breaks out', () => {
    const { sql, columns } = rowCheckSql(thing(), {
      kind: 'compare',
      op: 'eq',
      left: own('name'),
      right: text("'; DROP TABLE x; --\\"),
    });
    expect(sql).toBe(`("the ); name" = '''; DROP TABLE x; --\\')`);
    expect(columns).toEqual(['the ); name']);
  });

  it('compares keys as text, as rules do', () => {
    const { sql } = rowCheckSql(thing(), { kind: 'isNull', value: own('ownerId') });
    expect(sql).toBe('("ownerId"::text IS NULL)');
  });

  it('refuses what needs more than the row', () => {
    const row = { from: 'this', entity: 'Thing', steps: [{ relation: 'owner' }] };
    const refused: readonly Expr[] = [
      { kind: 'truth', value: { kind: 'column', row, field: 'name' } },
      { kind: 'truth', value: { kind: 'now' } },
      { kind: 'truth', value: { kind: 'viewer', path: ['id'] } },
      { kind: 'noRow', row },
    ];
    for (const expr of refused) expect(() => rowCheckSql(thing(), expr)).toThrow('Thing');
  });
});

describe('a literal in SQL', () => {
  it('is a bare number only if it looks like one', () => {
    const int = { kind: 'scalar', name: 'Int', list: false } as const;
    expect(sqlLiteral(5, int)).toBe('5');
    expect(sqlLiteral(-5, int)).toBe('(-5)');
    expect(sqlLiteral('1; DROP TABLE x', int)).toBe("'1; DROP TABLE x'::int4");
  });

  it('never holds NUL', () => {
    expect(() => sqlLiteral('a\u0000', { kind: 'scalar', name: 'String', list: false })).toThrow('NUL');
  });

  it('casts lists, JSON and enums to their types', () => {
    expect(sqlLiteral(['A'], { kind: 'enum', name: 'Kind', list: true })).toBe(
      `ARRAY['A'::"Kind"]::"Kind"[]`,
    );
    expect(sqlLiteral({ a: "it's" }, { kind: 'scalar', name: 'JSON', list: false })).toBe(
      `'{"a":"it''s"}'::jsonb`,
    );
  });
});
