import fc from 'fast-check';

/**
 * What nested writes mean, said once more and as simply as possible: rows in maps, verbs one after another on a copy that
 * is thrown away when any of them fails. Rows are named by their unique names; ids only hold rows together.
 */
export interface Model {
  readonly rows: ReadonlyMap<number, Row>;
  readonly next: number;
}

type Kind = 'Team' | 'Person' | 'Room';

interface Row {
  readonly kind: Kind;
  name: string;
  score: number;
  /** Of a person or a room. */
  team: number | undefined;
  /** Of a person. */
  readonly likes: Set<number>;
}

export class ModelError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Fields of a create or update input. Relations of other kinds than the row's own are never generated. */
export interface Input {
  readonly name?: string;
  readonly score?: number;
  readonly addScore?: number;
  readonly team?: ToOne;
  readonly people?: ToMany;
  readonly rooms?: ToMany;
  readonly likes?: ToMany;
  readonly likedBy?: ToMany;
}

export type ToOne =
  | { readonly connect: string }
  | { readonly create: Input }
  | { readonly connectOrCreate: { readonly by: string; readonly create: Input } }
  | { readonly update: Input }
  | { readonly disconnect: true }
  | { readonly delete: true };

export interface ToMany {
  readonly set?: readonly string[];
  readonly disconnect?: readonly string[];
  readonly delete?: readonly string[];
  readonly create?: readonly Input[];
  readonly connect?: readonly string[];
  readonly connectOrCreate?: readonly { readonly by: string; readonly create: Input }[];
  readonly update?: readonly { readonly by: string; readonly input: Input }[];
}

export type Mutation =
  | { readonly verb: 'create'; readonly kind: Kind; readonly input: Input }
  | { readonly verb: 'update'; readonly kind: Kind; readonly by: string; readonly input: Input }
  | {
      readonly verb: 'upsert';
      readonly kind: Kind;
      readonly by: string;
      readonly create: Input;
      readonly input: Input;
    }
  | { readonly verb: 'delete'; readonly kind: Kind; readonly by: string };

export const emptyModel = (): Model => ({ rows: new Map(), next: 1 });

/** @throws ModelError, the model being unchanged */
export function applyToModel(model: Model, mutation: Mutation): Model {
  const world = new World(model);
  const found = mutation.verb === 'create' ? undefined : world.find(mutation.kind, mutation.by);
  if (mutation.verb === 'create') world.create(mutation.kind, mutation.input);
  else if (mutation.verb === 'upsert' && found === undefined) world.create(mutation.kind, mutation.create);
  else if (found === undefined) throw new ModelError('NOT_FOUND');
  else if (mutation.verb === 'delete') world.delete(found);
  else world.update(found, mutation.input);
  return world.model();
}

class World {
  readonly #rows: Map<number, Row>;
  #next: number;

  constructor({ rows, next }: Model) {
    this.#rows = new Map([...rows].map(([id, row]) => [id, { ...row, likes: new Set(row.likes) }]));
    this.#next = next;
  }

  model(): Model {
    return { rows: this.#rows, next: this.#next };
  }

  find(kind: Kind, name: string): number | undefined {
    return [...this.#rows].find(([, row]) => row.kind === kind && row.name === name)?.[0];
  }

  require(kind: Kind, name: string): number {
    const id = this.find(kind, name);
    if (id === undefined) throw new ModelError('NOT_FOUND');
    return id;
  }

  create(kind: Kind, input: Input, team?: number): number {
    const target = input.team === undefined ? team : this.#resolve(input.team);
    if (kind === 'Room' && target === undefined) throw new ModelError('BAD_USER_INPUT');
    const id = this.#next++;
    this.#rename(kind, input.name ?? '', id);
    const row: Row = {
      kind,
      name: input.name ?? '',
      score: input.score ?? 0,
      team: target,
      likes: new Set(),
    };
    this.#rows.set(id, row);
    this.#relate(id, input);
    return id;
  }

  update(id: number, input: Input): void {
    const row = this.#row(id);
    const { team } = input;
    let doomed: number | undefined;
    if (team && ('connect' in team || 'create' in team || 'connectOrCreate' in team)) {
      const target = this.#resolve(team);
      this.#set(row, id, input);
      row.team = target;
    } else if (team && 'update' in team) {
      if (row.team === undefined) throw new ModelError('NOT_FOUND');
      this.update(row.team, team.update);
      this.#set(row, id, input);
    } else if (team) {
      if (row.kind === 'Room') throw new ModelError('BAD_USER_INPUT');
      if ('delete' in team && row.team === undefined) throw new ModelError('NOT_FOUND');
      doomed = 'delete' in team ? row.team : undefined;
      this.#set(row, id, input);
      row.team = undefined;
    } else {
      this.#set(row, id, input);
    }
    if (doomed !== undefined) this.delete(doomed);
    this.#relate(id, input);
  }

  /** Teams with rooms stay, people lose their team, likes go with the person. */
  delete(id: number): void {
    for (const row of this.#rows.values()) {
      if (row.team === id && row.kind === 'Room') throw new ModelError('CONFLICT');
    }
    this.#rows.delete(id);
    for (const row of this.#rows.values()) {
      if (row.team === id) row.team = undefined;
      row.likes.delete(id);
    }
  }

  #row(id: number): Row {
    const row = this.#rows.get(id);
    if (!row) throw new ModelError('NOT_FOUND');
    return row;
  }

  #set(row: Row, id: number, input: Input): void {
    if (input.name !== undefined) this.#rename(row.kind, input.name, id);
    row.name = input.name ?? row.name;
    row.score = (input.score ?? row.score) + (input.addScore ?? 0);
  }

