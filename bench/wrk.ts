import type { LoadResult } from './load.ts';

type Headers = Readonly<Record<string, string>>;

/** The script that has wrk post these bodies in turn, from these senders in turn, and print what {@link readWrk} reads. */
export function wrkScript(headers: Headers, senders: readonly Headers[], bodies: readonly string[]): string {
  const tables = senders.map((sender) => {
    const all = Object.entries({ ...headers, ...sender });
    return `{ ${all.map(([name, value]) => `[ ${lua(name)} ] = ${lua(value)}`).join(', ')} }`;
  });
  return `wrk.method = "POST"
local senders = { ${tables.join(',\n')} }
local bodies = { ${bodies.map(lua).join(',\n')} }
local requests = {}
local last = 0

function init()
  for index = 0, math.max(#bodies, #senders) - 1 do
    local headers = senders[index % #senders + 1]
    headers["Host"] = wrk.headers["Host"]
    requests[index + 1] = wrk.format("POST", wrk.path, headers, bodies[index % #bodies + 1])
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\\nRESULT{"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"failed":%d}\\n',
    summary.requests - errors.status, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
`;
}

/** Undefined where wrk printed no result. */
export function readWrk(output: string): LoadResult | undefined {
  const [, text] = /^RESULT(\{.*\})$/m.exec(output) ?? [];
  return text === undefined ? undefined : (JSON.parse(text) as LoadResult);
}

/** A string literal, whatever is in the text: Lua's long brackets take as many equals signs as are needed. */
function lua(text: string): string {
  let level = '=';
  while (text.includes(`]${level}]`)) level += '=';
  return `[${level}[${text}]${level}]`;
}
