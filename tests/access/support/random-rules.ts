import type { AppModel, Entity, JsonValue, RelationField } from '../../../src/model/app-model.ts';
import { poolOf } from './random-rows.ts';

/** Chooses a number below a bound. */
export type Choose = (below: number) => number;

interface RowVariable {
  /** CEL text that names the row. */
  readonly text: string;
  readonly entity: Entity;
}

/** Writes random well-typed rules about rows of one model, as an author would write them: as text. */
export class RuleWriter {
  readonly #app: AppModel;
  readonly #choose: Choose;
  #names = 0;

  constructor(app: AppModel, choose: Choose) {
    this.#app = app;
    this.#choose = choose;
  }

  rule(entity: Entity): string {
    return this.#condition([{ text: 'this', entity }], 4);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#choose(items.length)] as T;
  }

  #condition(rows: readonly RowVariable[], depth: number): string {
    if (depth <= 0) return this.#atom(rows);
    const inner = (): string => this.#condition(rows, depth - 1);
    switch (this.#choose(12)) {
      case 11:
        return this.#otherRule(rows);
      case 0:
      case 1:
        return `(${inner()} && ${inner()})`;
      case 2:
      case 3:
        return `(${inner()} || ${inner()})`;
      case 4:
        return `!(${inner()})`;
      case 5:
      case 6:
        return this.#overRows(rows, depth);
      case 7:
        return this.#choose(3) === 0 ? `(${inner()} ? ${inner()} : ${inner()})` : this.#overRows(rows, depth);
      case 8:
        return this.#choose(3) === 0 ? `((${inner()}) == (${inner()}))` : this.#atom(rows);
      default:
        return this.#atom(rows);
    }
  }

  /** The rule of another model, about a row that may not be there. */
  #otherRule(rows: readonly RowVariable[]): string {
    const row = this.#toOnePath(rows);
    const operation = this.#pick(
      (['read', 'update', 'delete'] as const).filter((one) => row.entity.access[one] !== undefined),
    );
    if (row.text === 'this' || operation === undefined) return this.#rowTest(rows);
    return `can(${row.text}, '${operation}')`;
  }

  #overRows(rows: readonly RowVariable[], depth: number): string {
    const start = this.#toOnePath(rows);
    const lists = relationsOf(start.entity).filter((relation) => relation.many);
    const relation = this.#pick(lists);
    if (!relation) return this.#atom(rows);
    const target = this.#target(relation);
    const name = `x${++this.#names}`;
    const inner = [...rows, { text: name, entity: target }, { text: name, entity: target }];
    const where = this.#condition(inner, depth - 2);
    const path = `${start.text}.${relation.name}`;
    switch (this.#choose(9)) {
      case 0:
      case 1:
      case 2:
        return `${path}.exists(${name}, ${where})`;
      case 3:
      case 4:
        return `${path}.all(${name}, ${where})`;
      case 5:
        return `${path}.exists_one(${name}, ${where})`;
      case 6:
        return `${path}.filter(${name}, ${where}).size() ${this.#pick(['==', '>', '<='])} ${this.#choose(4)}`;
      case 7:
        return `${this.#value(rows, 'String', 1).text} in ${path}.map(${name}, ${this.#value(inner.slice(-1), 'String', 0).text})`;
      default:
        return `size(${path}) ${this.#pick(['!=', '>=', '<'])} ${this.#choose(4)}`;
    }
  }

  #toOnePath(rows: readonly RowVariable[]): RowVariable {
    let row = this.#pick(rows);
    if (this.#choose(12) === 0 && this.#app.user) row = { text: 'viewer', entity: this.#app.user };
    for (let length = this.#choose(3); length > 0; length--) {
      const relation = this.#pick(relationsOf(row.entity).filter((one) => !one.many));
      if (!relation) return row;
      row = { text: `${row.text}.${relation.name}`, entity: this.#target(relation) };
    }
    return row;
  }

  #target(relation: RelationField): Entity {
    return this.#app.entityByName.get(relation.target) as Entity;
  }

  #atom(rows: readonly RowVariable[]): string {
    switch (this.#choose(13)) {
      case 10:
        return this.#mixedComparison(rows);
      case 11:
        return this.#keyTest(rows);
      case 12:
        return `has(${this.#value(rows, this.#pick(TYPES), 0).text})`;
      case 0:
        return this.#rowTest(rows);
      case 1:
        return this.#viewerTest(rows);
      case 2:
        return this.#textTest(rows);
      case 3:
        return this.#listTest(rows);
      case 4:
        return this.#timeTest(rows);
      case 5:
        return `${this.#value(rows, this.#pick(TYPES), 0).text} ${this.#pick(['==', '!='])} null`;
      default:
        return this.#comparison(rows);
    }
  }

  #comparison(rows: readonly RowVariable[]): string {
    const type = this.#pick(TYPES);
    const left = this.#value(rows, type, 2);
    if (type === 'Boolean')
      return left.text === 'null' ? 'true' : this.#pick([left.text, `${left.text} == true`, `!${left.text}`]);
    if (this.#choose(5) === 0) {
      const items = Array.from({ length: this.#choose(4) }, () => this.#literal(type));
      return `${left.text} in [${items.join(', ')}]`;
    }
    const ordered = type !== 'UUID';
    const op = this.#pick(ordered ? ['==', '!=', '<', '<=', '>', '>='] : ['==', '!=']);
    const right = this.#choose(2) === 0 ? this.#literal(type) : this.#value(rows, type, 2).text;
    return `${left.text} ${op} ${right}`;
  }

  /** Whole numbers beside Decimals or Floats, alone and in one calculation. */
  #mixedComparison(rows: readonly RowVariable[]): string {
    const [a, b] = this.#pick(MIXED);
    const [left, right] = [this.#value(rows, a, 1).text, this.#value(rows, b, 1).text];
    const op = this.#pick(['==', '!=', '<', '<=', '>', '>=']);
    if (this.#choose(2) === 0) return `${left} ${op} ${right}`;
    return `(${left} ${this.#pick(['+', '-', '*'])} ${right}) ${op} ${this.#literal(b)}`;
  }

  /** A declared key is a value; its relation's id is the same one. */
  #keyTest(rows: readonly RowVariable[]): string {
    const key = rows.some((row) => row.text === 'this') ? 'this.assigneeId' : 'this.assignee.id';
    const other = this.#pick([
      'viewer.id',
      'this.assignee.id',
      'this.project.org.owner.id',
      'viewer.org.owner.id',
    ]);
    return this.#pick([
      `${key} ${this.#pick(['==', '!='])} ${other}`,
      `${key} ${this.#pick(['==', '!='])} null`,
      `${key} in [${other}, viewer.id]`,
      `${key} in this.project.org.staff.map(s, s.id)`,
      `${key} in viewer.claims.roles`,
      'this.assignee in this.project.org.staff',
      `viewer.id in this.project.org.members.map(m, m.user.id)`,
    ]);
  }

  #rowTest(rows: readonly RowVariable[]): string {
    const row = this.#toOnePath(rows);
    if (row.text !== 'this' && this.#choose(2) === 0) return `${row.text} ${this.#pick(['==', '!='])} null`;
    const other = this.#toOnePath(rows);
    if (other.entity === row.entity) return `${row.text} ${this.#pick(['==', '!='])} ${other.text}`;
    if (row.entity !== this.#app.user) return `${row.text}.id ${this.#pick(['==', '!='])} viewer.id`;
    return this.#pick([
      `${row.text} == viewer`,
      `${row.text}.id == viewer.id`,
      `viewer in ${row.text}.follows`,
    ]);
  }

  #viewerTest(rows: readonly RowVariable[]): string {
    const tests = [
      'viewer == null',
      'viewer.emailVerified',
      "'admin' in viewer.roles",
      `${this.#value(rows, 'String', 0).text} in viewer.roles`,
      `${this.#value(rows, 'String', 0).text} == viewer.email`,
      `${this.#value(rows, 'Role', 0).text} in viewer.claims.roles`,
      `viewer.claims.level >= ${this.#value(rows, 'Int', 0).text}`,
      `viewer.claims.cost != ${this.#value(rows, 'Decimal', 0).text}`,
      'viewer.claims.team == "a"',
      'viewer.claims.flag',
      'viewer.claims.missing == null',
    ];
    return this.#pick(tests);
  }

  #textTest(rows: readonly RowVariable[]): string {
    const value = this.#value(rows, 'String', 0).text;
    const op = this.#pick(['contains', 'startsWith', 'endsWith']);
    if (this.#choose(5) === 0) return `${value}.matches(${this.#pick(PATTERNS)})`;
    const needle = this.#choose(3) === 0 ? this.#value(rows, 'String', 0).text : this.#literal('String');
    return `${value}.${op}(${needle})`;
  }

  #listTest(rows: readonly RowVariable[]): string {
    const row = this.#toOnePath(rows);
    const lists = row.entity.fields.filter((field) => field.kind === 'scalar' && field.type.list);
    const field = this.#pick(lists);
    if (field?.kind !== 'scalar') return this.#comparison(rows);
    const path = `${row.text}.${field.name}`;
    if (this.#choose(3) === 0) return `size(${path}) > ${this.#choose(3)}`;
    const type = field.type.name;
    return `${this.#choose(2) === 0 ? this.#literal(type) : this.#value(rows, type, 0).text} in ${path}`;
  }

  #timeTest(rows: readonly RowVariable[]): string {
    const a = this.#value(rows, 'DateTime', 0).text;
    const b = this.#value(rows, 'DateTime', 0).text;
    return this.#pick([
      `${a} - ${b} < duration("24h")`,
      `now - ${a} > duration("1h30m")`,
      `${a} + duration("24h") >= ${b}`,
      `${a} <= now - duration("10m")`,
      `duration("-24h") <= ${a} - ${b}`,
      `${this.#value(rows, 'Date', 0).text} <= now`,
    ]);
  }

  /** A path to a value of the type, or a calculation with one; a literal where no row in reach has one. */
  #value(rows: readonly RowVariable[], type: string, depth: number): { text: string } {
    if (depth > 0 && ['Int', 'Float', 'Decimal', 'BigInt'].includes(type) && this.#choose(3) === 0) {
      return this.#calculation(rows, type, depth);
    }
    if (type === 'Int' && depth > 0 && this.#choose(6) === 0) {
      return { text: `${this.#value(rows, 'String', 0).text}.size()` };
    }
    for (let attempt = 0; attempt < 8; attempt++) {
      const row = this.#toOnePath(rows);
      const fields = row.entity.fields.filter(
        (field) => field.kind === 'scalar' && !field.type.list && field.type.name === type,
      );
      const field = this.#pick(fields);
      if (field) return { text: `${row.text}.${field.name}` };
    }
    const fallback = FALLBACK[type];
    return { text: fallback ? `this.${fallback}` : this.#literal(type) };
  }

  #calculation(rows: readonly RowVariable[], type: string, depth: number): { text: string } {
    const operand = (): string => this.#value(rows, type, depth - 1).text;
    const ops = { Float: ['+', '-', '*', '/'], Decimal: ['+', '-', '*', '%'] }[type] ?? [
      '+',
      '-',
      '*',
      '/',
      '%',
    ];
    if (this.#choose(6) === 0) return { text: `-(${operand()})` };
    const right = this.#choose(2) === 0 ? operand() : this.#literal(type);
    return { text: `(${operand()} ${this.#pick(ops)} ${right})` };
  }

  #literal(type: string): string {
    const enumType = this.#app.enumByName.get(type);
    const value = this.#pick(poolOf(this.#app, { kind: enumType ? 'enum' : 'scalar', name: type }));
    return literalText(type, value);
  }
}

