import { Writable } from 'node:stream';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config/config.ts';
import { formatLogLine } from './format-log-line.ts';

/** The process's log. Text from outside goes into fields, never into the message. */
export type Log = Logger;

/** Headers that carry a secret, wherever a logged object has them. */
const SECRET_HEADERS = ['authorization', 'cookie', 'set-cookie', '["x-plinth-admin-key"]'];
const REDACTED = SECRET_HEADERS.flatMap((name) => {
  const property = name.startsWith('[') ? name : `["${name}"]`;
  return [`headers${property}`, `*.headers${property}`, name.startsWith('[') ? name : property];
});

/**
 * Makes the log: one line of JSON per event in production, one readable line in development. Either way control
 * characters are escaped, so that nobody can forge a line or move a terminal's cursor.
 */
export function makeLog(config: Pick<Config, 'mode' | 'logLevel'>, destination?: DestinationStream): Log {
  const options = {
    level: config.logLevel,
    redact: { paths: REDACTED, censor: '[redacted]' },
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  if (config.mode === 'production') return destination ? pino(options, destination) : pino(options);
  return pino(options, readable(destination ?? process.stdout));
}

function readable(destination: DestinationStream): DestinationStream {
  return new Writable({
    write(chunk, _encoding, done) {
      destination.write(formatLogLine(String(chunk)));
      done();
    },
  });
}
