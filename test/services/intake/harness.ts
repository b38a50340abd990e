import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../../../platform/host/index.ts';
import { metricsOf } from '../../../platform/telemetry/index.ts';
import {
  buildIngress,
  type CallbackEndpoint,
  type IngressOptions,
  type OutgoingRecord,
} from '../../../services/intake/http/index.ts';

export const endpoint: CallbackEndpoint = {
  path: '/callbacks/vod',
  url: 'https://ingress.example.com/callbacks/vod',
  keys: ['Abc123Def456'],
  region: 'cn-shanghai',
};

/** Headers as the cloud would sign them now, or `skewSeconds` off. Signs by its own code, not by what it tests. */
export function signed(to: CallbackEndpoint = endpoint, skewSeconds = 0, key = to.keys[0]): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000) + skewSeconds);
  const signature = createHash('md5').update(`${to.url}|${timestamp}|${key}`).digest('hex');
  return { 'x-vod-timestamp': timestamp, 'x-vod-signature': signature };
}

export function callback(videoId: string): string {
  return JSON.stringify({
    EventType: 'AddLiveRecordVideoComplete',
    EventTime: '2026-03-01T10:00:04Z',
    VideoId: videoId,
    Status: 'success',
    DomainName: 'play.example.com',
    AppName: 'live',
    StreamName: 'room-42',
  });
}

export const silent = pino({ level: 'silent' });

export type Bench = {
  readonly app: FastifyInstance;
  /** What was published, in order. */
  readonly published: OutgoingRecord[];
  /** Values of a counter, by its labels joined with a space. */
  counted(name: string): Promise<Record<string, number>>;
};

/** An ingress whose publisher is a list. */
export function ingressWithList(options: Partial<IngressOptions> = {}): Bench {
  const published: OutgoingRecord[] = [];
  const registry = new Registry();
  const app = buildIngress({
    endpoints: [endpoint],
    publisher: { publish: async (record) => void published.push(record) },
    health: { live: () => true, waitingFor: () => null },
    log: silent,
    metrics: metricsOf(registry),
    clock: systemClock,
    ...options,
  });
  return {
    app,
    published,
    async counted(name) {
      const metric = await registry.getSingleMetric(name)?.get();
      return Object.fromEntries(
        (metric?.values ?? []).map(({ labels, value }) => [Object.values(labels).join(' '), value]),
      );
    },
  };
}
