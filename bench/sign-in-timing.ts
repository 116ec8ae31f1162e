/**
 * Whether the time of an answer tells that an account exists: the same requests for an address that has one and for one
 * that has none, in turn, over HTTP. Run: node --import tsx bench/sign-in-timing.ts
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openToTraversal } from '../src/data/embedded/run-as.ts';
import { openPool, startEmbedded } from '../src/data/index.ts';
import { startTestServer } from '../src/testing/index.ts';

const ROUNDS = 30;
const PASSWORD = 'correct horse battery';
const SCHEMA = 'type User @model @user @access(read: "viewer != null") { id: ID! email: String! @unique }\n';

const directory = mkdtempSync(join(tmpdir(), 'plinth-timing-'));
openToTraversal(directory);
writeFileSync(join(directory, 'schema.graphql'), SCHEMA);
const postgres = await startEmbedded({ directory: join(directory, '.plinth'), durable: false });
const server = await startTestServer({ project: directory, databaseUrl: postgres.url });
const db = openPool({ url: postgres.url, max: 2 });

const post = (path: string, body: object): Promise<Response> =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const graphql = (query: string, variables: object) => post('/graphql', { query, variables });

const REQUESTS: Readonly<Record<string, (email: string) => Promise<Response>>> = {
  'signIn, wrong password': (email) =>
    graphql('mutation ($i: SignInInput!) { signIn(input: $i) { token } }', {
      i: { email, password: 'wrong password' },
    }),
  '/auth/sign-in/email, wrong password': (email) =>
    post('/auth/sign-in/email', { email, password: 'wrong password' }),
  requestPasswordReset: (email) =>
    graphql('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email }),
  '/auth/request-password-reset': (email) => post('/auth/request-password-reset', { email }),
  '/auth/sign-in/magic-link': (email) => post('/auth/sign-in/magic-link', { email }),
  '/auth/email-otp/send-verification-otp': (email) =>
    post('/auth/email-otp/send-verification-otp', { email, type: 'forget-password' }),
  '/auth/email-otp/reset-password, wrong code': (email) =>
    post('/auth/email-otp/reset-password', { email, otp: '12345678', password: PASSWORD }),
};

async function measure(ask: (email: string) => Promise<Response>, email: string): Promise<number> {
  await db.execute('DELETE FROM plinth_throttle');
  const began = performance.now();
  const answer = await (await ask(email)).text();
  const time = performance.now() - began;
  if (/INTERNAL_SERVER_ERROR|RATE_LIMITED|UNAVAILABLE/.test(answer))
    throw new Error(`Not what was to be measured: ${answer}`);
  return time;
}

function quantile(times: readonly number[], q: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

const line = (...cells: readonly string[]) => console.log(`| ${cells.join(' | ')} |`);
await graphql('mutation ($i: SignUpInput!) { signUp(input: $i) { token } }', {
  i: { email: 'here@example.com', password: PASSWORD },
});
line('request', 'account', 'median ms', 'p10', 'p90');
line('---', '---', '--:', '--:', '--:');
for (const [name, ask] of Object.entries(REQUESTS)) {
  const times = { here: [] as number[], nobody: [] as number[] };
  for (let round = 0; round < ROUNDS + 5; round++)
    for (const who of ['here', 'nobody'] as const) {
      const time = await measure(ask, `${who}@example.com`);
      if (round >= 5) times[who].push(time);
    }
  for (const [who, all] of Object.entries(times))
    line(
      name,
      who === 'here' ? 'exists' : 'does not',
      ...[0.5, 0.1, 0.9].map((q) => quantile(all, q).toFixed(1)),
    );
}
await db.close();
await server.stop();
await postgres.stop();
rmSync(directory, { recursive: true, force: true });
