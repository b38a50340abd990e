/** A job runner as a process of its own, to be killed. Arguments: brokers, topic prefix, address of the cloud. */
import { Registry } from 'prom-client';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { topicName } from '../../../schemas/topics.ts';
import { runJobRunner } from '../../../services/jobs/index.ts';

const [brokers = '', prefix = '', url = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const cloud = cloudClient({
  vodEndpoint: url,
  liveEndpoint: url,
  credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
  timeoutMs: 1_000,
});
await runJobRunner({
  kafka: { brokers, clientId: 'runner-process' },
  topics: (id) => topicName(prefix, id),
  groupId: `${prefix}jobs`,
  instance: 'one',
  codecs: {
    transcodeJob: { decode: (bytes) => JSON.parse(String(bytes)) as TranscodeJob },
    composeJob: { decode: (bytes) => JSON.parse(String(bytes)) as ComposeJob },
  },
  cloudOf: () => cloud,
  platform: systemPlatform,
  log: createLogger('runner-process', 'silent'),
  metrics: metricsOf(new Registry()),
  signal: stop.signal,
  submissionsPerSecond: 60,
  rules: { backoff: { firstMs: 20, longestMs: 500 }, lookBackoff: { firstMs: 20, longestMs: 500 } },
  composeRules: { settleMs: 3_000, searchBackoff: { firstMs: 200, longestMs: 500 } },
});
cloud.close();
