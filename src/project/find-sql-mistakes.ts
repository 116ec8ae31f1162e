import type { DataFinding } from '../data/index.ts';
import type { Place, Problem } from '../kit/problem.ts';
import { placeInside } from '../kit/rule-place.ts';
import type { AppModel, Entity } from '../model/app-model.ts';

/** SQL that the author wrote, and where. */
interface AuthorsSql {
  /** `Task.wordCount`, or what else it belongs to. */
  readonly of: string;
  readonly text: string;
  placeAt(offset: number): Place;
}

/**
 * What PostgreSQL refuses of the SQL in schema.graphql, at its place there: nobody but PostgreSQL can read it, so it is found
 * out where the database is brought in step.
 */
export function findSqlMistakes(findings: readonly DataFinding[], app: AppModel): readonly Problem[] {
  return findings.flatMap((finding) => {
    const mistake = toMistake(finding, app);
    return mistake ? [mistake] : [];
  });
}

function toMistake({ refusal }: DataFinding, app: AppModel): Problem | undefined {
  if (!refusal) return undefined;
  const { statement, reason } = refusal;
  const [found] = app.entities
    .filter(({ table }) => statement.includes(`"${table}"`))
    .flatMap(authorsSql)
    .filter(({ text }) => statement.includes(text))
    // One text may be a part of another.
    .sort((a, b) => b.text.length - a.text.length);
  if (!found) return undefined;
  return {
    place: found.placeAt(offsetWithin(found.text, refusal)),
    code: 'SQL_REFUSED',
    severity: 'error',
    message: `PostgreSQL refuses the SQL of ${found.of}: ${reason}. Correct it; columns are named as they are stored.`,
  };
}

/** PostgreSQL has no place for names in the expressions of columns, but names them. */
function offsetWithin(
  text: string,
  { statement, reason, offset }: NonNullable<DataFinding['refusal']>,
): number {
  const named = /"([^"]+)"/.exec(reason)?.[1];
  const within = offset === undefined ? text.indexOf(named ?? '') : offset - statement.indexOf(text);
  return within >= 0 && within < text.length ? within : 0;
}

function authorsSql({ name, fields, indexes }: Entity): readonly AuthorsSql[] {
  const computed = fields
    .filter((field) => field.kind === 'computed')
    .map((field) => ({
      of: `${name}.${field.name}`,
      text: field.sql.text,
      placeAt: (offset: number) => placeInside(field.sql, offset),
    }));
  const partial = indexes.flatMap((index) =>
    index.where === undefined
      ? []
      : [
          {
            of: `the index of ${name} on ${index.fields.join(', ')}`,
            text: index.where,
            placeAt: () => index.place,
          },
        ],
  );
  return [...computed, ...partial];
}
