/**
 * The console of `bench console-queries`, in a process of its own, started by fork with the folder of a view that is filled:
 * opens it, listens, says where, and serves until it is ended. It follows no topic.
 */
import avsc from 'avsc';
import { Registry } from 'prom-client';
import { avroCodec, type Codec } from '../connectors/avro/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { createLogger, metricsOf } from '../platform/telemetry/index.ts';
import { defaultPolicy } from '../processors/policy/index.ts';
import { type AvroSchemaName, avroSchema } from '../schemas/avro.ts';
import type { SessionState } from '../schemas/generated/SessionState.ts';
import type { VideoState } from '../schemas/generated/VideoState.ts';
import { buildConsole, StateView } from '../services/console/index.ts';

const codecOf = <T>(name: AvroSchemaName): Codec<T> =>
  avroCodec<T>(name, 1, avsc.Type.forSchema(avroSchema(name) as avsc.Schema), () =>
    Promise.reject(new Error('no other schema is written here')),
  );

export const codecs = {
  'video-state': codecOf<VideoState>('VideoState'),
  'session-state': codecOf<SessionState>('SessionState'),
};

export const identity = {
  topicIds: { 'video-state': 'a', 'session-state': 'b' },
  partitions: { 'video-state': 1, 'session-state': 1 },
};

async function serve(folder: string): Promise<string> {
  const view = await StateView.open(folder, codecs, identity, Date.now());
  const app = await buildConsole({
    view,
    follower: {
      freshness: () => ({ caughtUp: true, lagRecords: 0, asOfMs: null }),
      waitingFor: () => null,
      reaches: async () => true,
      onChange: () => () => undefined,
      done: Promise.resolve(),
    },
    clock: systemPlatform,
    metrics: metricsOf(new Registry()),
    log: createLogger('bench', 'warn'),
    health: { live: () => true, waitingFor: () => null },
    epoch: 'bench',
    maxPositionAgeMs: 60_000,
    token: undefined,
    unknownStream: defaultPolicy,
    publish: async () => undefined,
    readPlay: async () => ({ kind: 'busy' }),
    playSeconds: 60,
    readLatency: async () => ({ stages: [] }),
    deadLetters: { page: async () => ({ items: [], next: null }), find: async () => null, redrive: async () => 'sent' },
    signal: new AbortController().signal,
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

if (import.meta.main) {
  // Nobody is left to end it.
  process.once('disconnect', () => process.exit(1));
  process.send?.(await serve(process.argv[2] ?? ''));
}
