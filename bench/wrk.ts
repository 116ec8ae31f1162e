import type { LoadResult } from './load.ts';

/** The script that has wrk post these bodies in turn, and print what {@link readWrk} reads. */
export function wrkScript(headers: Readonly<Record<string, string>>, bodies: readonly string[]): string {
  const setHeaders = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[ ${lua(name)} ] = ${lua(value)}`,
  );
  return `wrk.method = "POST"
${setHeaders.join('\n')}
local bodies = { ${bodies.map(lua).join(',\n')} }
local requests = {}
local last = 0

function init()
  for index, body in ipairs(bodies) do
    requests[index] = wrk.format("POST", wrk.path, wrk.headers, body)
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
