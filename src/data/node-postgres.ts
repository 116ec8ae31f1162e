/** What node-postgres calls its connection, as far as it is needed here; its types do not say it. */
export interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(message: { text: string; name: string }): void;
  bind(message: { values: readonly unknown[] }): void;
  execute(message: { rows: number }): void;
  describe(message: object): void;
  /** `S`: of a prepared statement. */
  close(message: { type: 'S'; name: string }): void;
  sync(): void;
}

/** What a query of node-postgres is to its client, which its types do not say either. */
export interface SentQuery {
  text: string;
  name: string | undefined;
  values: readonly unknown[];
  readonly callback?: (error: Error | null) => void;
  prepare(wire: Wire): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}
