import type { Place } from './problem.ts';

/** Text that the author wrote inside a quoted string: what it says, and where its first character stands. */
export interface PlacedText {
  readonly text: string;
  readonly place: Place;
  /** How the file spells it from `place` on; absent where file and `text` agree letter by letter. */
  readonly raw?: RawText;
}

/** `block`: between `"""`, so lines are indented and only `\"""` is an escape. */
export interface RawText {
  readonly text: string;
  readonly block: boolean;
}

const LINE_BREAK = /\r\n|[\n\r]/;

/** Where the character at `offset` (UTF-16 units) of `source.text` stands in the author's file. */
export function placeInside(source: PlacedText, offset: number): Place {
  const at = Math.max(0, Math.min(offset, source.text.length));
  const { place, raw } = source;
  if (raw === undefined) return { ...place, column: place.column + at };
  if (!raw.block) return { ...place, column: place.column + widthOfEscaped(raw.text, at) };
  return placeInBlock(source, raw.text, at);
}

/** Number of characters that the file needs for the first `units` of a quoted string. */
function widthOfEscaped(raw: string, units: number): number {
  let width = 0;
  for (let seen = 0; seen < units && width < raw.length; ) {
    const sequence = /^\\(?:u\{([0-9a-fA-F]+)\}|u[0-9a-fA-F]{4}|.)/s.exec(raw.slice(width, width + 16));
    width += sequence ? sequence[0].length : 1;
    // `\u{1F600}` is one escape and two units; every other escape is one.
    seen += sequence?.[1] !== undefined && Number.parseInt(sequence[1], 16) > 0xffff ? 2 : 1;
  }
  return width;
}

/** Block strings: the lines are the file's lines without their common indentation. */
function placeInBlock(source: PlacedText, raw: string, at: number): Place {
  const before = source.text.slice(0, at).split('\n');
  const line = before.length - 1;
  const column = before[line]?.length ?? 0;
  const rawLine = raw.split(LINE_BREAK)[line] ?? '';
  const plainLine = rawLine.replaceAll('\\"""', '"""');
  const textLine = source.text.split('\n')[line] ?? '';
  const indent = line === 0 ? 0 : Math.max(0, plainLine.length - textLine.length);
  const escapes = plainLine.slice(0, indent + column).split('"""').length - 1;
  const shift = Math.min(escapes, rawLine.length - plainLine.length);
  const start = line === 0 ? source.place.column : 1;
  return { ...source.place, line: source.place.line + line, column: start + indent + column + shift };
}
