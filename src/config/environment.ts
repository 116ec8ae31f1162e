/** The process's environment. Everything outside `config/` gets what it needs as values. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
