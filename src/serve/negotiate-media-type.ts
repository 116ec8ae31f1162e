/** The media types that answers come in; the first is the default of clients that state none. */
const OFFERED = ['application/json', 'application/graphql-response+json'] as const;

export type MediaType = (typeof OFFERED)[number];

/**
 * Chooses the answer's media type by an Accept header (RFC 9110 §12.5.1): highest quality first, in the order that the
 * client names them. Undefined where it accepts none of ours. Asked before anything runs, because a mutation whose
 * answer nobody can read must not have happened.
 */
export function negotiateMediaType(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept.trim() === '') return OFFERED[0];
  const ranges = accept.split(',').map(readRange);
  ranges.sort((a, b) => b.quality - a.quality);
  for (const { type, quality } of ranges) {
    if (quality === 0) continue;
    const match = OFFERED.find((offered) => type === offered || type === '*/*' || type === 'application/*');
    if (match) return match;
  }
  return undefined;
}

/** Whether a client asks for `application/json` by name and gets it. */
export function asksForLegacyJson(accept: string | undefined): boolean {
  const named = accept?.split(',').some((range) => readRange(range).type === 'application/json') ?? false;
  return named && negotiateMediaType(accept) === 'application/json';
}

/** Whether a client asks for a page, as browsers do when a person opens an address. */
export function asksForPage(accept: string | undefined): boolean {
  return accept?.split(',').some((range) => readRange(range).type === 'text/html') ?? false;
}

function readRange(range: string): { type: string; quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = q === undefined ? 1 : Number(q.slice(2));
  return { type, quality: Number.isFinite(quality) ? quality : 0 };
}
