import type { FastifyInstance } from 'fastify';
import type { Readiness, ServerOptions } from './types.ts';

/** A database that takes longer to say "1" is not one to send traffic to. */
const PATIENCE_MS = 2_000;

/**
 * `/health/live` answers while the process can run JavaScript, and says nothing of the database: a restart would not
 * mend that. `/health/ready` tells whether this process should get traffic.
 */
export function addHealthRoutes(
  http: FastifyInstance,
  options: Pick<ServerOptions, 'checkHealth' | 'log'>,
  isStopping: () => boolean,
): void {
  const { checkHealth, log } = options;
  http.get('/health/live', async () => ({ status: 'live' }));
  http.get('/health/ready', async (_request, reply) => {
    const { ready, reasons, replicas } = isStopping() ? stopping : await check(checkHealth, log);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'unavailable', reasons, replicas });
  });
}

const stopping: Readiness = { ready: false, reasons: ['the server is shutting down'] };
const silent: Readiness = { ready: false, reasons: ['the database does not answer'] };

async function check(checkHealth: () => Promise<Readiness>, log: ServerOptions['log']): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve(silent), PATIENCE_MS);
  });
  // The cause stays in the log: it names hosts and users.
  const asked = checkHealth().catch((err: unknown) => {
    log.warn({ err }, 'the health check failed');
    return silent;
  });
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