const TYPES = [
  'String',
  'Int',
  'Float',
  'BigInt',
  'Decimal',
  'Boolean',
  'DateTime',
  'Date',
  'Time',
  'UUID',
  'Role',
];
const MIXED = [
  ['Int', 'BigInt'],
  ['Int', 'Decimal'],
  ['BigInt', 'Decimal'],
  ['Int', 'Float'],
  ['Float', 'Int'],
  ['BigInt', 'Float'],
] as const;
/** Fields of `Task`, which every rule of the property tests is about. */
const FALLBACK: Readonly<Record<string, string>> = {
  String: 'title',
  Int: 'priority',
  Float: 'hours',
  BigInt: 'big',
  Decimal: 'cost',
  Boolean: 'done',
  DateTime: 'dueAt',
  Date: 'project.due',
  Time: 'detail.start',
  UUID: 'token',
  Role: 'status',
};
const PATTERNS = [
  `'^a'`,
  `'b$'`,
  `'^.$'`,
  `'a.b'`,
  `r'^\\w+$'`,
  `'[A-Z]'`,
  `'^(a|b)*$'`,
  `r'\\\\'`,
  `'^.{2}$'`,
];

function literalText(type: string, value: JsonValue): string {
  if (type === 'DateTime') return `timestamp(${JSON.stringify(value)})`;
  if (type === 'BigInt' || type === 'Decimal') return String(value);
  if (type === 'Float') return /^-?\d+$/.test(String(value)) ? `${String(value)}.0` : String(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function relationsOf(entity: Entity): readonly RelationField[] {
  return entity.fields.filter((field) => field.kind === 'relation');
}
