import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../kit/message-of.ts';
import { UserError } from '../kit/user-error.ts';

/**
 * Imports one of the author's TypeScript or JavaScript modules as it is now: a second call sees later edits.
 * @throws UserError that names the file when it cannot be loaded
 */
export async function importFresh(path: string): Promise<Record<string, unknown>> {
  try {
    // Most of what it costs is esbuild, which a project without code of its own does not need.
    const { tsImport } = await import('tsx/esm/api');
    return exportsOf(await tsImport(pathToFileURL(path).href, import.meta.url));
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(`${relative(process.cwd(), path)} could not be loaded: ${reason}`);
  }
}

/**
 * Without `"type": "module"` in a package.json, a module with `export` is compiled to CommonJS, and all that it exports stands
 * in the default of what is imported.
 */
function exportsOf(module: Record<string, unknown>): Record<string, unknown> {
  const inner = module.default;
  const isCompiled = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, '__esModule');
  return isCompiled ? { ...inner } : module;
}
