import { afterEach, describe, expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { CloudFault, cloudClient, fixedCredentials, type VodCloud } from '../../../connectors/vod/index.ts';
import { type Emulator, type EmulatorOptions, startEmulator, templateGroupIds } from '../../../emulator/index.ts';
import { seeded } from '../../../emulator/random.ts';
import { createLogger } from '../../../platform/telemetry/index.ts';
import { orderFields, type StepOrder } from '../../../processors/video/index.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import type { StepKind } from '../../../schemas/generated/VideoState.ts';
import type { PoliciesInput } from '../../../schemas/policies.ts';
import { redriveStep } from '../../../services/jobs/index.ts';
import type { JobReader } from '../../../services/jobs/job-kind.ts';
import { orderedJobs } from '../../../services/jobs/ordered-jobs.ts';
import { defaultStepRules, stepJobs } from '../../../services/jobs/step-jobs.ts';
import { transcodeJobs } from '../../../services/jobs/transcode-jobs.ts';
import { defaultAttemptRules } from '../../../services/jobs/transcode-plan.ts';
import { workflowJobs } from '../../../services/jobs/workflow-jobs.ts';
import { gapFiller } from '../../../services/reconciler/gap-filler.ts';
import { knownVideo } from '../../../services/reconciler/needs.ts';
import { watchList } from '../../../services/reconciler/watch-list.ts';
import { plainPipeline } from '../../emulator/pipeline.ts';
import { startReceiver } from '../../emulator/receiver.ts';
import { eventually } from '../../support/eventually.ts';
import { type CrashPoint, crashWorld, quickPlatform, randomEnd, schedulesToPlay, untilDone } from './crash-world.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function cloudWith(options: EmulatorOptions, timeoutMs = 200): Promise<{ emulator: Emulator; cloud: VodCloud }> {
  const knobs = { shuffleWindowMs: 1, lateRate: 0, duplicateRate: 0, renditionFailureRate: 0, jobCompression: 1e9 };
  const emulator = await startEmulator({ port: 0, ...options, knobs: { ...knobs, ...options.knobs } });
  const cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
    timeoutMs,
  });
  stops.push(emulator.stop, cloud.close);
  return { emulator, cloud };
}

type QuickPlatform = ReturnType<typeof quickPlatform>;

/** The reader of the topic, as the runner of the product has it. */
function readerOf(cloud: VodCloud, platform: QuickPlatform): JobReader {
  const shared = {
    cloudOf: () => cloud,
    submitting: callLimiter({ perSecond: 25, atOnce: 4 }, platform),
    asking: callLimiter({ perSecond: 50, atOnce: 4 }, platform),
    platform,
  };
  const transcode = transcodeJobs({ ...shared, rules: defaultAttemptRules });
  const step = stepJobs({ ...shared, rules: defaultStepRules });
  const workflow = workflowJobs({ ...shared, rules: defaultStepRules });
  const codec = { decode: (bytes: Buffer) => JSON.parse(String(bytes)) as TranscodeJob };
  return orderedJobs({ codec, transcode, workflow, step });
}

type Told = Readonly<Record<string, unknown>>;
const toldIn = (published: ReturnType<typeof crashWorld>['published']): readonly Told[] =>
  published
    .filter((record) => record.topic === 'callbacks')
    .map((record) => JSON.parse(Buffer.from(record.value ?? '').toString()) as Told);

const keyed = (jobs: readonly TranscodeJob[]) => jobs.map((value) => ({ key: value.videoId, value }));

type Rule = NonNullable<NonNullable<PoliciesInput>[number]['segments']>;
type KnobChanges = NonNullable<EmulatorOptions['knobs']>;

