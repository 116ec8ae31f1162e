// Builds what is published: dist/ from src/, with the GraphiQL bundle in it.
// Usage: node scripts/build.mjs [OUT_DIR]   (OUT_DIR: JavaScript only, for bench/)
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const node = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
const entry = (path) => join(root, 'src', path);

const shared = {
  outdir: out,
  outbase: join(root, 'src'),
  bundle: true,
  format: 'esm',
  charset: 'utf8',
  logLevel: 'warning',
};

rmSync(out, { recursive: true, force: true });
await Promise.all([
  // Few files: finding and reading five hundred took a tenth of a second at every start. Dependencies stay packages, so
  // that theirs are the objects that an author's code and Plinth see, and npm can update them.
  build({
    ...shared,
    entryPoints: [entry('main.ts'), entry('index.ts'), entry('testing/index.ts')],
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  }),
  build({
    ...shared,
    entryPoints: [entry('client/index.ts')],
    platform: 'neutral',
    target: 'es2022',
  }),
]);
if (process.argv[2] === undefined) {
  chmodSync(join(out, 'main.js'), 0o755);
  node(tsc, '-p', 'tsconfig.build.json');
  node('scripts/build-graphiql.mjs', 'dist/graphiql');
}
