import type { ViewerState } from '../../../src/model/viewer.ts';
import type { Dice } from './dice.ts';

/** Rules of every kind: open, by row, by relation, by role, by field, by time, none; and every scalar. */
export const SDL = `
enum Level { LOW MID HIGH }
type Person @model @user @access(read: "true", create: "true") {
  id: ID!
  email: String! @unique
  name: String
  roles: [String!]!
  secret: String @access(read: "this.id == viewer.id")
  team: Team
  profile: Profile
  tasks: [Task!]!
  watched: [Task!]! @relation(name: "watching")
}
type Team @model @access(read: "viewer != null && (this.open || this.people.exists(p, p.id == viewer.id))") {
  id: ID!
  name: String! @unique
  open: Boolean!
  people: [Person!]!
  tasks: [Task!]!
}
type Profile @model @access(read: "this.person.id == viewer.id || this.public") {
  id: ID!
  person: Person! @unique
  public: Boolean!
  bio: String
}
type Task @model @access(read: "this.level != 'HIGH' || this.owner.id == viewer.id || 'admin' in viewer.roles") {
  id: ID!
  title: String! @search
  level: Level
  points: Int
  ratio: Float
  price: Decimal
  size: BigInt
  due: DateTime
  day: Date
  at: Time
  code: UUID
  blob: Bytes
  data: JSON
  done: Boolean!
  labels: [String!]!
  levels: [Level!]!
  prices: [Decimal!]!
  ratios: [Float!]!
  dues: [DateTime!]!
  hidden: Int @access(read: "viewer != null && this.points > 0")
  never: String @access(read: "false")
  owner: Person
  team: Team @access(read: "this.points != 1")
  watchers: [Person!]! @relation(name: "watching")
  notes: [Note!]! @access(read: "viewer != null && this.points != 7")
  double: Int @computed(sql: "points * 2")
}
type Note @model @access(read: "can(this.task, 'read') && this.until > now") {
  id: ID! @id(auto: INT)
  task: Task!
  text: String
  until: DateTime
}
type Slip @model @access(read: "viewer != null") @unique(fields: ["left", "right"]) {
  id: ID! @id(auto: NONE)
  left: Int!
  right: Int!
  mark: Mark
}
type Mark @model @access(read: "true") {
  id: ID! @id(auto: NONE) @column(type: "char(6)")
  label: String @column(type: "char(4)")
  slips: [Slip!]!
}
`;

export const uuid = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

export const VIEWERS: readonly ViewerState[] = [
  { kind: 'admin' },
  { kind: 'signedOut' },
  { kind: 'viewer', id: uuid(1), roles: [] },
  { kind: 'viewer', id: uuid(2), roles: ['admin'] },
  { kind: 'viewer', id: uuid(3), roles: [] },
  { kind: 'viewer', id: 'nobody', roles: [] },
];

export const TEXTS = [
  '',
  'a',
  'B',
  'b%',
  'ä "q" \\ / \b\f\n\r\t\u0001\u007f',
  'z_',
  '😀 \u2028',
  "it's",
  'two words',
];
export const FLOATS = [
  0, -0, 1, -1.5, 0.1, 1e15, 1e20, 1e21, 123456789012345680, 1e-4, 1.5e-5, 1e-7, 5e-324, 1e300,
];
export const DECIMALS = ['0', '-1.25', '10', '10.5', '99999999999999999999.000000001', '1000'];
export const BIGINTS = ['0', '-9007199254740993', '9223372036854775807', '12'];
export const TIMES = [
  '2020-01-01T00:00:00.000Z',
  '2024-02-29T23:59:59.999Z',
  '2024-03-01T12:00:00.000Z',
  '2030-06-01T00:00:00.000Z',
];
export const DAYS = ['2020-01-01', '2024-02-29', '1999-12-31'];
export const CLOCKS = ['00:00:00', '09:30:00.25', '23:59:59.999'];
export const JSONS = [
  null,
  1,
  1.0,
  'x',
  true,
  [1, 2.5, { b: 1, a: [] }],
  { b: 1, aa: { '10': 1, '9': 2 }, a: 1e20 },
  {},
];
export const BLOBS = ['', 'aGVsbG8=', 'AAECAw=='];

type Run = (sql: string) => Promise<unknown>;

