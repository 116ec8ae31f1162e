import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { didYouMean } from '../kit/suggest.ts';
import { UserError } from '../kit/user-error.ts';
import type { Cli } from './run.ts';

const templates = fileURLToPath(new URL('../../templates', import.meta.url));

/** `plinth init [dir]`: a new project from a template, in an empty or new directory. */
export function addInitCommand(program: Command, { output }: Cli): void {
  program
    .command('init')
    .description('make a new project')
    .argument('[dir]', 'where to make it', '.')
    .option('--template <name>', 'what to start from', 'minimal')
    .action((directory: string, options: { template: string }) => {
      const target = resolve(directory);
      copyTemplate(options.template, target);
      const place = relative(process.cwd(), target) || '.';
      output.note(`Made a project in ${place}. Next:`);
      if (place !== '.') output.note(`  cd ${place}`);
      output.note('  npm install\n  npm run dev');
    });
}

function copyTemplate(name: string, target: string): void {
  const known = readdirSync(templates);
  if (!known.includes(name)) {
    throw new UserError(
      `There is no template "${name}".${didYouMean(name, known)} There is: ${known.join(', ')}.`,
    );
  }
  const source = join(templates, name);
  const clash = readdirSync(source)
    .map(installedName)
    .find((entry) => existsSync(join(target, entry)));
  if (clash !== undefined) {
    throw new UserError(
      `${join(target, clash)} is already there. Choose a directory without a project in it.`,
    );
  }
  mkdirSync(target, { recursive: true });
  cpSync(source, target, { recursive: true });
  for (const entry of readdirSync(source)) {
    if (installedName(entry) !== entry) renameSync(join(target, entry), join(target, installedName(entry)));
  }
}

/** npm leaves `.gitignore` out of packages, so templates hold it as `gitignore`. */
const installedName = (entry: string): string => (entry === 'gitignore' ? '.gitignore' : entry);
