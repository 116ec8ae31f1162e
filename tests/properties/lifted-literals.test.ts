import fc from 'fast-check';
import {
  type DocumentNode,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isInputType,
  Kind,
  Lexer,
  parse,
  parseValue,
  print,
  Source,
  TokenKind,
  typeFromAST,
  validate,
  visit,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromByteText } from '../../src/kit/byte-text.ts';
import type { ViewerState } from '../../src/model/viewer.ts';
import { liftLiterals, type SplitText, splitText, valuesOf } from '../../src/query/compile/index.ts';
import { OperationCosts } from '../../src/query/cost/operation-costs.ts';
import { startTwoPaths, type TwoPaths } from '../query/compile/two-paths.ts';
import { Dice } from './paths/dice.ts';
import { randomMutation, WRITABLE_SDL } from './paths/random-mutation.ts';
import { type RandomOperation, randomOperation, written } from './paths/random-operation.ts';
import { DAYS, DECIMALS, fillRandomly, TEXTS, TIMES, uuid, VIEWERS } from './paths/random-world.ts';

/**
 * Random operations with values in their texts, beside the same with variables in their place. `LIFT_MINUTES=5` goes on for
 * minutes; a failure names its seed, which `LIFT_SEED` repeats.
 */
const minutes = Number(process.env.LIFT_MINUTES ?? 0);
const seed = process.env.LIFT_SEED === undefined ? undefined : Number(process.env.LIFT_SEED);

let paths: TwoPaths;
let costs: OperationCosts;
beforeAll(async () => {
  paths = await startTwoPaths(WRITABLE_SDL);
  const { built, schema } = paths.reads;
  const limits = { pageDefault: 100, pageMax: 1_000, inputRows: 1_000 };
  costs = new OperationCosts({ app: built.app, schema, limits });
});
afterAll(() => paths?.reads.stop());

