import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { packageFile } from '../kit/package-file.ts';
import { didYouMean } from '../kit/suggest.ts';
import { UsageError } from '../kit/user-error.ts';
import { copyTemplate } from './copy-template.ts';
import type { Cli } from './run.ts';

const templates = packageFile('templates');

/** `plinth init [dir]`: a new project from a template, in a directory without one. */
export function fillInitCommand(command: Command, { output }: Cli): void {
  command
    .argument('[dir]', 'where to make it', '.')
    .option('--template <name>', 'what to start from', 'minimal')
    .action((directory: string, options: { template: string }) => {
      const target = resolve(directory);
      const kept = copyTemplate(templateCalled(options.template), target);
      const place = relative(process.cwd(), target) || '.';
      if (kept.length > 0) output.note(`Kept what was there: ${kept.join(', ')}.`);
      output.note(`Made a project in ${place}. Next:`);
      if (place !== '.') output.note(`  cd ${place}`);
      output.note('  npm install\n  npm run dev');
    });
}

function templateCalled(name: string): string {
  const known = readdirSync(templates);
  if (known.includes(name)) return join(templates, name);
  throw new UsageError(
    `There is no template "${name}".${didYouMean(name, known)} There is: ${known.join(', ')}.`,
  );
}
