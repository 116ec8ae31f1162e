import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's ESM build where Apollo takes the CommonJS one, and the two do not know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/support/setup-file.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    // Two processes: more would only queue for PostgreSQL on the two cores that the suite is sized for.
    maxWorkers: 2,
    // Files of one process share its modules: to load the sources anew for each was a third of the time. What a test leaves behind in a module,
    // the environment or the process, others meet. So no `vi.mock`, whose module stays, and `afterFile` for what has to end.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/graphql-shield/, /graphql-middleware/] } },
  },
});
