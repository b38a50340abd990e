import avsc from 'avsc';
import { expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { orderFields } from '../../../processors/video/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import { releasedOf } from '../../../schemas/compatibility.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { transcodeJobs } from '../../../services/jobs/transcode-jobs.ts';
import { defaultAttemptRules } from '../../../services/jobs/transcode-plan.ts';
import { calmEmulator, stopAfterTest } from '../../emulator/world.ts';
import { quickPlatform } from './crash-world.ts';

const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema, { registry: {} });

// Release 0.1.0 knows transcodes alone: it reads the template group of every command and submits it.
it.each([
  { kind: 'WORKFLOW', workflowId: 'w' } as const,
  { kind: 'AUDIT', templateId: null } as const,
  { kind: 'SNAPSHOT', templateId: null, offsetMs: 0 } as const,
  { kind: 'DNA', dnaDbId: null } as const,
  { kind: 'TAGS', analyseTypes: ['OCR'] } as const,
])('a runner of release 0.1.0 that is given $kind orders nothing, and says that it failed', async (order) => {
  const emulator = await calmEmulator();
  const videoId = emulator.addVideo();
  await emulator.whenQuiet();
  const cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
  });
  stopAfterTest(async () => cloud.close());

  const plan = { token: 'l2v-1', videoId, purpose: 'UPLOAD', generation: 0, plannedAt: Date.now() } as const;
  const written = { ...plan, stream: null, region: null, ...orderFields(order) };
  const ours = typeOf(avroSchema('TranscodeJob'));
  const release = releasedOf('TranscodeJob').find(({ version }) => version === '0.1.0');
  const theirs = typeOf(release?.schema);
  const seen = theirs.fromBuffer(ours.toBuffer(written), theirs.createResolver(ours)) as TranscodeJob;

  const platform = quickPlatform(() => 0.5, 50);
  const calls = callLimiter({ perSecond: 50, atOnce: 1 }, platform);
  const options = { submitting: calls, asking: calls, rules: defaultAttemptRules, platform };
  const job = transcodeJobs({ ...options, cloudOf: () => cloud })(seen, seen);
  const ending = await job.work({
    mayHaveStarted: false,
    signal: new AbortController().signal,
    pause: (ms) => platform.sleep(ms),
    crowded: () => false,
    report: () => Promise.resolve(),
  });

  expect(ending).toMatchObject({
    result: 'failed',
    event: { token: 'l2v-1', errorCode: 'NoSuchResource' },
  });
  const { bill, jobs } = emulator.ledger();
  expect(bill.filter((line) => line.startedBy === 'user')).toEqual([]);
  expect(jobs).toEqual([]);
});
