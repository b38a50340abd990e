import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A listener in front of a broker that all clients stay on, and that can make the broker name no brokers at all. */
export type MetadataProxy = {
  readonly brokers: string;
  /** From now on every metadata response says that there are no brokers; resolves once a client was told so. */
  emptyNext(): Promise<void>;
  /** The truth again. */
  heal(): void;
  close(): Promise<void>;
};

const metadata = 3;
const findCoordinator = 10;

/**
 * Speaks Kafka's frames: what a request is stands in its header, and a response is told by its correlation id. Metadata is
 * read in the flexible versions (9 and later) that librdkafka asks for; the broker's address is replaced by our own.
 */
export async function startMetadataProxy(brokerPort: number): Promise<MetadataProxy> {
  let empty = false;
  let told: () => void = () => {};
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connect({ host: '127.0.0.1', port: brokerPort });
    const asked = new Map<number, { api: number; version: number }>();
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    onFrames(client, (frame) => {
      asked.set(frame.readInt32BE(8), { api: frame.readInt16BE(4), version: frame.readInt16BE(6) });
      broker.write(frame);
    });
    onFrames(broker, (frame) => {
      const request = asked.get(frame.readInt32BE(4));
      asked.delete(frame.readInt32BE(4));
      if (request?.api === findCoordinator) frame = withPort(frame, brokerPort, port);
      if (request?.api !== metadata) return client.write(frame);
      if (request.version < 9) throw new Error(`metadata version ${request.version} isn't known here`);
      client.write(empty ? withoutBrokers(frame) : withPort(frame, brokerPort, port));
      if (empty) told();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    brokers: `127.0.0.1:${port}`,
    emptyNext: () =>
      new Promise((resolve) => {
        told = resolve;
        empty = true;
      }),
    heal() {
      empty = false;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Behind the length, the correlation id, the header's tags and the throttle time: how many brokers there are. */
const brokersAt = 4 + 4 + 1 + 4;

function withoutBrokers(frame: Buffer): Buffer {
  let at = brokersAt + 1;
  for (let left = (frame[brokersAt] ?? 1) - 1; left > 0; left -= 1) {
    at += 4; // node id
    at += frame[at] ?? 0; // host: its length plus one, then the text
    at += 4; // port
    const rack = frame[at] ?? 0;
    at += Math.max(1, rack); // null is 0
    at += 1; // no tags
  }
  const cut = Buffer.concat([frame.subarray(0, brokersAt), Buffer.from([1]), frame.subarray(at)]);
  cut.writeInt32BE(cut.length - 4, 0);
  return cut;
}

/** Wherever the broker's port stands behind its host. */
function withPort(frame: Buffer, from: number, to: number): Buffer {
  const host = Buffer.from('127.0.0.1');
  for (let at = frame.indexOf(host); at >= 0; at = frame.indexOf(host, at + 1)) {
    const port = at + host.length;
    if (port + 4 <= frame.length && frame.readInt32BE(port) === from) frame.writeInt32BE(to, port);
  }
  return frame;
}

function onFrames(from: Socket, take: (frame: Buffer) => void): void {
  let data = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    data = Buffer.concat([data, chunk]);
    while (data.length >= 4 && data.length >= 4 + data.readInt32BE(0)) {
      const length = 4 + data.readInt32BE(0);
      take(Buffer.from(data.subarray(0, length)));
      data = data.subarray(length);
    }
  });
}
