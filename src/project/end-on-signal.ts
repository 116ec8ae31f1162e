/**
 * Runs `stop` at the first SIGTERM or SIGINT and lets the process end by itself; a second signal ends it at once.
 * Resolves when `stop` is done.
 */
export function endOnSignal(stop: () => Promise<void>, note: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(130);
      asked = true;
      note(`${signal}: stopping (again to end at once)`);
      stop().then(resolve, reject);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
