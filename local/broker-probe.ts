import { connect } from 'node:net';

/**
 * Asks a broker for the cluster's metadata (Metadata request, version 1) and gives the number of brokers that serve;
 * 0 while it refuses, is silent for `timeoutMs`, or has no controller. A fenced broker, one that still starts, isn't
 * listed. Written by hand so that the stack starts without any Kafka client.
 */
export function liveBrokers(host: string, port: number, timeoutMs = 1_000): Promise<number> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host, port });
    const finish = (brokers: number) => {
      socket.destroy();
      resolve(brokers);
    };
    socket.setTimeout(timeoutMs, () => finish(0));
    socket.once('error', () => finish(0));
    socket.once('close', () => finish(0));
    socket.once('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) finish(readBrokers(received));
    });
  });
}

/** api_key 3, version 1, correlation id 1, client id null, and an empty list of topics: none wanted. */
function metadataRequest(): Buffer {
  const body = Buffer.alloc(14);
  body.writeInt16BE(3, 0);
  body.writeInt16BE(1, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(-1, 8);
  body.writeInt32BE(0, 10);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** size, correlation id, brokers [node id, host, port, rack or null], controller id, … */
function readBrokers(response: Buffer): number {
  const brokers = response.readInt32BE(8);
  let at = 12;
  for (let index = 0; index < brokers; index += 1) {
    at += 4;
    at += 2 + response.readInt16BE(at) + 4;
    at += 2 + Math.max(0, response.readInt16BE(at));
  }
  return response.readInt32BE(at) >= 0 ? brokers : 0;
}
