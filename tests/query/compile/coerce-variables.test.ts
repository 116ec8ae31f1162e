import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, getVariableValues, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { variableCoercer } from '../../../src/query/compile/coerce-variables.ts';

const schema = buildSchema(`
  enum Color { RED GREEN }
  input By @oneOf { id: ID name: String }
  input Leaf { n: Int! x: Float = 0.5 color: Color = RED tags: [String!] = ["a"] }
  input Tree { id: ID leaf: Leaf leaves: [Leaf!] trees: [[Tree]] by: By flag: Boolean! = true must: String! }
  type Query { f(tree: Tree, leaves: [Leaf!], by: By, color: Color): Int }
`);

function operationOf(text: string) {
  const [operation] = parse(text).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('No operation');
  return operation;
}

function bothWays(made: GraphQLSchema, text: string, variables: Record<string, unknown>): [unknown, unknown] {
  const operation = operationOf(text);
  const { coerced } = getVariableValues(made, operation.variableDefinitions ?? [], variables);
  return [variableCoercer(made, operation)(variables), coerced];
}

const ALL = `query ($tree: Tree, $must: Tree!, $leaves: [Leaf!] = [{ n: 1 }], $by: By, $color: Color! = GREEN, $n: [Int!]!, $s: String = null, $flag: Boolean) { f }`;

const leaf = fc.oneof(
  fc.integer({ min: -3e9, max: 3e9 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, '', 'RED', 'BLUE', '12', 'x', 1, 0, {}, []),
);
const KEYS = [
  'id',
  'name',
  'n',
  'x',
  'color',
  'tags',
  'leaf',
  'leaves',
  'trees',
  'by',
  'flag',
  'must',
  'other',
  'constructor',
];
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4 }),
}));
/** Likely to fit. */
const goodLeaf = fc.record(
  {
    n: fc.integer({ min: -9, max: 9 }),
    x: fc.float({ noNaN: true, noDefaultInfinity: true }),
    color: fc.constantFrom('RED', 'GREEN'),
    tags: fc.array(fc.string()),
  },
  { requiredKeys: ['n'] },
);
const goodTree = fc.record(
  {
    must: fc.string(),
    id: fc.oneof(fc.string(), fc.integer()),
    leaf: goodLeaf,
    leaves: fc.oneof(goodLeaf, fc.array(goodLeaf)),
    by: fc.record({ id: fc.string() }),
    flag: fc.boolean(),
  },
  { requiredKeys: ['must'] },
);
/** Mostly what fits, so that not all are refused. */
const mostly = <T>(fitting: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fitting as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: value });

const variables = fc.record(
  {
    tree: mostly(goodTree),
    must: mostly(goodTree),
    leaves: mostly(fc.array(goodLeaf)),
    by: mostly(fc.record({ name: fc.string() })),
    color: mostly(fc.constantFrom('RED', 'GREEN')),
    n: mostly(fc.oneof(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 0, max: 9 }))),
    s: mostly(fc.string()),
    flag: mostly(fc.boolean()),
    unasked: leaf,
  },
  { requiredKeys: ['must', 'n'] },
);

describe('variables are coerced as graphql-js does', () => {
  it('whatever is sent', () => {
    let fitting = 0;
    fc.assert(
      fc.property(variables, (sent) => {
        const [own, theirs] = bothWays(schema, ALL, sent as Record<string, unknown>);
        expect(own).toEqual(theirs);
        if (theirs) fitting += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(fitting).toBeGreaterThan(300);
  });

  it.each([
    ['a default', 'query ($a: Int = 3) { f }', {}],
    ['a default that is null', 'query ($a: Int = null) { f }', {}],
    ['nothing', 'query ($a: Int) { f }', {}],
    ['null', 'query ($a: Int) { f }', { a: null }],
    ['null for a default', 'query ($a: Int! = 3) { f }', { a: null }],
    ['what is missing', 'query ($a: Int!) { f }', {}],
    ['one for a list', 'query ($a: [[Int!]]) { f }', { a: 3 }],
    ['an object for a list', 'query ($a: [By!]) { f }', { a: { id: 'x' } }],
    ['two of one', 'query ($a: By) { f }', { a: { id: 'x', name: 'y' } }],
    ['none of one', 'query ($a: By) { f }', { a: {} }],
    ['null of one', 'query ($a: By) { f }', { a: { id: null } }],
    ['a list for an object', 'query ($a: By) { f }', { a: ['x'] }],
    ['a type that is no input', 'query ($a: Query) { f }', { a: {} }],
    ['a type that is none', 'query ($a: Nothing) { f }', { a: {} }],
  ])('%s', (_, text, sent) => {
    const [own, theirs] = bothWays(schema, text, sent);
    expect(own).toEqual(theirs);
  });
});
