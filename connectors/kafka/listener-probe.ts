import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { brokerAddresses } from '../../schemas/address.ts';

const timeoutMs = 3_000;

/** ApiVersions v0, which every broker answers before any login: size, api key 18, version 0, correlation id 1, no client id. */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/** Whether the listener at `host:port` speaks TLS, or Kafka in the clear. False also without an answer. */
export function spokenBy(broker: string, language: 'tls' | 'plaintext'): Promise<boolean> {
  const [{ host, port } = { host: broker, port: 0 }] = brokerAddresses(broker) ?? [];
  return new Promise((resolve) => {
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    // Nothing is sent over this connection, so its certificate needn't be trusted.
    const socket: Socket =
      language === 'tls'
        ? connectTls({ host, port, rejectUnauthorized: false }, () => end(true))
        : connectPlain({ host, port }, () => socket.write(apiVersions));
    if (language === 'plaintext') {
      socket.on('data', (answer: Buffer) => end(answer.length >= 8 && answer.readInt32BE(4) === 1));
    }
    socket.setTimeout(timeoutMs, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}