/** An evening whose videos are all treated by this rule, up to where nothing more happens by itself. */
async function evening(rule: Rule, knobs: KnobChanges, lost: readonly string[] = []) {
  const pipeline = plainPipeline([{ segments: rule, composed: rule }]);
  const receiver = await startReceiver((_n, body) => {
    if (!lost.includes(String(body.EventType))) pipeline.callback(body);
    return 200;
  });
  stops.push(receiver.stop);
  const { emulator, cloud } = await cloudWith({ callbackUrl: receiver.url, seed: 7, knobs });
  emulator.play({ practices: ['2'], shows: 1, showSeconds: 1800, compression: 1e9 });
  const work = async () => {
    const jobs = pipeline.takeJobs();
    if (jobs.length === 0) return;
    const world = crashWorld(keyed(jobs));
    const platform = quickPlatform(seeded(1).float, 200);
    await world.live({ platform, ...untilDone, reader: () => readerOf(cloud, platform) });
    for (const event of toldIn(world.published)) pipeline.tell(event);
  };
  /** Works off what is planned until this is so of every video. */
  const until = async (holds: (video: Told) => void) => {
    await eventually(async () => {
      await work();
      expect(pipeline.videos.size).toBeGreaterThan(0);
      for (const video of pipeline.videos.values()) holds(video);
      return true;
    });
    await emulator.whenQuiet();
  };
  return { pipeline, emulator, cloud, until };
}

/** Asks the cloud about every video, as if all had been silent for long. */
async function reconcile(pipeline: ReturnType<typeof plainPipeline>, cloud: VodCloud): Promise<void> {
  const { checkVideos } = gapFiller({
    cloud: () => cloud,
    region: null,
    ask: (work) => work(),
    watch: watchList({ silentAfterMs: () => 0 }),
    report: async ({ body }) => pipeline.tell(body, 'reconciler'),
    platform: { now: Date.now },
    log: createLogger('test', 'silent'),
    tooYoungMs: 0,
  });
  await checkVideos([...pipeline.videos.values()].map(knownVideo));
}

