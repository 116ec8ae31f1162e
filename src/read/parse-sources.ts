import { type DocumentNode, GraphQLError, Source } from 'graphql';
import { parseDocument } from '../kit/parse-document.ts';
import type { Problems } from '../kit/problem.ts';

/** A file of the author's. `file` is how problems name it. */
export interface SchemaSource {
  readonly file: string;
  readonly text: string;
}

/** Parses every file that can be parsed; the first syntax error of each other one becomes a problem. */
export function parseSources(sources: readonly SchemaSource[], problems: Problems): readonly DocumentNode[] {
  return sources.flatMap(({ file, text }) => {
    const isBlank =
      text
        .replace(/^\uFEFF/, '')
        .replace(/#.*/g, '')
        .replace(/[\s,]/g, '') === '';
    if (isBlank) {
      problems.error(
        { file, line: 1, column: 1 },
        'EMPTY_SCHEMA',
        `The file is empty. Write a first model: ${FIRST}`,
      );
      return [];
    }
    try {
      return [parseDocument(new Source(text, file))];
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const [at] = error.locations ?? [];
      const place = { file, line: at?.line ?? 1, column: at?.column ?? 1 };
      problems.error(
        place,
        'SYNTAX',
        `${error.message} Correct it; the rest of the file is checked after that.`,
      );
      return [];
    }
  });
}

const FIRST = 'type Task @model @access(read: "true") { id: ID! title: String! }';
