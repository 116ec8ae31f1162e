import { PlinthError, type PlinthIssue } from './plinth-error.ts';

export interface PlinthClientOptions {
  /** The API's address, `https://example.org/graphql`. */
  readonly url: string;
  /** Sent with every request; called each time, so that a fresh token can be given. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** A UUID: however often the mutation is sent, it is done once and answered the same. */
  readonly idempotencyKey?: string;
  readonly operationName?: string;
}

/** An operation's text, or anything that prints as one (a typed document of GraphQL Code Generator's). */
export type Operation<_Data, _Variables> = string | { toString(): string };

export interface PlinthClient {
  /** Sends one operation and answers its data. @throws PlinthError */
  request<Data = Record<string, unknown>, Variables extends object = Record<string, unknown>>(
    operation: Operation<Data, Variables>,
    variables?: Variables,
    options?: RequestOptions,
  ): Promise<Data>;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly issues?: readonly PlinthIssue[] };
  }[];
}

/** A client without dependencies, for browsers and Node. */
export function createClient(options: PlinthClientOptions): PlinthClient {
  // How far this client has written, for a server whose replicas may not have it yet.
  let written: string | undefined;
  const send = async (init: RequestInit): Promise<Answer> => {
    const { answer, position } = await exchange(options, init);
    written = position ?? written;
    return answer;
  };
  return {
    async request<Data>(operation: { toString(): string }, variables?: object, request: RequestOptions = {}) {
      const { operationName, idempotencyKey, signal } = request;
      const answer = await send({
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
          ...(written !== undefined && { [POSITION]: written }),
          ...(await options.headers?.()),
        },
        body: JSON.stringify({ query: String(operation), variables, operationName }),
        credentials: 'include',
        ...(signal && { signal }),
      });
      return unwrap(answer) as Data;
    },
  };
}

const POSITION = 'x-plinth-position';

async function exchange(
  { url, fetch: send = fetch }: PlinthClientOptions,
  init: RequestInit,
): Promise<{ readonly answer: Answer; readonly position: string | null }> {
  try {
    const response = await send(url, init);
    return { answer: (await response.json()) as Answer, position: response.headers.get(POSITION) };
  } catch (cause) {
    throw new PlinthError('The server could not be reached, or did not answer in JSON.', 'NETWORK', {
      cause,
    });
  }
}

function unwrap({ data, errors }: Answer): unknown {
  const [first] = errors ?? [];
  if (!first) return data;
  const { code = 'INTERNAL_SERVER_ERROR', issues = [] } = first.extensions ?? {};
  throw new PlinthError(first.message, code, { issues, data });
}
