import { RecentMap } from '../kit/recent-map.ts';

/** The media types that answers come in; the first is the default of clients that state none. */
const OFFERED = ['application/json', 'application/graphql-response+json'] as const;

export type MediaType = (typeof OFFERED)[number];

/** Clients send few headers, each time and again, and to weigh one takes longer than all others together. */
const chosen = new RecentMap<{ readonly type: MediaType | undefined }>(200);
const LONGEST_REMEMBERED = 300;

/**
 * Chooses the answer's media type by an Accept header (RFC 9110 §12.5.1): each of ours has the quality of the most specific
 * range that fits it; the highest is taken, of equals what the client names first. Undefined where it accepts none of ours.
 * Asked before anything runs, because a mutation whose answer nobody can read must not have happened; so it must not let
 * pass what Apollo refuses afterwards, which is every parameter that our types do not have.
 */
export function negotiateMediaType(accept: string | undefined): MediaType | undefined {
  if (accept === undefined) return OFFERED[0];
  const known = chosen.get(accept);
  if (known) return known.type;
  const type = choose(accept);
  if (accept.length <= LONGEST_REMEMBERED) chosen.set(accept, { type });
  return type;
}

function choose(accept: string): MediaType | undefined {
  if (accept.trim() === '') return OFFERED[0];
  const ranges = accept.split(',').map(readRange);
  const rated = OFFERED.flatMap((offered) => {
    const [best] = ranges
      .map((range, place) => ({ offered, place, quality: range.quality, fit: fitOf(range, offered) }))
      .filter(({ fit }) => fit > 0)
      .sort((a, b) => b.fit - a.fit);
    return best && best.quality > 0 ? [best] : [];
  });
  return rated.sort((a, b) => b.quality - a.quality || a.place - b.place)[0]?.offered;
}

/** How closely a range names a type; 0 where it does not. */
function fitOf({ type, parameters }: Range, offered: MediaType): number {
  if (parameters.some((parameter) => !UTF_8.test(parameter))) return 0;
  if (type === offered) return 3;
  return type === 'application/*' ? 2 : type === '*/*' ? 1 : 0;
}

const UTF_8 = /^charset="?utf-8"?$/;

/** Whether a client asks for `application/json` by name and gets it. */
export function asksForLegacyJson(accept: string | undefined): boolean {
  const named =
    accept?.split(',').some((range) => fitOf(readRange(range), 'application/json') === 3) ?? false;
  return named && negotiateMediaType(accept) === 'application/json';
}

/** Whether a client asks for a page, as browsers do when a person opens an address. */
export function asksForPage(accept: string | undefined): boolean {
  return accept?.split(',').some((range) => readRange(range).type === 'text/html') ?? false;
}

interface Range {
  readonly type: string;
  readonly quality: number;
  /** All others, as `name=value`. */
  readonly parameters: readonly string[];
}

function readRange(range: string): Range {
  const [type = '', ...rest] = range.split(';').map((part) => part.trim().toLowerCase());
  const q = rest.find((parameter) => parameter.startsWith('q='));
  const quality = q === undefined ? 1 : Number(q.slice(2));
  return {
    type,
    quality: Number.isFinite(quality) ? quality : 0,
    parameters: rest.filter((parameter) => parameter !== '' && parameter !== q),
  };
}
