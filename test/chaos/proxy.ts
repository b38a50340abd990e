import { connect, createServer, type Socket } from 'node:net';

/** Numbers of Kafka's requests, as on the wire. */
export const kafkaApi = { produce: 0, addOffsetsToTxn: 25, endTxn: 26, txnOffsetCommit: 28 } as const;

/** Where a connection is cut: the request doesn't reach the broker, or its response doesn't come back. */
export type CutPoint = { readonly at: 'request' | 'response'; readonly api: number };

export type KafkaProxy = {
  /** Cuts every connection now; gives how many there were. */
  cutAll(): number;
  /** Cuts the next connection that comes to this point. Resolves with whether one did in time. */
  cutAt(point: CutPoint, timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
};

type Armed = CutPoint & { readonly hit: () => void };

/** A TCP proxy in front of a broker's listener that knows Kafka's frames: length, then what the request is. */
export async function startProxy(port: number, brokerPort: number): Promise<KafkaProxy> {
  const open = new Set<() => void>();
  let armed: Armed | null = null;

  const server = createServer((client) => {
    const broker = connect({ host: '127.0.0.1', port: brokerPort, noDelay: true });
    client.setNoDelay(true);
    const asked = new Map<number, number>();
    const cut = () => {
      open.delete(cut);
      client.destroy();
      broker.destroy();
    };
    open.add(cut);
    for (const socket of [client, broker]) {
      socket.on('error', cut);
      socket.on('close', cut);
    }
    const isCut = (at: CutPoint['at'], api: number | undefined) => {
      if (armed === null || armed.at !== at || armed.api !== api) return false;
      armed.hit();
      armed = null;
      cut();
      return true;
    };
    pipeFrames(client, broker, (frame) => {
      const api = frame.readInt16BE(4);
      asked.set(frame.readInt32BE(8), api);
      return !isCut('request', api);
    });
    pipeFrames(broker, client, (frame) => {
      const correlationId = frame.readInt32BE(4);
      const api = asked.get(correlationId);
      asked.delete(correlationId);
      return !isCut('response', api);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  const cutAll = () => {
    const all = [...open];
    for (const cut of all) cut();
    return all.length;
  };
  return {
    cutAll,
    cutAt: (point, timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          armed = null;
          resolve(false);
        }, timeoutMs);
        armed = {
          ...point,
          hit: () => {
            clearTimeout(timer);
            resolve(true);
          },
        };
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cutAll();
      }),
  };
}

/** Passes whole frames on while `passes` says so; a slow receiver slows the sender. */
function pipeFrames(from: Socket, to: Socket, passes: (frame: Buffer) => boolean): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let wanted = 4;
  from.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < wanted) return;
    let data = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    while (data.length >= 4) {
      const length = 4 + data.readInt32BE(0);
      if (data.length < length) break;
      const frame = data.subarray(0, length);
      if (!passes(frame)) return;
      if (!to.destroyed && !to.write(frame)) from.pause();
      data = data.subarray(length);
    }
    chunks = data.length > 0 ? [data] : [];
    bytes = data.length;
    wanted = data.length >= 4 ? 4 + data.readInt32BE(0) : 4;
  });
  to.on('drain', () => from.resume());
}
