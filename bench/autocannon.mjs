// One cell of load by autocannon, in a process of its own. Takes a job as JSON on standard input, prints the result as JSON.
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const { url, headers, senders, bodies, connections, seconds } = JSON.parse(readFileSync(0, 'utf8'));
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  method: 'POST',
  headers,
  requests: Array.from({ length: Math.max(bodies.length, senders.length) }, (_, index) => ({
    body: bodies[index % bodies.length],
    headers: { ...headers, ...senders[index % senders.length] },
  })),
});
console.log(
  JSON.stringify({
    requests: result['2xx'],
    seconds: result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.errors + result.timeouts + result.non2xx,
  }),
);