describe('an audit and a cover before the transcode', () => {
  const transcode = {
    transcode: 'pipeline',
    templateGroupId: templateGroupIds.byHand,
    beforeTranscode: { audit: true, cover: { atSeconds: 1 } },
  } as const;

  const bothDone = expect.arrayContaining([
    expect.objectContaining({ kind: 'AUDIT', state: 'DONE' }),
    expect.objectContaining({ kind: 'SNAPSHOT', state: 'DONE' }),
  ]);
  const allDone = expect.arrayContaining([
    expect.objectContaining({ kind: 'AUDIT', state: 'DONE' }),
    expect.objectContaining({ kind: 'SNAPSHOT', state: 'DONE' }),
    expect.objectContaining({ kind: 'COVER', state: 'DONE' }),
  ]);
  const taken = expect.stringMatching(/\/snapshots\/normal\/.*-00001\.jpg$/);

  /** What the account paid for, by service, per video. */
  function billed(emulator: Emulator): Record<string, number> {
    const { bill, jobs, videos } = emulator.ledger();
    const count = (service: string) =>
      bill.filter((line) => line.service === service && line.startedBy === 'user').length;
    const each = (n: number) => n / videos.length;
    return { audits: each(count('audit')), covers: each(count('snapshot')), transcodes: each(jobs.length) };
  }

  it('that passes: the transcode starts, once', async () => {
    const { emulator, until } = await evening(transcode, { auditBlockRate: 0, auditReviewRate: 0 });
    await until((video) =>
      expect(video).toMatchObject({
        status: 'TRANSCODED',
        auditStatus: 'PASS',
        coverUrl: taken,
        jobs: [{ decision: 'PIPELINE', state: 'DONE', hold: 'PASSED' }],
        steps: allDone,
      }),
    );
    expect(billed(emulator)).toEqual({ audits: 1, covers: 1, transcodes: 1 });
  });

  it('that blocks: the transcode never starts', async () => {
    const { emulator, until } = await evening(transcode, { auditBlockRate: 1, auditReviewRate: 0 });
    await until((video) =>
      expect(video).toMatchObject({
        status: 'FAILED',
        errorCode: 'AuditBlocked',
        jobs: [{ state: 'AWAITING_APPROVAL', hold: 'BLOCKED', plannedAt: null }],
        steps: bothDone,
      }),
    );
    expect(billed(emulator)).toEqual({ audits: 1, covers: 1, transcodes: 0 });
  });

  it('that leaves it to a person: the transcode starts after that verdict, once', async () => {
    const { pipeline, emulator, until } = await evening(transcode, { auditBlockRate: 0, auditReviewRate: 1 });
    await until((video) =>
      expect(video).toMatchObject({ jobs: [{ hold: 'REVIEW', plannedAt: null }], steps: allDone }),
    );
    expect(billed(emulator)).toMatchObject({ transcodes: 0 });
    const EventTime = new Date().toISOString().replace(/\.\d+Z/, 'Z');
    for (const MediaId of [...pipeline.videos.keys()])
      pipeline.callback({
        EventType: 'CreateAuditComplete',
        EventTime,
        MediaId,
        Status: 'success',
        AuditStatus: 'Normal',
      });
    await until((video) => expect(video).toMatchObject({ status: 'TRANSCODED', jobs: [{ state: 'DONE' }] }));
    expect(billed(emulator)).toEqual({ audits: 1, covers: 1, transcodes: 1 });
  });

  it('whose verdict no callback reported: the reconciler finds it, and the transcode starts, once', async () => {
    const passing = { auditBlockRate: 0, auditReviewRate: 0 };
    const { pipeline, emulator, cloud, until } = await evening(transcode, passing, ['AIMediaAuditComplete']);
    await until((video) =>
      expect(video).toMatchObject({
        coverUrl: expect.any(String),
        jobs: [{ hold: 'AUDIT' }],
        steps: expect.arrayContaining([expect.objectContaining({ kind: 'AUDIT', state: 'ACKNOWLEDGED' })]),
      }),
    );
    await reconcile(pipeline, cloud);
    await until((video) => expect(video).toMatchObject({ auditStatus: 'PASS', status: 'TRANSCODED', steps: allDone }));
    expect(billed(emulator)).toEqual({ audits: 1, covers: 1, transcodes: 1 });
  });

  const withoutVerdicts = { auditBlockRate: 0, auditReviewRate: 0 };
  const open = { kind: 'SNAPSHOT', state: 'ACKNOWLEDGED' };

  it('of which no callback told the snapshot: the reconciler finds the picture, and it becomes the cover', async () => {
    const { pipeline, emulator, cloud, until } = await evening(transcode, withoutVerdicts, ['SnapshotComplete']);
    await until((video) =>
      expect(video).toMatchObject({
        status: 'TRANSCODED',
        coverUrl: null,
        steps: expect.arrayContaining([expect.objectContaining(open)]),
      }),
    );
    await reconcile(pipeline, cloud);
    await until((video) => expect(video).toMatchObject({ coverUrl: taken, steps: allDone }));
    expect(billed(emulator)).toEqual({ audits: 1, covers: 1, transcodes: 1 });
    expect(emulator.ledger().videos.map(({ coverUrl }) => coverUrl)).toEqual(emulator.ledger().videos.map(() => taken));
  });

  const failing = { ...withoutVerdicts, snapshotFailRate: 1 };
  const lost = expect.arrayContaining([expect.objectContaining({ kind: 'SNAPSHOT', state: 'FAILED' })]);

  it('whose snapshot fails: the step ends, no cover is set, and the transcode goes on', async () => {
    const { emulator, until } = await evening(transcode, failing);
    await until((video) => {
      expect(video).toMatchObject({ status: 'TRANSCODED', steps: lost });
      expect(video.steps).toHaveLength(2);
    });
    expect(billed(emulator)).toEqual({ audits: 1, covers: 0, transcodes: 1 });
  });

  it('whose snapshot fails unheard: the reconciler finds out', async () => {
    const { pipeline, cloud, until } = await evening(transcode, failing, ['SnapshotComplete']);
    await until((video) =>
      expect(video).toMatchObject({
        status: 'TRANSCODED',
        steps: expect.arrayContaining([expect.objectContaining(open)]),
      }),
    );
    await reconcile(pipeline, cloud);
    await until((video) => expect(video).toMatchObject({ steps: lost }));
  });
});

