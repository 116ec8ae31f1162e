/**
 * What guards cost: one operation over 1,000 rows × 9 fields through graphql-js, with and without them, on rows in memory
 * so that nothing hides behind a database. Run: node --import tsx bench/guards.ts
 */
// The project's own copy: the bench's packages bring a second one, which is nearer and refuses the schemas of this one.
import { execute, type GraphQLObjectType, type GraphQLSchema, parse } from '../node_modules/graphql/index.js';
import { scalarTypes } from '../src/emit/index.ts';
import { buildApp } from '../src/pipeline.ts';
import { buildExecutableSchema } from '../src/query/build-executable-schema.ts';
import { postsOf } from '../src/query/guards/attach-guards.ts';
import { admitOperation } from '../src/query/guards/index.ts';
import { RequestScope } from '../src/query/request-scope.ts';
import { writeResolvers } from '../src/query/write/index.ts';

const ROWS = 1000;
const ROUNDS = 500;

const text = `type Row @model @access(read: "viewer != null") {
  id: ID!
  a: String! b: String! c: Int! d: Int! e: Boolean! f: String!
  g: String @access(read: "viewer != null")
  h: Int @access(read: "this.a == viewer.id")
}`;
const built = buildApp([{ file: 'schema.graphql', text }], []);
const rows = Array.from({ length: ROWS }, (_, index) => ({
  id: String(index),
  a: 'a',
  b: 'b',
  c: index,
  d: 2,
  e: true,
  f: 'f',
  g: 'g',
  h: index % 2 ? null : 3,
}));
const document = parse('{ rows { id a b c d e f g h } }');

function makeSchema(): GraphQLSchema {
  return buildExecutableSchema({
    app: built.app,
    rules: built.rules,
    apiSdl: built.apiSdl,
    scalars: scalarTypes,
    writeResolvers: writeResolvers(built.app, built.rules),
    customResolvers: {},
  });
}

type Way = 'none' | 'guards' | 'guards, not admitted before';

function schemaFor(way: Way): GraphQLSchema {
  const schema = makeSchema();
  const query = schema.getQueryType()?.getFields().rows;
  const guard = query?.resolve;
  // The resolver below the guard answers rows at once; the guard itself is the real one.
  if (query && guard) {
    query.resolve =
      way === 'none'
        ? async () => rows
        : async (source, args, context, info) => {
            const post = postsOf(schema).get(query);
            if (post && post.known(context.scope) === undefined) await post.judge(context.scope);
            return post?.known(context.scope) === null ? rows : guard(source, args, context, info);
          };
  }
  if (way === 'none') {
    const type = schema.getType('Row') as GraphQLObjectType;
    for (const name of ['g', 'h'] as const) {
      const field = type.getFields()[name];
      // As the resolver of a value is without a guard: a missing one would be loaded.
      if (field) field.resolve = (row) => (row as Record<string, unknown>)[name] ?? null;
    }
  }
  return schema;
}

function makeScope(): RequestScope {
  return new RequestScope({
    app: built.app,
    rules: built.rules,
    db: undefined as never,
    viewer: { kind: 'viewer', id: 'a' },
    now: new Date(),
    limits: { defaultPageSize: 1000, maxPageSize: 1000, maxListLength: 1000 },
  });
}

async function once(schema: GraphQLSchema, way: Way): Promise<number> {
  const scope = makeScope();
  const started = performance.now();
  if (way === 'guards') await admitOperation(schema, document, scope);
  const result = await execute({ schema, document, contextValue: { scope } });
  if (result.errors) throw result.errors[0];
  return performance.now() - started;
}

const ways: readonly Way[] = ['none', 'guards', 'guards, not admitted before'];
const schemas = new Map(ways.map((way) => [way, schemaFor(way)]));
const times = new Map<Way, number[]>(ways.map((way) => [way, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const way of ways) {
    const took = await once(schemas.get(way) as GraphQLSchema, way);
    if (round >= 50) times.get(way)?.push(took);
  }
}
// The fastest tenth: what the machine does beside this shows in the slower ones.
const typical = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[Math.floor(all.length / 10)] ?? 0;
const base = typical(times.get('none') ?? []);
for (const way of ways) {
  const took = typical(times.get(way) ?? []);
  console.log(`${way.padEnd(28)} ${took.toFixed(3)} ms  ${(took / base).toFixed(3)} ×`);
}
