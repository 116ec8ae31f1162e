/** npm passes on signals that the terminal has sent to everybody already: so close together, they are one. */
const ECHO_MS = 500;

/**
 * Runs `stop` at the first SIGTERM or SIGINT and lets the process end by itself; a second signal ends it at once.
 * Resolves when `stop` is done.
 */
export function endOnSignal(stop: () => Promise<void>, note: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let askedAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (askedAt !== undefined) {
        if (now - askedAt > ECHO_MS) process.exit(130);
        return;
      }
      askedAt = now;
      note(`${signal}: stopping (again to end at once)`);
      stop().then(resolve, reject);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