describe('DNA and tags beside the transcode', () => {
  const analyse = { dna: true, tags: { analyseTypes: ['ASR' as const] } };
  const events = ['AIMediaDNAComplete', 'AIVideoTagComplete'];
  const both = (stands: object) => [
    { kind: 'DNA', ...stands },
    { kind: 'TAGS', ...stands },
  ];
  const why = { errorCode: 'InternalError', errorMessage: 'The analysis failed.' };

  /** Each was ordered once for each video, and the states say of it what truly was found. */
  function expectOnce({ pipeline, emulator }: Awaited<ReturnType<typeof evening>>): void {
    const { videos, analyses, calls } = emulator.ledger();
    expect(videos.length).toBeGreaterThan(1);
    for (const { videoId, similarVideos, tags } of videos) {
      const ordered = analyses.filter((one) => one.videoId === videoId).map(({ type }) => type);
      expect(ordered.toSorted()).toEqual(['AIMediaDNA', 'AIVideoTag']);
      const found = { similarVideos: similarVideos ?? [], tags: tags ?? [] };
      expect(pipeline.videos.get(videoId)).toMatchObject(found);
    }
    const taken = calls.filter(({ action, outcome }) => action === 'SubmitAIJob' && outcome === 'OK');
    expect(taken).toHaveLength(2 * videos.length);
  }

  it.each<Rule>([
    { transcode: 'cloud', analyse },
    { transcode: 'none', analyse },
    { transcode: 'pipeline', templateGroupId: templateGroupIds.byHand, analyse },
  ])('are done once: transcode $transcode', async (rule) => {
    const world = await evening(rule, {});
    await world.until((video) => expect(video).toMatchObject({ steps: both({ state: 'DONE' }) }));
    expectOnce(world);
    for (const { tags } of world.emulator.ledger().videos) expect(tags).not.toEqual([]);
  });

  const byPipeline: Rule = { transcode: 'pipeline', templateGroupId: templateGroupIds.byHand, analyse };

  it('that fail end as failed, with code and message, and the transcode goes on', async () => {
    const world = await evening(byPipeline, { aiFailRate: 1 });
    const ended = { status: 'TRANSCODED', errorCode: null, steps: both({ state: 'FAILED', ...why }) };
    await world.until((video) => expect(video).toMatchObject(ended));
    expectOnce(world);
    expect(world.emulator.ledger().jobs).toHaveLength(world.emulator.ledger().videos.length);
  });

  it.each([
    ['worked', 0, { state: 'DONE', errorCode: null }],
    ['failed', 1, { state: 'FAILED', ...why }],
  ])('that %s unheard: the reconciler finds out', async (_, aiFailRate, ended) => {
    const world = await evening(byPipeline, { aiFailRate }, events);
    const { pipeline, cloud, until } = world;
    const open = { status: 'TRANSCODED', tags: [], steps: both({ state: 'ACKNOWLEDGED' }) };
    await until((video) => expect(video).toMatchObject(open));
    await reconcile(pipeline, cloud);
    await until((video) => expect(video).toMatchObject({ steps: both(ended) }));
    expectOnce(world);
  });
});

