import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which rooms each room may enter. A room that is not listed here may not exist. */
const DOORS: Record<string, readonly string[]> = {
  kit: [],
  model: ['kit'],
  read: ['kit', 'model'],
  access: ['kit', 'model'],
  emit: ['kit', 'model', 'access'],
  data: ['kit', 'model'],
  query: ['kit', 'model', 'access', 'data'],
  config: ['kit'],
  operations: ['kit'],
  features: ['kit', 'model', 'access', 'emit', 'data', 'query', 'config'],
  pipeline: ['kit', 'model', 'read', 'access', 'emit', 'features'],
  serve: ['kit', 'model', 'config', 'operations', 'data', 'query', 'pipeline', 'features'],
  project: [
    'kit',
    'model',
    'config',
    'operations',
    'data',
    'query',
    'access',
    'emit',
    'pipeline',
    'serve',
    'features',
  ],
  cli: ['kit', 'model', 'config', 'data', 'pipeline', 'serve', 'project', 'emit'],
  client: [],
  testing: ['kit', 'model', 'config', 'data', 'pipeline', 'serve', 'project', 'query'],
  main: ['cli', 'kit'],
  index: ['kit', 'model', 'config', 'data', 'query', 'project'],
};

const src = resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(src, name));

const roomOf = (path: string): string => (relative(src, path).split(sep)[0] ?? '').replace(/\.ts$/, '');

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    resolve(dirname(path), match[1] ?? ''),
  );
}

describe('architecture', () => {
  it.each(files.map((path) => [relative(src, path), path]))(
    '%s enters only rooms it may enter',
    (_, path) => {
      const room = roomOf(path);
      const open = DOORS[room];
      expect(open, `room "${room}" is not in the list of doors`).toBeDefined();
      const entered = importsOf(path)
        .map(roomOf)
        .filter((other) => other !== room);
      expect(entered.filter((other) => !open?.includes(other))).toEqual([]);
    },
  );

  it('no feature enters another', () => {
    const featureOf = (path: string): string | undefined =>
      /^features\/([^/]+)\//.exec(relative(src, path))?.[1];
    const trespasses = files.flatMap((path) => {
      const own = featureOf(path);
      const others = importsOf(path).filter(
        (other) => featureOf(other) !== undefined && featureOf(other) !== own,
      );
      return own === undefined
        ? []
        : others.map((other) => `${relative(src, path)} → ${relative(src, other)}`);
    });
    expect(trespasses).toEqual([]);
  });

  it('what measures in our own process takes graphql from us, whatever the bench has installed', () => {
    const bench = resolve(src, '../bench');
    const takers = readdirSync(bench)
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => /(?:from|import)\s*\(?\s*'graphql['/]/.test(readFileSync(join(bench, name), 'utf8')));
    expect(takers).toEqual([]);
  });

  // Imports load other files than `require`, or more than is needed: see the one file that takes it.
  it.each([
    ['@apollo/server', 'kit/apollo-server.ts'],
    ['graphql-scalars', 'kit/graphql-scalars.ts'],
    ['node:http', 'serve/sockets/refuse-upgrade.ts'],
  ])('what is used of %s at run time comes from %s', (name) => {
    const statement = new RegExp(`^(?:import|export) (?!type )[^;]*?from '${name}['/]`, 'm');
    const takers = files.filter((path) => statement.test(readFileSync(path, 'utf8')));
    expect(takers.map((path) => relative(src, path))).toEqual([]);
  });

  it('only config/ reads the environment', () => {
    const readers = files.filter((path) => /process\.env\b/.test(stripComments(readFileSync(path, 'utf8'))));
    expect(readers.map(roomOf).filter((room) => room !== 'config')).toEqual([]);
  });
});

function stripComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
}
