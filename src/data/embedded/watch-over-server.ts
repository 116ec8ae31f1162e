import { spawn } from 'node:child_process';

export interface Watchdog {
  /** Names the server process to end when this one dies; 0 means none. */
  guard(pid: number): void;
  /** Lets the watchdog go without harming anything. */
  dismiss(): void;
}

/**
 * Starts a shell (about 1 MB) that waits on a pipe from this process. However this process ends, kill -9 included, the
 * system closes the pipe, and the shell then asks the last named server to shut down.
 */
export function startWatchdog(): Watchdog {
  // Windows has no such shell; there a leftover server is stopped by the next start.
  if (process.platform === 'win32') return { guard: () => undefined, dismiss: () => undefined };
  const script = 'pid=0; while read -r next; do pid=$next; done; [ "$pid" -gt 0 ] && kill -INT "$pid"';
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  return {
    guard: (pid) => void child.stdin.write(`${pid}\n`),
    dismiss: () => void child.stdin.end('0\n'),
  };
}