describe('steps whose calls fail and whose runner dies', () => {
  const { runs, seed } = schedulesToPlay(12, 100);
  const atOnce = 4;

  const stepOrders = {
    AUDIT: { kind: 'AUDIT', templateId: null },
    SNAPSHOT: { kind: 'SNAPSHOT', templateId: null, offsetMs: null },
    COVER: { kind: 'COVER', coverUrl: 'http://media.example.com/chosen.jpg' },
    DNA: { kind: 'DNA', dnaDbId: 'library' },
    TAGS: { kind: 'TAGS', analyseTypes: ['OCR', 'ASR'] },
  } as const;

  function stepJob(videoId: string, kind: StepKind): TranscodeJob {
    const token = `${kind}-${videoId}`;
    const plan = { purpose: 'SEGMENT', generation: 0, plannedAt: Date.now() } as const;
    return { token, videoId, ...plan, ...orderFields(stepOrders[kind]), stream: null, region: null };
  }

  /** The cloud with a point before and after each call at which the runner may die. */
  function mortal(cloud: VodCloud, crashPoint: CrashPoint): VodCloud {
    return new Proxy(cloud, {
      get: (target, name: keyof VodCloud) => async (request: unknown) => {
        await crashPoint();
        try {
          return await (target[name] as (request: unknown) => Promise<unknown>)(request);
        } finally {
          await crashPoint();
        }
      },
    });
  }

  it(`are started at most once, and known unless nobody can know: seed ${seed}`, {
    timeout: 90_000 + runs * 4_000,
  }, async () => {
    const { emulator, cloud } = await cloudWith({
      seed,
      knobs: { submitPerSecond: null, queryPerSecond: null, silenceMs: 300 },
    });
    emulator.play({ practices: ['2'], shows: runs, showSeconds: 600, compression: 1e9 });
    await emulator.whenQuiet();
    const videoIds = emulator
      .ledger()
      .videos.slice(0, runs)
      .map((video) => video.videoId);
    emulator.turn({ errorRate: 0.05, lateErrorRate: 0.1, silenceRate: 0.02, lostAnswerRate: 0.1 });

    const play = async (videoId: string, schedule: number): Promise<readonly Told[]> => {
      const rng = seeded(seed, 'steps', schedule);
      const kinds = ['SNAPSHOT', 'AUDIT', 'COVER', 'DNA', 'TAGS'] as const;
      const world = crashWorld(keyed(kinds.map((kind) => stepJob(videoId, kind))));
      const lives = rng.int(0, 3);
      for (let life = 0; life <= lives; life++) {
        const platform = quickPlatform(rng.float, 200);
        const end = life < lives ? randomEnd(rng, 25) : untilDone;
        const reader = (crashPoint: CrashPoint) => readerOf(mortal(cloud, crashPoint), platform);
        if ((await world.live({ platform, ...end, reader })) === 'done') break;
      }
      return toldIn(world.published);
    };
    const told: Told[] = [];
    // A few at a time: an answer that comes late on a busy machine is a fault of its own.
    for (let from = 0; from < videoIds.length; from += atOnce) {
      const batch = videoIds.slice(from, from + atOnce);
      told.push(...(await Promise.all(batch.map((videoId, n) => play(videoId, from + n)))).flat());
    }
    await emulator.whenQuiet();

    const { bill } = emulator.ledger();
    let doubts = 0;
    for (const videoId of videoIds) {
      for (const [kind, service] of [
        ['SNAPSHOT', 'snapshot'],
        ['AUDIT', 'audit'],
        ['DNA', 'fingerprint'],
        ['TAGS', 'tags'],
      ] as const) {
        const made = bill.filter(
          (line) => line.videoId === videoId && line.service === service && line.startedBy === 'user',
        );
        const events = told.filter((event) => event.Token === `${kind}-${videoId}`);
        expect(made.length, `${kind} of ${videoId}`).toBeLessThanOrEqual(1);
        expect(events.length, `${kind} of ${videoId}`).toBeGreaterThan(0);
        if (made[0] === undefined) doubts += 1;
        const expected = made[0]
          ? { EventType: 'StepJobAcknowledged', JobId: made[0].jobId, Step: kind }
          : { EventType: 'StepJobInDoubt' };
        for (const event of events) expect(event, `${kind} of ${videoId}`).toMatchObject(expected);
      }
    }
    expect(doubts).toBeLessThan(2 * runs);
    // A cover may be set more than once, and never is in doubt.
    for (const videoId of videoIds) {
      const { coverUrl } = stepOrders.COVER;
      expect(emulator.ledger().videos.find((video) => video.videoId === videoId)?.coverUrl).toBe(coverUrl);
      const events = told.filter((event) => event.Token === `COVER-${videoId}`);
      expect(events.length).toBeGreaterThan(0);
      for (const event of events)
        expect(event).toMatchObject({ EventType: 'StepJobAcknowledged', Step: 'COVER', CoverUrl: coverUrl });
    }
  });

  describe.each(['AUDIT', 'DNA', 'TAGS'] as const)('%s', (kind) => {
    /** Done again on purpose, with jobs of these kinds there; says the job that it took, and of which kind each is. */
    async function again(...there: readonly (typeof kind)[]) {
      const { emulator, cloud } = await cloudWith({ seed }, 10_000);
      const mediaId = emulator.addVideo();
      await emulator.whenQuiet();
      const byPerson = {
        AUDIT: () => cloud.submitAiMediaAuditJob({ mediaId }),
        DNA: () => cloud.submitAiJob({ mediaId, type: 'AIMediaDNA' }),
        TAGS: () => cloud.submitAiJob({ mediaId, type: 'AIVideoTag' }),
      };
      const known = new Map<string, string>();
      for (const one of there) known.set((await byPerson[one]()).jobId, one);
      const job = stepJob(mediaId, kind);
      const redriven = redriveStep(job, stepOrders[kind], Date.now());
      expect(redriven).toMatchObject({ token: job.token, generation: 1 });
      const platform = quickPlatform(seeded(1).float, 200);
      const world = crashWorld(keyed([redriven]));
      await world.live({ platform, ...untilDone, reader: () => readerOf(cloud, platform) });
      const [told] = toldIn(world.published);
      expect(told).toMatchObject({ EventType: 'StepJobAcknowledged', Token: job.token, Step: kind });
      const { rows } = await cloud.listJobs({ mediaId, jobType: 'ai' });
      return { tookOf: known.get(String(told?.JobId)) ?? null, jobs: rows.length };
    }

    it('is looked for before it is done again on purpose, among the AI jobs of every kind', async () => {
      expect(await again('AUDIT', 'DNA', 'TAGS')).toEqual({ tookOf: kind, jobs: 3 });
      expect(await again('TAGS', 'DNA', 'AUDIT')).toEqual({ tookOf: kind, jobs: 3 });
    });

    it('is ordered where there are jobs of other kinds alone', async () => {
      const others = (['AUDIT', 'DNA', 'TAGS'] as const).filter((one) => one !== kind);
      expect(await again(...others)).toEqual({ tookOf: null, jobs: 3 });
    });
  });
});

