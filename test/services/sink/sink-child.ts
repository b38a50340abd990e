/** A sink in a process of its own, to be killed: `node sink-child.ts <json of SinkChild>`. */
import { Registry } from 'prom-client';
import { connectRegistry } from '../../../connectors/avro/index.ts';
import type { ClickhouseSettings } from '../../../connectors/clickhouse/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { topicName } from '../../../schemas/topics.ts';
import { runSink } from '../../../services/sink/index.ts';

export type SinkChild = {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly clickhouse: ClickhouseSettings;
  readonly prefix: string;
  readonly groupId: string;
};

if (process.argv[1] === import.meta.filename) {
  const o = JSON.parse(process.argv[2] ?? '') as SinkChild;
  const registry = connectRegistry({ url: o.registryUrl, prefix: o.prefix });
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.once('disconnect', () => stop.abort());
  await runSink({
    kafka: { brokers: o.brokers, clientId: 'sink-child' },
    topics: (id) => topicName(o.prefix, id),
    clickhouse: o.clickhouse,
    groupId: o.groupId,
    instance: 'child',
    codecs: {
      videoState: await registry.codec<VideoState>('video-state'),
      sessionState: await registry.codec<SessionState>('session-state'),
    },
    disconnectDelaySeconds: () => 180,
    platform: systemPlatform,
    log: createLogger('sink-child', 'error'),
    metrics: metricsOf(new Registry()),
    signal: stop.signal,
    batch: { maxRecords: 500, maxWaitMs: 50 },
  });
  process.exit(0);
}