  #rename(kind: Kind, name: string, id: number): void {
    const other = this.find(kind, name);
    if (other !== undefined && other !== id) throw new ModelError('CONFLICT');
  }

  #resolve(team: ToOne): number {
    if ('connect' in team) return this.require('Team', team.connect);
    if ('create' in team) return this.create('Team', team.create);
    if (!('connectOrCreate' in team)) throw new Error('Not a verb that finds or makes a team');
    return this.find('Team', team.connectOrCreate.by) ?? this.create('Team', team.connectOrCreate.create);
  }

  #relate(id: number, input: Input): void {
    for (const relation of ['people', 'rooms', 'likes', 'likedBy'] as const) {
      const plan = input[relation];
      if (plan) this.#writeList(id, relation, plan);
    }
  }

  #writeList(owner: number, relation: 'people' | 'rooms' | 'likes' | 'likedBy', plan: ToMany): void {
    const kind: Kind = relation === 'rooms' ? 'Room' : 'Person';
    const linked = () => [...this.#rows.keys()].filter((id) => this.#isLinked(owner, relation, id));
    const present = (name: string) => {
      const id = this.require(kind, name);
      if (!this.#isLinked(owner, relation, id)) throw new ModelError('NOT_FOUND');
      return id;
    };
    if (kind === 'Room' && (plan.disconnect?.length ?? 0) > 0) throw new ModelError('BAD_USER_INPUT');
    if (plan.set) {
      const wanted = plan.set.map((name) => this.require(kind, name));
      for (const id of linked()) if (!wanted.includes(id)) this.#unlink(owner, relation, id);
      for (const id of wanted) this.#link(owner, relation, id);
    }
    for (const id of (plan.disconnect ?? []).map(present)) this.#unlink(owner, relation, id);
    for (const id of new Set((plan.delete ?? []).map(present))) this.delete(id);
    for (const input of plan.create ?? []) this.#makeLinked(owner, relation, kind, input);
    for (const id of (plan.connect ?? []).map((name) => this.require(kind, name)))
      this.#link(owner, relation, id);
    for (const { by, create } of plan.connectOrCreate ?? []) {
      const id = this.find(kind, by);
      if (id === undefined) this.#makeLinked(owner, relation, kind, create);
      else this.#link(owner, relation, id);
    }
    const updates = (plan.update ?? []).map(({ by, input }) => ({ id: present(by), input }));
    for (const { id, input } of updates) this.update(id, input);
  }

  #makeLinked(owner: number, relation: string, kind: Kind, input: Input): void {
    const nested = relation === 'people' || relation === 'rooms';
    const id = this.create(kind, input, nested ? owner : undefined);
    if (!nested) this.#link(owner, relation, id);
  }

  #isLinked(owner: number, relation: string, id: number): boolean {
    const row = this.#row(id);
    if (relation === 'likes') return this.#row(owner).likes.has(id);
    if (relation === 'likedBy') return row.likes.has(owner);
    return row.kind === (relation === 'rooms' ? 'Room' : 'Person') && row.team === owner;
  }

  #link(owner: number, relation: string, id: number): void {
    if (relation === 'likes') this.#row(owner).likes.add(id);
    else if (relation === 'likedBy') this.#row(id).likes.add(owner);
    else this.#row(id).team = owner;
  }

  #unlink(owner: number, relation: string, id: number): void {
    if (relation === 'likes') this.#row(owner).likes.delete(id);
    else if (relation === 'likedBy') this.#row(id).likes.delete(owner);
    else if (relation === 'rooms') throw new ModelError('BAD_USER_INPUT');
    else this.#row(id).team = undefined;
  }
}