describe('a step of a video whose status the cloud refuses', () => {
  /** Such a status for so long, and then taken. */
  async function endingAfter(order: StepOrder, refusedMs: number): Promise<string> {
    const startMs = Date.now();
    let nowMs = startMs;
    const now = () => nowMs;
    const sleep = async (ms: number) => {
      nowMs += ms;
    };
    const platform = { ...quickPlatform(() => 0.5, 1), now, monotonicMs: now, sleep };
    const submit = async () => {
      if (platform.now() - startMs >= refusedMs) return { jobId: 'j' };
      throw new CloudFault({
        kind: 'lagging',
        code: 'Forbidden.IllegalStatus',
        action: 'Submit',
        message: 'Transcoding',
      });
    };
    const nothing = () => Promise.reject(new Error('not asked'));
    const cloud = { submitAiJob: submit, submitAiMediaAuditJob: submit, submitSnapshotJob: submit };
    const calls = callLimiter({ perSecond: 50, atOnce: 1 }, platform);
    const job = stepJobs({
      cloudOf: () => ({ ...cloud, updateVideoInfo: nothing, listJobs: nothing, getJob: nothing }),
      ...{ submitting: calls, asking: calls, rules: defaultStepRules, platform },
    })({ token: 't', videoId: 'v', generation: 0, plannedAt: startMs, region: null }, order);
    const signal = new AbortController().signal;
    const ending = await job.work({
      ...{ mayHaveStarted: false, signal, pause: (ms: number) => platform.sleep(ms), crowded: () => false },
      report: () => Promise.resolve(),
    });
    return ending.result;
  }

  const minuteMs = 60_000;
  it.each<[StepOrder, string]>([
    [{ kind: 'DNA', dnaDbId: null }, 'acknowledged'],
    [{ kind: 'TAGS', analyseTypes: [] }, 'acknowledged'],
    [{ kind: 'AUDIT', templateId: null }, 'failed'],
  ])('is waited for as long as a transcode takes, where one may run beside it: %j', async (order, result) => {
    expect(await endingAfter(order, 90 * minuteMs)).toBe(result);
  });

  it('is given up in the end', async () => {
    expect(await endingAfter({ kind: 'DNA', dnaDbId: null }, 24 * 60 * minuteMs)).toBe('failed');
  });
});
