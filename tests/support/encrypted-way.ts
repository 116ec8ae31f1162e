import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { X509CertificateGenerator } from '@peculiar/x509';

/** What a client of PostgreSQL asks first where it wants to be encrypted, and the answers. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]);
const YES = 'S';
const NO = 'N';

/** A way to a database for clients that want to be encrypted, as those of most clouds are. */
export class EncryptedWay implements AsyncDisposable {
  readonly #server = createServer((near) => this.#join(near));
  readonly #target: URL;
  readonly #context: SecureContext;
  readonly #sockets = new Set<Socket>();
  /** How many connections were encrypted. */
  encrypted = 0;
  /** Whether clients are told that there is no encryption. */
  refuses = false;

  private constructor(target: string, context: SecureContext) {
    this.#target = new URL(target);
    this.#context = context;
  }

  static async to(target: string): Promise<EncryptedWay> {
    const way = new EncryptedWay(target, await selfSigned());
    await once(way.#server.listen(0, '127.0.0.1'), 'listening');
    return way;
  }

  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    url.searchParams.set('sslmode', 'no-verify');
    return url.href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server.close(), 'close');
  }

  #join(near: Socket): void {
    this.#sockets.add(near);
    near.on('error', () => undefined);
    near.once('data', (data: Buffer) => {
      if (!data.equals(SSL_REQUEST)) near.destroy(new Error('Not encrypted'));
      else if (this.refuses) near.write(NO);
      else near.write(YES, () => this.#encrypt(near));
    });
  }

  #encrypt(near: Socket): void {
    this.encrypted++;
    const clear = new TLSSocket(near, { isServer: true, secureContext: this.#context });
    const far = connect(Number(this.#target.port), this.#target.hostname);
    this.#sockets.add(far);
    clear.pipe(far).pipe(clear);
    for (const [one, other] of [
      [clear, far],
      [far, clear],
    ] as const)
      one.on('error', () => undefined).on('close', () => other.destroy());
  }
}

async function selfSigned(): Promise<SecureContext> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const generated = { name: 'CN=localhost', keys, signingAlgorithm: algorithm };
  const certificate = await X509CertificateGenerator.createSelfSigned(generated);
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const pem = `-----BEGIN PRIVATE KEY-----\n${key.toString('base64')}\n-----END PRIVATE KEY-----`;
  return createSecureContext({ key: pem, cert: certificate.toString('pem') });
}
