import { InvalidArgumentError, Option } from 'commander';

/** `--project DIR`, which every command takes. */
export function projectOption(): Option {
  return new Option('--project <dir>', 'the project to work on').default('.', 'the current directory');
}

/** `--port N`. 0 lets the system choose a free one. */
export function portOption(): Option {
  return new Option('--port <number>', 'port to serve on (PORT, else 4000)').argParser(parsePort);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  }
  return port;
}
