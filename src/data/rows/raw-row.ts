import pg from 'pg';
import { Parser } from 'pg-protocol/dist/parser.js';
import type { ByteText } from '../../kit/byte-text.ts';
import type { Texts } from '../db.ts';

const DATA_ROW = 0x44;

/** A row as it came: its values are read when somebody asks for them. Stands in for node-postgres's own `DataRowMessage`. */
export class RawRow {
  readonly name = 'dataRow';
  readonly bytes: Buffer;
  /** Where in `bytes` the number of columns stands; the columns follow. */
  readonly start: number;
  /** In bytes, with what is not columns. */
  readonly length: number;

  constructor(bytes: Buffer, start: number, length: number) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
  }

  get fieldCount(): number {
    return this.bytes.readInt16BE(this.start);
  }

  /** What node-postgres makes rows of. */
  get fields(): readonly (string | null)[] {
    return this.#read('utf8');
  }

  get texts(): Texts {
    return this.#read('latin1') as readonly (ByteText | null)[];
  }

  #read(encoding: 'utf8' | 'latin1'): readonly (string | null)[] {
    const { bytes, fieldCount } = this;
    const fields = new Array<string | null>(fieldCount);
    let at = this.start + 2;
    for (let i = 0; i < fieldCount; i++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      fields[i] = length < 0 ? null : bytes.toString(encoding, at, at + length);
      if (length > 0) at += length;
    }
    return fields;
  }
}

/** What node-postgres's parser does, which its types do not say. */
interface Packets {
  handlePacket(start: number, code: number, length: number, bytes: Buffer): unknown;
}

class RawParser extends (Parser as unknown as new () => Packets & Pick<Parser, 'parse'>) {
  override handlePacket(start: number, code: number, length: number, bytes: Buffer): unknown {
    return code === DATA_ROW
      ? new RawRow(bytes, start, length)
      : super.handlePacket(start, code, length, bytes);
  }
}

/** A message of PostgreSQL's as node-postgres reads it. */
interface Message {
  readonly name: string;
  readonly parameterName?: string;
  readonly parameterValue?: string;
}

/** `18.1 (Debian 18.1-1)` → 18. */
function majorVersion(text = ''): number | undefined {
  const major = Number.parseInt(text, 10);
  return Number.isNaN(major) ? undefined : major;
}

/** A connection of node-postgres before it has listened to its stream, which is another one once it is encrypted. */
interface Listening {
  attachListeners(stream: NodeJS.ReadableStream): void;
  emit(event: string, message: unknown): boolean;
}

/** A client of node-postgres that hands rows on as they come. */
export class RawRowsClient extends pg.Client {
  /** PostgreSQL's major version; undefined until it has told it. */
  serverVersion: number | undefined;

  constructor(config?: pg.ClientConfig) {
    super(config);
    const connection = this.connection as unknown as Listening;
    connection.attachListeners = (stream) => {
      const parser = new RawParser();
      const tell = (message: Message): void => {
        if (message.name === 'parameterStatus' && message.parameterName === 'server_version')
          this.serverVersion = majorVersion(message.parameterValue);
        connection.emit('message', message);
        connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message);
      };
      stream.on('data', (bytes: Buffer) => parser.parse(bytes, tell));
    };
  }
}

/** PostgreSQL's major version as it has told this connection. */
export function versionOf(client: pg.ClientBase): number | undefined {
  return client instanceof RawRowsClient ? client.serverVersion : undefined;
}
