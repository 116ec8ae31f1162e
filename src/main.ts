#!/usr/bin/env node
import nodeModule from 'node:module';
import { packageFile } from './kit/package-file.ts';

keepCompiledCode();
const { run } = await import('./cli/run.ts');
process.exitCode = await run(process.argv.slice(2));

/**
 * Node 22.1 and later can keep what V8 has made of the code, which saves a good part of the next start. It is kept inside
 * this package, where only those can write who could change the code itself; where nobody can, every start compiles.
 */
function keepCompiledCode(): void {
  // From source, a loader stands between the files and Node, and nothing is kept.
  if (import.meta.url.endsWith('.ts')) return;
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (directory: string) => unknown };
  enableCompileCache?.(packageFile('.cache'));
}
