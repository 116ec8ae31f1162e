import { watch } from 'chokidar';
import type { Project } from './find-project.ts';

/** Editors write a file in several steps; this long after the last one it counts as saved. */
const SETTLE_MS = 60;

/**
 * Calls `changed` after edits of what the author writes, one call at a time: edits during a call lead to one more.
 * Answers the way to stop watching.
 */
export function watchProject(project: Project, changed: () => Promise<void>): () => Promise<void> {
  const paths = [
    project.schemaFile,
    project.configFile,
    project.resolversDirectory,
    project.operationsDirectory,
  ];
  const watcher = watch(paths, { ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await changed();
    } finally {
      running = false;
      if (again) {
        again = false;
        void run();
      }
    }
  };
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), SETTLE_MS);
  });
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