/** The model in the form of the query that reads everything. */
export function snapshot({ rows }: Model): unknown {
  const named = (ids: Iterable<number>) =>
    [...ids].map((id) => ({ name: rows.get(id)?.name ?? '?' })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = [...rows].sort(([, a], [, b]) => (a.name < b.name ? -1 : 1));
  const where = (test: (row: Row) => boolean) => named(all.filter(([, row]) => test(row)).map(([id]) => id));
  const team = (row: Row) => (row.team === undefined ? null : { name: rows.get(row.team)?.name });
  const of = <T>(kind: Kind, make: (row: Row, id: number) => T): T[] =>
    all.filter(([, row]) => row.kind === kind).map(([id, row]) => make(row, id));
  return {
    teams: of('Team', (row, id) => ({
      name: row.name,
      score: row.score,
      people: where((one) => one.kind === 'Person' && one.team === id),
      rooms: where((one) => one.kind === 'Room' && one.team === id),
    })),
    people: of('Person', (row, id) => ({
      name: row.name,
      score: row.score,
      team: team(row),
      likes: named(row.likes),
      likedBy: where((one) => one.likes.has(id)),
    })),
    rooms: of('Room', (row) => ({ name: row.name, score: row.score, team: team(row) })),
  };
}

/** The mutation as GraphQL. */
export function toGraphql(mutation: Mutation): string {
  const { kind } = mutation;
  if (mutation.verb === 'create') return `create${kind}(input: ${print(mutation.input)}) { id }`;
  const where = `{ name: { eq: "${mutation.by}" } }`;
  if (mutation.verb === 'upsert') {
    return `upsert${kind}(by: { name: "${mutation.by}" }, create: ${print(mutation.create)}, update: ${print(mutation.input)}) { id }`;
  }
  // By name, so that ids need not be known: a batch of one, or the NOT_FOUND of a lookup that finds none.
  const guard = `find: upsert${kind}(by: { name: "${mutation.by}" }, create: ${nothing(kind)}, update: {}) { id }`;
  if (mutation.verb === 'delete') return `${guard} delete${plural(kind)}(where: ${where}) { count }`;
  return `${guard} upsert${kind}(by: { name: "${mutation.by}" }, create: ${nothing(kind)}, update: ${print(mutation.input)}) { id }`;
}

/** A create input that always fails: it connects to what does not exist. */
function nothing(kind: Kind): string {
  const missing = '{ name: "no such row" }';
  return kind === 'Team'
    ? `{ name: "?", people: { connect: [${missing}] } }`
    : `{ name: "?", team: { connect: ${missing} } }`;
}

const plural = (kind: Kind): string => ({ Team: 'Teams', Person: 'People', Room: 'Rooms' })[kind];

function print(input: Input): string {
  const parts = Object.entries(input).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (key === 'name') return [`name: ${JSON.stringify(value)}`];
    if (key === 'score') return [`score: ${value}`];
    if (key === 'addScore') return [`increment: { score: ${value} }`];
    return [`${key}: ${printVerbs(value as Record<string, unknown>)}`];
  });
  return `{ ${parts.join(', ')} }`;
}

function printVerbs(verbs: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(verbs).flatMap(([verb, value]) =>
    value === undefined
      ? []
      : [`${verb}: ${Array.isArray(value) ? `[${value.map(printOne).join(', ')}]` : printOne(value)}`],
  );
  return `{ ${parts.join(', ')} }`;
}

function printOne(value: unknown): string {
  if (value === true) return 'true';
  if (typeof value === 'string') return `{ name: "${value}" }`;
  const { by, create, input } = value as { by?: string; create?: Input; input?: Input };
  if (by !== undefined && create) return `{ by: { name: "${by}" }, create: ${print(create)} }`;
  if (by !== undefined) return `{ by: { name: "${by}" }, input: ${print(input ?? {})} }`;
  return print(value as Input);
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const name = () => fc.constantFrom(...NAMES);
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 2 });
const maybe = <T>(item: fc.Arbitrary<T>) => fc.option(item, { nil: undefined, freq: 2 });

/** Mutations over a handful of names, so that they meet what others have made. */
export function mutations(): fc.Arbitrary<Mutation> {
  const kind = fc.constantFrom<Kind>('Team', 'Person', 'Room');
  return kind.chain((of) =>
    fc.oneof(
      {
        weight: 4,
        arbitrary: createInput(of, 2).map((input): Mutation => ({ verb: 'create', kind: of, input })),
      },
      {
        weight: 5,
        arbitrary: fc
          .tuple(name(), updateInput(of, 2))
          .map(([by, input]): Mutation => ({ verb: 'update', kind: of, by, input })),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(name(), createInput(of, 1), updateInput(of, 1)).map(
          ([by, create, input]): Mutation => ({
            verb: 'upsert',
            kind: of,
            by,
            create: { ...create, name: by },
            input,
          }),
        ),
      },
      { weight: 1, arbitrary: name().map((by): Mutation => ({ verb: 'delete', kind: of, by })) },
    ),
  );
}

