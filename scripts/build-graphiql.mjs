// Bundles GraphiQL and its editor's workers into one folder of files that our own server sends: no CDN, works offline.
// Usage: node scripts/build-graphiql.mjs OUT_DIR   (npm run build uses dist/graphiql)
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const out = resolve(process.argv[2] ?? 'dist/graphiql');
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
// The editor is a dependency of GraphiQL's, so it is looked up from there and not from here.
const fromGraphiql = createRequire(createRequire(import.meta.url).resolve('@graphiql/react'));

const shared = {
  bundle: true,
  minify: true,
  target: 'es2022',
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'linked',
};

// Built beside its place and then moved there, so that nobody is ever served half a bundle.
const staging = `${out}.building-${process.pid}`;
await mkdir(staging, { recursive: true });
await Promise.all([
  build({
    ...shared,
    entryPoints: { main: join(root, 'src/serve/graphiql/page/main.js') },
    outdir: staging,
    format: 'esm',
    splitting: true,
    loader: { '.ttf': 'file' },
  }),
  build({
    ...shared,
    entryPoints: {
      'editor.worker': fromGraphiql.resolve('monaco-editor/esm/vs/editor/editor.worker.js'),
      'json.worker': fromGraphiql.resolve('monaco-editor/esm/vs/language/json/json.worker.js'),
      'graphql.worker': fromGraphiql.resolve('monaco-graphql/esm/graphql.worker.js'),
    },
    outdir: staging,
    format: 'iife',
  }),
]);
await rm(out, { recursive: true, force: true });
await mkdir(dirname(out), { recursive: true });
await rename(staging, out).catch(async (error) => {
  // Another process was faster; its bundle is the same.
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
    await cp(staging, out, { recursive: true });
  }
  await rm(staging, { recursive: true, force: true });
});
