/** npm passes on signals that the terminal has sent to everybody already: so close together, they are one. */
const ECHO_MS = 500;

/**
 * Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. To be called before anything is started,
 * so that a signal during the start is answered by a stop as soon as there is something to stop.
 */
export function awaitSignal(note: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (askedAt !== undefined) {
        if (now - askedAt > ECHO_MS) process.exit(130);
        return;
      }
      askedAt = now;
      note(`${signal}: stopping (again to end at once)`);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
