import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';

/** A rule's text as a tree of our own: the CEL library is known to this file alone. Offsets are UTF-16 units. */
export type Syntax = SyntaxBase &
  (
    | { readonly kind: 'constant'; readonly value: Constant }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly object: Syntax; readonly name: string }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly receiver: Syntax | undefined;
        readonly args: readonly Syntax[];
      }
    | { readonly kind: 'list'; readonly items: readonly Syntax[] }
    | { readonly kind: 'and' | 'or'; readonly terms: readonly Syntax[] }
    | { readonly kind: 'not' | 'negate'; readonly term: Syntax }
    | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Syntax; readonly right: Syntax }
    | {
        readonly kind: 'choice';
        readonly condition: Syntax;
        readonly yes: Syntax;
        readonly no: Syntax;
      }
    /** CEL that Plinth has no meaning for: `what` names it. */
    | { readonly kind: 'foreign'; readonly what: string; readonly remedy: string }
  );

interface SyntaxBase {
  /** Where an error about this node points: the member's own name, or its first character. */
  readonly at: number;
  readonly start: number;
  readonly text: string;
}

export type Constant = string | number | bigint | boolean | null;
export type BinaryOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

export type Parsed =
  | { readonly ok: true; readonly syntax: Syntax }
  | { readonly ok: false; readonly offset: number; readonly message: string };

/** Bounds on one rule: far beyond what people write, and small enough that no rule can exhaust the stack. */
const LIMITS = {
  maxAstNodes: 2000,
  maxDepth: 60,
  maxListElements: 500,
  maxMapEntries: 10,
  maxCallArguments: 8,
};
const MAX_LENGTH = 10_000;

const environment = new Environment({ limits: LIMITS });

/** Reads a rule's text; the first mistake of its grammar ends the reading. */
export function parseSyntax(text: string): Parsed {
  if (text.trim() === '') {
    return {
      ok: false,
      offset: 0,
      message: 'The rule is empty. Write "true" to allow everyone, or "false" to deny.',
    };
  }
  if (text.length > MAX_LENGTH) {
    return { ok: false, offset: 0, message: `The rule is longer than ${MAX_LENGTH} characters. Split it.` };
  }
  try {
    return { ok: true, syntax: convert(environment.parse(text).ast, text) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { ok: false, ...explain(error, text) };
  }
}

/** The library's words put into ours, with what to write instead where the slip is a common one. */
function explain(error: ParseError, text: string): { offset: number; message: string } {
  const offset = Math.min(error.range?.start ?? 0, text.length);
  const rest = text.slice(offset);
  const slip = SLIPS.find(([start]) => start.test(rest));
  if (slip) return { offset, message: slip[1] };
  if (offset >= text.trimEnd().length) {
    return { offset, message: 'The rule ends too early. Complete the expression or close what is open.' };
  }
  const said = error.summary;
  if (error.code === 'limit_exceeded') {
    return { offset, message: `The rule is too large: ${said}. Split it, or reuse a rule with can().` };
  }
  if (error.code === 'invalid_macro_argument') {
    const message = 'The first argument must be a plain name for each row, as in exists(m, m.active).';
    return { offset: error.node?.start ?? offset, message };
  }
  const near = /^\w+|^./su.exec(rest)?.[0] ?? '';
  return { offset, message: `The rule cannot be read at "${near}": ${said}. Rules are written in CEL.` };
}

const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/^=(?!=)/, 'One "=" is not an operator. Write "==" to compare.'],
  [/^and\b/i, '"and" is not an operator. Write "&&".'],
  [/^or\b/i, '"or" is not an operator. Write "||".'],
  [/^&(?!&)/, '"&" is not an operator. Write "&&".'],
  [/^\|(?!\|)/, '"|" is not an operator. Write "||".'],
  [
    /^(is|like|between)\b/i,
    'That is SQL. Write a comparison such as "this.x == null" or "this.x.contains(\'y\')".',
  ],
  [/^<>/, '"<>" is not an operator. Write "!=".'],
];

const BINARY: ReadonlySet<string> = new Set<BinaryOp>([
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  '+',
  '-',
  '*',
  '/',
  '%',
]);

function convert(node: ASTNode, text: string): Syntax {
  const base = { at: node.pos, start: node.start, text: text.slice(node.start, node.end) };
  const args = node.args as readonly unknown[];
  const child = (index: number): Syntax => convert(args[index] as ASTNode, text);
  const children = (nodes: unknown): Syntax[] => (nodes as ASTNode[]).map((item) => convert(item, text));
  switch (node.op) {
    case 'value':
      return { ...base, ...constantOf(node.args) };
    case 'id':
      return { ...base, kind: 'name', name: String(node.args) };
    case '.':
      return { ...base, kind: 'member', object: child(0), name: String(args[1]) };
    case 'call':
      return { ...base, kind: 'call', name: String(args[0]), receiver: undefined, args: children(args[1]) };
    case 'rcall':
      return { ...base, kind: 'call', name: String(args[0]), receiver: child(1), args: children(args[2]) };
    case 'list':
      return { ...base, kind: 'list', items: children(args) };
    case '&&':
    case '||':
      return { ...base, kind: node.op === '&&' ? 'and' : 'or', terms: [child(0), child(1)] };
    case '!_':
    case '-_':
      return {
        ...base,
        kind: node.op === '!_' ? 'not' : 'negate',
        term: convert(node.args as unknown as ASTNode, text),
      };
    case '?:':
      return { ...base, kind: 'choice', condition: child(0), yes: child(1), no: child(2) };
    default:
      if (BINARY.has(node.op)) {
        return { ...base, kind: 'binary', op: node.op as BinaryOp, left: child(0), right: child(1) };
      }
      return { ...base, kind: 'foreign', ...foreign(node.op) };
  }
}

function foreign(op: string): { what: string; remedy: string } {
  if (op === '[]') {
    return {
      what: 'Indexing with [ ]',
      remedy: 'Use a field (a.b), or exists() over the rows of a relation.',
    };
  }
  return { what: op === 'map' ? 'A map' : `"${op}"`, remedy: 'Rules know fields, lists and constants.' };
}

type ConstantSyntax =
  | { kind: 'constant'; value: Constant }
  | { kind: 'foreign'; what: string; remedy: string };

function constantOf(value: unknown): ConstantSyntax {
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) {
    return { kind: 'constant', value: value as Constant };
  }
  if (value instanceof Uint8Array) {
    return { kind: 'foreign', what: 'A bytes literal', remedy: 'Bytes cannot be compared in rules.' };
  }
  return { kind: 'foreign', what: 'An unsigned integer', remedy: 'Leave out the "u".' };
}
