/** The process's environment. Everything outside `config/` gets what it needs as values. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** What Node was started with, on its command line and by NODE_OPTIONS. */
export function nodeFlags(): readonly string[] {
  return [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
}
