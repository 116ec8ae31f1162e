// Builds what is published: dist/ from src/, with the GraphiQL bundle in it.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const node = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

rmSync(join(root, 'dist'), { recursive: true, force: true });
node(tsc, '-p', 'tsconfig.build.json');
chmodSync(join(root, 'dist', 'main.js'), 0o755);
if (existsSync(join(root, 'scripts', 'build-graphiql.mjs')))
  node('scripts/build-graphiql.mjs', 'dist/graphiql');
