import { describe, expect, test } from 'vitest';
import { ConfigError, namesOrigin, readConfig } from '../../src/config/index.ts';
import { SECRET } from './support.ts';

const strong = { PLINTH_SECRET: SECRET };

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('defaults', () => {
  test('of development listen on this machine and make an admin key', () => {
    const config = readConfig({ HOME: '/root', OTHER_TOOL: 'x' }, { mode: 'development' });
    expect(config).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      corsOrigins: [],
      logLevel: 'info',
      compile: true,
    });
    expect(config.adminKey?.made).toBe(true);
    expect(config.adminKey?.value).toMatch(/^[\w-]{32}$/);
    expect(config.limits).toMatchObject({ bodyBytes: 1_000_000, depth: 15, pageDefault: 100, pageMax: 1000 });
  });

  test('of production listen everywhere and have no admin access', () => {
    const config = readConfig(strong, { mode: 'production' });
    expect(config).toMatchObject({ host: '0.0.0.0', adminKey: undefined });
  });
});

describe('a setting that is wrong is named with its remedy', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['a misspelt variable', { PLINTH_SECRT: 'x' }, /PLINTH_SECRT .*Did you mean "PLINTH_SECRET"/],
    ['an unknown variable', { PLINTH_MAGIC: '1' }, /PLINTH_MAGIC is set, but there is no such setting/],
    [
      'a capability not built yet',
      { OTEL_SERVICE_NAME: 'x' },
      /OTEL_SERVICE_NAME is set, but OpenTelemetry export is not supported yet/,
    ],
    [
      'replicas without a primary',
      { DATABASE_REPLICA_URLS: 'postgresql://a:pw@b/c' },
      /DATABASE_REPLICA_URLS needs DATABASE_URL/,
    ],
    [
      'a replica of another kind',
      { DATABASE_URL: 'postgresql://a:pw@b/c', DATABASE_REPLICA_URLS: 'postgresql://a:pw@b/c,mysql://d' },
      /DATABASE_REPLICA_URLS must be postgresql:[^(]*separated by commas\.$/,
    ],
    ['a family not built yet', { S3_BUCKET: 'x' }, /S3_BUCKET is set, but files on S3/],
    [
      'a port out of range',
      { PORT: '70000' },
      /PORT must be a whole number from 0 to 65535 \(it is "70000"\)/,
    ],
    ['a port that is no number', { PORT: '4000x' }, /PORT must be/],
    ['a database of another kind', { DATABASE_URL: 'mysql://a:pw@b/c' }, /DATABASE_URL must be postgresql:/],
    ['an origin with a path', { CORS_ORIGINS: 'https://a.example/app' }, /CORS_ORIGINS must be origins/],
    ['a star among origins', { CORS_ORIGINS: '*,https://a.example' }, /CORS_ORIGINS/],
    ['an unknown level', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of fatal/],
    [
      'a page default above the maximum',
      { PLINTH_PAGE_MAX: '50', PLINTH_PAGE_DEFAULT: '60' },
      /must not exceed/,
    ],
  ])('%s', (_name, env, problem) => {
    const problems = problemsOf(() => readConfig(env, { mode: 'development' }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test.each([
    ['none', undefined, /must be set in production/],
    ['a short one', 'kJ8sQ2mZx0Vb7Lp4', /at least 32 characters/],
    ['a well-known one', 'change-me-please-change-me-please', /well-known words/],
    ['another well-known one', 'your-256-bit-secret-your-256-bit-secret', /well-known words/],
    ['one letter', 'x'.repeat(40), /too few different/],
  ])('in production, of PLINTH_SECRET: %s', (_name, secret, problem) => {
    const problems = problemsOf(() => readConfig({ PLINTH_SECRET: secret }, { mode: 'production' }));
    expect(problems.join()).toMatch(problem);
  });

  test('never by repeating a secret', () => {
    const env = {
      PLINTH_SECRET: 'hunter2hunter2',
      PLINTH_ADMIN_KEY: 'key with spaces',
      DATABASE_URL: 'x://u:hunter2@h',
    };
    const text = problemsOf(() => readConfig(env, { mode: 'production' })).join();
    expect(text).not.toMatch(/hunter2|key with spaces/);
  });

  test('all in one message', () => {
    const env = { PORT: 'x', LOG_LEVEL: 'y', PLINTH_Z: '1' };
    const file = { prot: 1 };
    const problems = problemsOf(() => readConfig(env, { mode: 'production', file }));
    expect(problems).toHaveLength(5);
    expect(problems.join()).toContain(
      'plinth.config.ts sets "prot", which does not exist. Did you mean "port"?',
    );
  });
});

test('the command line wins over the environment, and that over the file', () => {
  const file = { port: 1, host: 'file', logLevel: 'debug' };
  const config = readConfig(
    { PORT: '2', HOST: 'env' },
    { mode: 'development', file, commandLine: { port: 3 } },
  );
  expect(config).toMatchObject({ port: 3, host: 'env', logLevel: 'debug' });
});

describe('CORS_ORIGINS', () => {
  const [app, dev] = ['https://app.example.com', 'http://localhost:5173'];
  test.each<['development' | 'production', string[], string, boolean]>([
    ['production', [app], app, true],
    ['production', [app], 'http://app.example.com', false],
    ['production', [], dev, false],
    ['production', ['*'], app, false],
    ['development', [app], app, true],
    ['development', [app], dev, false],
    ['development', ['*'], dev, false],
    ['development', [], dev, true],
    ['development', [], 'https://127.0.0.1', true],
    ['development', [], 'http://[::1]:3000', true],
    ['development', [], 'localhost:5173', false],
    ['development', [], 'null', false],
    ['development', [], 'http://localhost.example.com', false],
    ['development', [], 'http://http://localhost', false],
  ])('in %s, as %j, names %s: %j', (mode, corsOrigins, origin, named) => {
    expect(namesOrigin({ mode, corsOrigins }, origin)).toBe(named);
  });
});
