// Run as a process of its own by the tests of the embedded database: opens a project and says how that went.
import { startEmbedded } from '../../src/data/index.ts';

try {
  const server = await startEmbedded({ directory: process.argv[2] ?? '' });
  console.log(JSON.stringify({ url: server.url, pid: server.pid }));
  process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
  setInterval(() => undefined, 1_000);
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  console.log(JSON.stringify({ name, message }));
}
