import { InvalidArgumentError, Option } from 'commander';
import type { ViewerState } from '../model/viewer.ts';
import { readViewerHeader } from '../serve/read-viewer-header.ts';

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

/** `--as JSON`: the viewer. */
export function asOption(): Option {
  return new Option('--as <json>', 'the viewer, as in X-Plinth-As: {"id": "…"}, or null for signed out');
}

/** What `--as` says. @throws Error that names what is wrong with it */
export function readViewer(text: string | undefined): ViewerState {
  if (text === undefined) return { kind: 'signedOut' };
  try {
    // The header's reader expects bytes as Node hands them out.
    return readViewerHeader(Buffer.from(text, 'utf8').toString('latin1'));
  } catch (error) {
    throw new Error((error as Error).message.replace('X-Plinth-As', '--as'));
  }
}

/** `--variables JSON`. */
export function variablesOption(): Option {
  return new Option('--variables <json>', "the operation's variables");
}

/** What `--variables` says. @throws Error that names what is wrong with it */
export function readVariables(text = '{}'): Readonly<Record<string, unknown>> {
  const given = parseJson(text);
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Record<string, unknown>;
  throw new Error('--variables must be a JSON object.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
