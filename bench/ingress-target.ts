/**
 * One server of the ingress benchmark, in a process of its own, started by fork: `bare` is Fastify answering 200,
 * `delivered` the same once the native client has reported that the brokers have the body, `durable` the real ingress.
 * Says where it listens, then its memory every second, until it is told to stop.
 */
import { randomUUID } from 'node:crypto';
import kafka from '@confluentinc/kafka-javascript';
import Fastify, { type FastifyInstance, type FastifyListenOptions, type FastifyReply } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { privateBytesOf, systemClock } from '../platform/host/index.ts';
import { metricsOf } from '../platform/telemetry/index.ts';
import { topicName } from '../schemas/topics.ts';
import { defaultLingerMs, type RunIngressOptions, runIngress } from '../services/intake/http/index.ts';

export type TargetSettings = Pick<RunIngressOptions, 'kafka' | 'spool' | 'endpoints' | 'lingerMs'> & {
  readonly prefix: string;
  /** Shared with other processes. Default: any free port, for this one alone. */
  readonly port?: number;
};
export type TargetMessage =
  | { readonly kind: 'listening'; readonly address: string }
  /** `anonBytes`: resident memory of the process's own, without the pages of files that it has mapped. */
  | { readonly kind: 'memory'; readonly anonBytes: number; readonly heapBytes: number };

/** The parent may be gone: then the message is dropped. */
function tell(message: TargetMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function serve(app: FastifyInstance, { port }: TargetSettings, signal: AbortSignal): Promise<void> {
  // Fastify hands these to Node's `listen`, which knows `reusePort`; its types don't.
  const shared = port !== undefined;
  const where: FastifyListenOptions & { reusePort: boolean } = {
    host: '127.0.0.1',
    port: port ?? 0,
    reusePort: shared,
  };
  tell({ kind: 'listening', address: await app.listen(where) });
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await app.close();
}

async function bare(settings: TargetSettings, signal: AbortSignal): Promise<void> {
  const app = Fastify();
  app.post(pathOf(settings.endpoints), (_request, reply) => reply.send(''));
  await serve(app, settings, signal);
}

/**
 * What durability costs by itself: no check, no limit, no header, no spool, nothing read of the body. The client is set as
 * the ingress sets it, and the keys spread over the partitions as those of callbacks do.
 */
async function delivered(settings: TargetSettings, signal: AbortSignal): Promise<void> {
  const { kafka: at, prefix, endpoints } = settings;
  const producer = new kafka.Producer({
    'bootstrap.servers': at.brokers,
    'enable.idempotence': true,
    acks: -1,
    dr_cb: true,
    'linger.ms': defaultLingerMs,
    'socket.nagle.disable': true,
  });
  await new Promise((resolve, reject) =>
    producer.connect({}, (error, value) => (error ? reject(error) : resolve(value))),
  );
  producer.setPollInBackground(true);
  producer.on('delivery-report', (error, { opaque }) => (opaque as FastifyReply).code(error ? 503 : 200).send(''));
  const topic = topicName(prefix, 'callbacks');
  const keys = randomUUID();
  let received = 0;
  const app = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
  app.post(pathOf(endpoints), (request, reply) => {
    received += 1;
    producer.produce(topic, null, request.body as Buffer, Buffer.from(`${keys}${received}`), null, reply);
  });
  await serve(app, settings, signal);
  await new Promise((resolve) => producer.disconnect(resolve));
}

const pathOf = (endpoints: TargetSettings['endpoints']): string => endpoints[0]?.path ?? '/';

/** All load comes from one address, which alone may not use up the rate: what it is allowed isn't what is measured. */
const withoutRateLimits = {
  callbacksPerSecond: 1_000_000,
  callbacksBurst: 1_000_000,
  callbacksPerSecondOfAddress: 1_000_000,
};

/** Says where it listens once it has Kafka: what came before would go through the spool, and so would all of a full load after it. */
async function durable(settings: TargetSettings, signal: AbortSignal): Promise<void> {
  let address: string | null = null;
  let isConnected = false;
  const ready = () => {
    if (address === null || !isConnected) return;
    tell({ kind: 'listening', address });
    address = null;
  };
  const heard = (line: string) => {
    const { level, msg } = JSON.parse(line) as { level: number; msg?: string };
    if (level >= 40) process.stderr.write(line);
    if (msg !== 'connected to Kafka') return;
    isConnected = true;
    ready();
  };
  await runIngress({
    ...settings,
    host: '127.0.0.1',
    port: 0,
    topics: (id) => topicName(settings.prefix, id),
    log: pino({ level: 'info' }, { write: heard }),
    metrics: metricsOf(new Registry()),
    clock: systemClock,
    lameDuckMs: 0,
    limits: withoutRateLimits,
    signal,
    onListening: (at) => {
      address = at;
      ready();
    },
  });
}

const servers = { bare, delivered, durable };
export type ServerName = keyof typeof servers;

const [mode, json = '{}'] = process.argv.slice(2);
const settings = JSON.parse(json) as TargetSettings;
const stopping = new AbortController();
process.once('message', () => stopping.abort());
process.once('disconnect', () => stopping.abort());
const stopSampling = systemClock.every(1_000, () => {
  tell({
    kind: 'memory',
    anonBytes: privateBytesOf(process.pid) ?? Number.NaN,
    heapBytes: process.memoryUsage().heapUsed,
  });
});
await servers[mode as ServerName](settings, stopping.signal);
stopSampling();
if (process.connected) process.disconnect();