/** Few rows with many nulls and ties, in tables of their own making. */
export async function fillRandomly(run: Run, dice: Dice): Promise<void> {
  const maybe = <T>(items: readonly T[]): T | null => (dice.chance(0.25) ? null : dice.pick(items));
  const some = <T>(items: readonly T[]): T[] => Array.from({ length: dice.below(4) }, () => dice.pick(items));
  const many = <T>(count: number, make: (n: number) => T): T[] =>
    Array.from({ length: dice.below(count + 1) }, (_, n) => make(n + 1));
  const teams = many(3, (n) => ({ id: uuid(100 + n), name: `team ${n}`, open: dice.chance(0.5) }));
  const people = [1, 2, 3, ...many(3, (n) => 3 + n)].map((n) => ({
    id: uuid(n),
    email: `p${n}@x.org`,
    name: maybe(TEXTS),
    roles: some(['admin', 'x']),
    secret: maybe(TEXTS),
    teamId: maybe([null, ...teams.map((team) => team.id)]),
  }));
  const profiles = people
    .filter(() => dice.chance(0.5))
    .map((person, n) => ({
      id: uuid(200 + n),
      personId: person.id,
      public: dice.chance(0.5),
      bio: maybe(TEXTS),
    }));
  const tasks = many(12, (n) => ({
    id: uuid(300 + n),
    title: dice.pick(TEXTS),
    level: maybe(['LOW', 'MID', 'HIGH']),
    points: maybe([-2, 0, 1, 2, 7, 1073741823]),
    ratio: maybe(FLOATS),
    price: maybe(DECIMALS),
    size: maybe(BIGINTS),
    due: maybe(TIMES),
    day: maybe(DAYS),
    at: maybe(CLOCKS),
    code: maybe([uuid(7), uuid(8)]),
    blob: maybe(BLOBS),
    data: maybe(JSONS),
    done: dice.chance(0.5),
    labels: some(TEXTS),
    levels: some(['LOW', 'MID', 'HIGH']),
    prices: some(DECIMALS),
    ratios: some(FLOATS),
    dues: some(TIMES),
    hidden: maybe([1, 2]),
    never: maybe(TEXTS),
    ownerId: maybe(people.map((person) => person.id)),
    teamId: maybe([null, ...teams.map((team) => team.id)]),
  }));
  const notes =
    tasks.length === 0
      ? []
      : many(10, (n) => ({ id: n, taskId: dice.pick(tasks).id, text: maybe(TEXTS), until: maybe(TIMES) }));
  const watching = people.flatMap((person) =>
    tasks.filter(() => dice.chance(0.3)).map((task) => ({ A: person.id, B: task.id })),
  );
  const marks = many(3, (n) => ({ id: `m${n}`, label: maybe(['', 'a', 'b ', ' c']) }));
  const slips = many(5, (n) => ({
    id: dice.pick(['s', 'slip ', '7', uuid(1)]) + n,
    left: n % 2,
    right: n,
    markId: maybe([null, ...marks.map((mark) => mark.id)]),
  }));
  const statements = [
    'TRUNCATE "Person", "Team", "Profile", "Task", "Note", "Slip", "Mark", "_watching" CASCADE',
    insert('Team', teams),
    insert('Person', people),
    insert('Profile', profiles),
    insert('Task', tasks),
    insert('Note', notes),
    insert('_watching', watching),
    insert('Mark', marks),
    insert('Slip', slips),
  ];
  await run(statements.join(';\n'));
}

function insert(table: string, rows: readonly Record<string, unknown>[]): string {
  const [first] = rows;
  if (!first) return 'SELECT 1';
  const columns = Object.keys(first)
    .map((name) => `"${name}"`)
    .join(', ');
  const tuples = rows.map(
    (row) =>
      `(${Object.entries(row)
        .map(([name, value]) => literal(name, value))
        .join(', ')})`,
  );
  return `INSERT INTO "${table}" (${columns}) VALUES ${tuples.join(', ')}`;
}

function literal(name: string, value: unknown): string {
  if (name === 'data') return value === null ? 'NULL' : `${quoted(JSON.stringify(value))}::jsonb`;
  if (value === null) return 'NULL';
  if (name === 'blob') return `decode(${quoted(String(value))}, 'base64')`;
  if (Array.isArray(value)) {
    const types: Record<string, string> = {
      levels: '"Level"',
      prices: 'numeric',
      ratios: 'float8',
      dues: 'timestamptz',
    };
    return `ARRAY[${value.map((item) => quoted(spelled(item))).join(', ')}]::${types[name] ?? 'text'}[]`;
  }
  return quoted(spelled(value));
}

const spelled = (value: unknown): string => (Object.is(value, -0) ? '-0' : String(value));
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
