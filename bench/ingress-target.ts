/**
 * One server of the ingress benchmark, in a process of its own, started by fork: `bare` is Fastify answering 200,
 * `durable` is the real ingress. Says where it listens, then its memory every second, until it is told to stop.
 */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../platform/host/index.ts';
import { metricsOf } from '../platform/telemetry/index.ts';
import { topicName } from '../schemas/topics.ts';
import { type RunIngressOptions, runIngress } from '../services/intake/http/index.ts';

export type TargetSettings = Pick<RunIngressOptions, 'kafka' | 'spool' | 'endpoints' | 'lingerMs'> & {
  readonly prefix: string;
};
export type TargetMessage =
  | { readonly kind: 'listening'; readonly address: string }
  /** `anonBytes`: resident memory of the process's own, without the pages of files that it has mapped. */
  | { readonly kind: 'memory'; readonly anonBytes: number; readonly heapBytes: number };

/** The parent may be gone: then the message is dropped. */
function tell(message: TargetMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function bare(path: string, signal: AbortSignal): Promise<void> {
  const app = Fastify();
  app.post(path, (_request, reply) => reply.send(''));
  tell({ kind: 'listening', address: await app.listen({ host: '127.0.0.1', port: 0 }) });
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await app.close();
}

/** All load comes from one address, which alone may not use up the rate: what it is allowed isn't what is measured. */
const withoutRateLimits = {
  callbacksPerSecond: 1_000_000,
  callbacksBurst: 1_000_000,
  callbacksPerSecondOfAddress: 1_000_000,
};

async function durable(settings: TargetSettings, signal: AbortSignal): Promise<void> {
  await runIngress({
    ...settings,
    host: '127.0.0.1',
    port: 0,
    topics: (id) => topicName(settings.prefix, id),
    log: pino({ level: 'warn' }, pino.destination(2)),
    metrics: metricsOf(new Registry()),
    clock: systemClock,
    lameDuckMs: 0,
    limits: withoutRateLimits,
    signal,
    onListening: (address) => tell({ kind: 'listening', address }),
  });
}

const [mode, json = '{}'] = process.argv.slice(2);
const settings = JSON.parse(json) as TargetSettings;
const stopping = new AbortController();
process.once('message', () => stopping.abort());
process.once('disconnect', () => stopping.abort());
const stopSampling = systemClock.every(1_000, () => {
  const anonKb = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  tell({ kind: 'memory', anonBytes: Number(anonKb) * 1024, heapBytes: process.memoryUsage().heapUsed });
});
if (mode === 'bare') await bare(settings.endpoints[0]?.path ?? '/', stopping.signal);
else await durable(settings, stopping.signal);
stopSampling();
if (process.connected) process.disconnect();
