/** How long keys stay good while their issuer cannot be asked. */
const KEPT_MS = 60 * 60_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 30_000;

interface KeyFetchLog {
  error(fields: object, message: string): void;
}

type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/**
 * Fetches an issuer's documents for many requests. After a failure it does not ask again for 5 s, then 10 s, 20 s, 30 s:
 * whoever comes meanwhile does not wait for an issuer that is down. What was fetched within the last hour stands in for it.
 */
export function keyFetcher(issuer: string, log: KeyFetchLog): Fetch {
  const kept = new Map<string, { readonly text: string; readonly at: number }>();
  let failures = 0;
  let quietUntil = 0;
  const ask: Fetch = async (url, options) => {
    const response = await fetch(url, options);
    if (response.status !== 200) throw new Error(`${new URL(url).origin} answered ${response.status}`);
    const text = await response.text();
    JSON.parse(text);
    failures = 0;
    kept.set(url, { text, at: Date.now() });
    return new Response(text);
  };
  return async (url, options) => {
    const pausing = Date.now() < quietUntil;
    const answer = pausing
      ? new Error(`${issuer} could not be asked a moment ago`)
      : await ask(url, options).catch((error: unknown) => error);
    if (answer instanceof Response) return answer;
    if (!pausing) {
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
      quietUntil = Date.now() + pause;
      log.error(
        { err: answer, issuer },
        `the keys of a token issuer could not be fetched; asked again in ${pause / 1000} s`,
      );
    }
    const old = kept.get(url);
    if (old && Date.now() - old.at < KEPT_MS) return new Response(old.text);
    throw answer;
  };
}