function createInput(kind: Kind, depth: number, back?: keyof Input): fc.Arbitrary<Input> {
  const attach = (target: Kind, from: keyof Input) => without(toMany(target, depth - 1, from, false));
  const relations = relationsOf(kind, depth, back, attach);
  const team = back === 'team' || kind === 'Team' ? fc.constant(undefined) : toOne(depth - 1, kind, false);
  const base = { name: name(), score: maybe(fc.integer({ min: 0, max: 9 })) };
  const teamed = kind === 'Room' && back !== 'team' ? team : maybe(team);
  return fc.record({ ...base, team: teamed, ...relations }).map((input) => clean(input) as Input);
}

function updateInput(kind: Kind, depth: number, back?: keyof Input): fc.Arbitrary<Input> {
  const relations = relationsOf(kind, depth, back, (target, from) => toMany(target, depth - 1, from, true));
  const team =
    back === 'team' || kind === 'Team' || depth <= 0
      ? fc.constant(undefined)
      : maybe(toOne(depth - 1, kind, true));
  const numbers = fc.oneof(
    fc.constant({}),
    fc.record({ score: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ addScore: fc.integer({ min: -3, max: 3 }) }),
  );
  return fc
    .tuple(fc.record({ name: fc.option(name(), { nil: undefined, freq: 1 }), team, ...relations }), numbers)
    .map(([fields, more]) => clean({ ...fields, ...more }) as Input);
}

/** At most one list of each: `likes` and `likedBy` at once would make the order of fields matter. */
function relationsOf(
  kind: Kind,
  depth: number,
  back: keyof Input | undefined,
  list: (target: Kind, back: keyof Input) => fc.Arbitrary<ToMany>,
): {
  readonly people: fc.Arbitrary<ToMany | undefined>;
  readonly rooms: fc.Arbitrary<ToMany | undefined>;
  readonly likes: fc.Arbitrary<ToMany | undefined>;
  readonly likedBy: fc.Arbitrary<ToMany | undefined>;
} {
  const never = fc.constant(undefined);
  const isTeam = kind === 'Team' && depth > 0;
  const isPerson = kind === 'Person' && depth > 0;
  return {
    people: isTeam && back !== 'people' ? maybe(list('Person', 'team')) : never,
    rooms: isTeam && back !== 'rooms' ? maybe(list('Room', 'team')) : never,
    likes: isPerson && back !== 'likes' ? maybe(list('Person', 'likedBy')) : never,
    likedBy: isPerson && back === 'likes' ? maybe(list('Person', 'likes')) : never,
  };
}

function toOne(depth: number, owner: Kind, existing: boolean): fc.Arbitrary<ToOne> {
  const back: keyof Input = owner === 'Room' ? 'rooms' : 'people';
  const attach: fc.Arbitrary<ToOne>[] = [
    name().map((connect) => ({ connect })),
    createInput('Team', depth, back).map((create) => ({ create })),
    fc
      .tuple(name(), createInput('Team', depth, back))
      .map(([by, create]) => ({ connectOrCreate: { by, create: { ...create, name: by } } })),
  ];
  const change: fc.Arbitrary<ToOne>[] = [
    updateInput('Team', depth, back).map((update) => ({ update })),
    // A room's team is required: input that would take it away is refused before anything is looked up.
    ...(owner === 'Room'
      ? []
      : [fc.constant<ToOne>({ disconnect: true }), fc.constant<ToOne>({ delete: true })]),
  ];
  return fc.oneof(...attach, ...(existing ? change : []));
}

function toMany(target: Kind, depth: number, back: keyof Input, existing: boolean): fc.Arbitrary<ToMany> {
  const create = createInput(target, depth, back);
  const found = fc.tuple(name(), create).map(([by, one]) => ({ by, create: { ...one, name: by } }));
  const change = fc.tuple(name(), updateInput(target, depth, back)).map(([by, input]) => ({ by, input }));
  const rare = <T>(item: fc.Arbitrary<T>) => fc.option(item, { nil: undefined, freq: 1 });
  const once = few(name()).map((list) => [...new Set(list)]);
  return fc
    .record({
      set: existing ? rare(once) : fc.constant(undefined),
      disconnect:
        existing && target !== 'Room' ? rare(fc.array(name(), { maxLength: 1 })) : fc.constant(undefined),
      delete: existing ? rare(fc.array(name(), { maxLength: 1 })) : fc.constant(undefined),
      create: rare(few(create)),
      connect: rare(once),
      connectOrCreate: rare(few(found)),
      update: existing ? rare(few(change)) : fc.constant(undefined),
    })
    .map((verbs) => clean(verbs) as ToMany);
}

/** Verbs that an update has only. */
function without(list: fc.Arbitrary<ToMany>): fc.Arbitrary<ToMany> {
  return list.map(
    ({ create, connect, connectOrCreate }) => clean({ create, connect, connectOrCreate }) as ToMany,
  );
}

function clean<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
