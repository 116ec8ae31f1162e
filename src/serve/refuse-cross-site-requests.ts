import { ViewerError } from '../kit/viewer-error.ts';
import type { AllowedOrigins } from './allow-origins.ts';

/**
 * Refuses GET queries that a foreign page makes the browser send without asking us first: `<script src>`, `<img>`,
 * links, forms. Their answers can be probed through timing (XS-Search). POST needs no such check: it has to be
 * `application/json`, which browsers send across sites only after a preflight that names the origin.
 *
 * @throws ViewerError FORBIDDEN
 */
export function refuseCrossSiteRequests(
  headers: Readonly<Record<string, string | undefined>>,
  origins: AllowedOrigins,
): void {
  const site = headers['sec-fetch-site'];
  // Programs send no such header; a person who types the address sends `none`.
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  const origin = headers.origin;
  if (headers['sec-fetch-mode'] === 'cors' && origin !== undefined && origins.allow(origin)) return;
  throw new ViewerError(
    'FORBIDDEN',
    'Queries by GET are not accepted from another site. Send a POST instead.',
  );
}