describe('a text with its literals taken out', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom('a', 'a1', '_9', '$b2', '{', '}', '(', ')', '[', ']', ':', '...', '!', '@', '=', '|'),
      fc.constantFrom('""', '"""', '"#"', '"\\""', '"\\\\"', '"\\u0041"', '"a\\nb"', '#c\n', '# "x"\n', '"'),
      fc.constantFrom('0', '-0', '-1', '007', '1.5', '1e5', '12', '1a', '2147483648', '-', ',', ' ', '\n'),
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => JSON.stringify(text)),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 12 },
  );

  it('is what a lexer makes of it, or none', () => {
    let split = 0;
    fc.assert(
      fc.property(
        pieces.chain((all) => fc.constantFrom(all.join(''), all.join(' '))),
        (text) => {
          const parts = splitText(text);
          if (!parts) return;
          const tokens = tokensOf(text);
          // What is no GraphQL is no text that was answered, so nothing is made of it; and `1-1` is taken for one piece.
          if (!tokens || /\d[-+]/.test(text)) return;
          split++;
          const whole = ({ kind, value }: LexerToken) =>
            kind === TokenKind.STRING || (kind === TokenKind.INT && value !== '-0');
          expect(parts.literals.map(read)).toEqual(tokens.filter(whole).map(({ value }) => value));
          expect(parts.starts).toEqual(tokens.filter(whole).map(({ start }) => start));
          let rest = parts.key;
          for (const literal of parts.literals) rest = rest.replace(/["#]/, () => `\u0000${literal.length}`);
          expect(rest).not.toMatch(/["#]/);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(split).toBeGreaterThan(100);
  });

  it('is the same for texts that differ in these alone', () => {
    const key = (text: string) => splitText(text)?.key;
    expect(key('{ a(b: "x", c: 1) }')).toBe(key('{ a(b: "", c: -20) }'));
    expect(key('{ a(b: "x") }')).not.toBe(key('{ a(b: 1) }'));
    expect(key('{ a(b: "x") }')).not.toBe(key('{ a(c: "x") }'));
    expect(key('{ a1(b: "x") }')).not.toBe(key('{ a2(b: "x") }'));
    expect(key('{ a(b: 1.5, c: 1) }')).not.toBe(key('{ a(b: 2.5, c: 1) }'));
    for (const none of [
      '{ a }',
      '{ a(b: """x""") }',
      '{ a(b: "\\u0041") } ',
      '{ a(b: "x") } # c',
      '"\ud800"',
    ])
      expect(key(none), none).toBeUndefined();
    expect(key(`{ a(b: [${Array(300).fill(1)}]) }`)).toBeUndefined();
  });
});

const counts = { asked: 0, lifted: 0, answered: 0, invalid: 0 };

describe('variables in the place of literals', () => {
  it('are answered the same bytes, at the same cost', { timeout: minutes * 60_000 + 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (number) => {
        const dice = new Dice(number);
        const statements: string[] = [];
        await fillRandomly(async (sql) => statements.push(sql), dice);
        await paths.reads.run(statements.join(';'));
        for (let operation = 0; operation < 30; operation++) await compare(dice);
      }),
      {
        endOnFailure: true,
        numRuns: minutes > 0 ? 1_000_000 : 6,
        interruptAfterTimeLimit: minutes > 0 ? minutes * 60_000 : 15_000,
        ...(seed !== undefined && { examples: [[seed]], numRuns: 1 }),
      },
    );
    if (minutes > 0) console.log(counts);
    expect(counts.lifted).toBeGreaterThan(counts.asked * 0.3);
    expect(counts.answered).toBeGreaterThan(counts.asked * 0.3);
    expect(counts.invalid).toBeGreaterThan(0);
    expect(paths.faults).toEqual([]);
  });

  it('are the same arguments of mutations', { timeout: 60_000 }, () => {
    let same = 0;
    const { schema } = paths.reads;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (number) => {
        const dice = new Dice(number);
        for (const { text, document, lifted, sent, all } of textsOf(
          inline(randomMutation(schema, dice)),
          dice,
        )) {
          const theirs = argumentsOf(lifted, all);
          const isValid = validate(schema, document).length === 0;
          expect(theirs, text).toEqual(isValid ? argumentsOf(document, sent) : undefined);
          if (theirs) same++;
        }
      }),
      { numRuns: 300 },
    );
    expect(same).toBeGreaterThan(300);
  });
});

interface Text {
  readonly text: string;
  readonly document: DocumentNode;
  readonly lifted: DocumentNode;
  readonly sent: Readonly<Record<string, unknown>>;
  /** What was sent, and what was lifted. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** An operation with its own literals and with others: what was made of the first has to do for them. */
function textsOf({ source, variables }: RandomOperation, dice: Dice): readonly Text[] {
  const split = splitText(source);
  const lifted = split && liftLiterals(paths.reads.schema, parse(source), split);
  if (!split || !lifted) return [];
  const texts = [source, ...[1, 2, 3].map(() => withOthers(source, split, dice))];
  return texts.flatMap((text): readonly Text[] => {
    const other = splitText(text);
    expect(other?.key, text).toBe(split.key);
    const isFixed = fixedOf(split, lifted.variables).every(
      (at) => other?.literals[at] === split.literals[at],
    );
    if (!other || !isFixed) return [];
    const sent = variables(0);
    const all = { ...sent, ...valuesOf(lifted.variables, other.literals) };
    return [{ text, document: parse(text), lifted: lifted.document, sent, all }];
  });
}

async function compare(dice: Dice): Promise<void> {
  const texts = textsOf(randomOperation(paths.reads.schema, dice), dice);
  counts.asked++;
  if (texts.length > 0) counts.lifted++;
  for (const { text, document, lifted, sent, all } of texts) {
    const said = JSON.stringify({ text, sent });
    const viewer = dice.pick(VIEWERS);
    const answer = await answered(lifted, all, viewer);
    if (validate(paths.reads.schema, document).length > 0) {
      counts.invalid++;
      expect(answer, said).toBeUndefined();
      continue;
    }
    expect(answer, said).toBe(await answered(document, sent, viewer));
    if (answer === undefined) continue;
    counts.answered++;
    expect(costOf(lifted, all), said).toBe(costOf(document, sent));
  }
}

/** The same operation with all of its variables' values in its text. */
function inline({ source, variables }: RandomOperation): RandomOperation {
  const { schema } = paths.reads;
  const document = parse(source);
  const types = new Map(
    getOperationAST(document)?.variableDefinitions?.map(({ variable, type }) => [
      variable.name.value,
      typeFromAST(schema, type),
    ]),
  );
  const text = visit(document, {
    OperationDefinition: (node) => ({ ...node, variableDefinitions: [] }),
    Variable({ name }) {
      const type = types.get(name.value);
      return isInputType(type) ? parseValue(written(variables(0)[name.value] ?? null, type)) : undefined;
    },
  });
  return { source: print(text), variables: () => ({}) };
}

/** Of each root field; undefined where something does not fit. */
function argumentsOf(document: DocumentNode, variables: Readonly<Record<string, unknown>>): unknown {
  const { schema } = paths.reads;
  const operation = getOperationAST(document);
  const fields = schema.getMutationType()?.getFields() ?? {};
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
  if (!coerced) return undefined;
  try {
    return operation?.selectionSet.selections.map((node) => {
      const field = node.kind === Kind.FIELD ? fields[node.name.value] : undefined;
      return node.kind === Kind.FIELD && field ? getArgumentValues(field, node, coerced) : undefined;
    });
  } catch {
    return undefined;
  }
}

async function answered(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  viewer: ViewerState,
): Promise<string | undefined> {
  const { scope } = paths.reads.scope({ viewer, now: new Date('2024-03-01T12:00:00.000Z') });
  const answer = await paths.queries.answer({ document, variables, scope });
  return answer && fromByteText(answer);
}

function costOf(document: DocumentNode, variables: Readonly<Record<string, unknown>>): number {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is one operation');
  return costs.costOf(document, operation, variables);
}

const STRINGS = [...TEXTS, ...TIMES, ...DAYS, ...DECIMALS, uuid(1), uuid(302), '1', 'null', 'no date'].map(
  (text) => JSON.stringify(text),
);
const NUMBERS = ['0', '1', '2', '-3', '100', '2147483647', '2147483648', '99999999999999999999'];

/** Some of its literals replaced by others that split alike. */
function withOthers(source: string, { literals, starts }: SplitText, dice: Dice): string {
  let text = source;
  for (let at = literals.length - 1; at >= 0; at--) {
    const old = literals[at] ?? '';
    const start = starts[at] ?? 0;
    const others = old.startsWith('"') ? STRINGS.filter((one) => splitText(one)) : NUMBERS;
    if (dice.chance(0.6)) text = text.slice(0, start) + dice.pick(others) + text.slice(start + old.length);
  }
  return text;
}

function fixedOf({ literals }: SplitText, variables: readonly { at: number; length: number | undefined }[]) {
  const free = new Set(variables.flatMap(({ at, length = 1 }) => Array.from({ length }, (_, n) => at + n)));
  return [...literals.keys()].filter((at) => !free.has(at));
}

type LexerToken = ReturnType<Lexer['advance']>;

/** Undefined where it is no GraphQL. */
function tokensOf(text: string): readonly LexerToken[] | undefined {
  const lexer = new Lexer(new Source(text));
  const tokens: LexerToken[] = [];
  try {
    while (lexer.advance().kind !== TokenKind.EOF) tokens.push(lexer.token);
  } catch {
    return undefined;
  }
  return tokens;
}

const read = (literal: string): unknown => (literal.startsWith('"') ? JSON.parse(literal) : literal);
