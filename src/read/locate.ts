import type { ASTNode, StringValueNode } from 'graphql';
import type { Place } from '../kit/problem.ts';
import type { RuleSource } from '../model/app-model.ts';

/** Where a node stands: a definition at its name (not at its description), anything else at its first character. */
export function placeOf(node: ASTNode): Place {
  const named = /(Definition|Extension)$/.test(node.kind) && 'name' in node ? node.name : undefined;
  const { loc } = named ?? node;
  const token = loc?.startToken;
  return { file: loc?.source.name ?? '', line: token?.line ?? 1, column: token?.column ?? 1 };
}

/** The text of a string literal with the place of its first character inside the quotes. */
export function ruleSource(node: StringValueNode): RuleSource {
  const quoted = node.loc ? node.loc.source.body.slice(node.loc.start, node.loc.end) : '';
  return node.block ? blockSource(node, quoted) : lineSource(node, quoted);
}

function lineSource(node: StringValueNode, quoted: string): RuleSource {
  const start = placeOf(node);
  const place = { ...start, column: start.column + 1 };
  const inner = quoted.slice(1, -1);
  return inner === node.value
    ? { text: node.value, place }
    : { text: node.value, place, raw: { text: inner, block: false } };
}

/** GraphQL drops blank lines at both ends and the common indentation: find the first line that is kept. */
function blockSource(node: StringValueNode, quoted: string): RuleSource {
  const start = placeOf(node);
  const lines = quoted.slice(3, -3).split(/\r\n|[\n\r]/);
  const first = Math.max(
    0,
    lines.findIndex((line) => /[^ \t]/.test(line)),
  );
  const kept = lines[first] ?? '';
  const wanted = node.value.split('\n')[0] ?? '';
  const indent = first === 0 ? 0 : Math.max(0, kept.replaceAll('\\"""', '"""').length - wanted.length);
  const column = first === 0 ? start.column + 3 : 1 + indent;
  const raw = [kept.slice(indent), ...lines.slice(first + 1)].join('\n');
  return {
    text: node.value,
    place: { ...start, line: start.line + first, column },
    raw: { text: raw, block: true },
  };
}
