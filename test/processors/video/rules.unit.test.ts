/** Rules that hold in whatever order things are heard of: region, tokens, subjects, times, and what is not started. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenOf, videoTopology } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import {
  at,
  atMs,
  bytesOf,
  type CallbackBody,
  composeStart,
  jobEvent,
  named,
  recorded,
  rendition,
  requested,
  snapshot,
  sourceOf,
  sourceReady,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { comparable, throughTheLog } from '../encoding.ts';
import { bookOf, run, templateGroupId, transcodeBy } from '../run-topology.ts';

type Heard = {
  readonly body: CallbackBody;
  readonly region?: string;
  readonly source?: string;
  readonly atSeconds?: number;
};

/** Runs the topology on deliveries that differ in their headers, each state stored and read again. */
function hear(heard: readonly Heard[], policies = bookOf([])): VideoState {
  let state: VideoState | null = null;
  const topology = videoTopology({ policies });
  for (const { body, region, source = sourceOf(body), atSeconds = 3600 } of heard) {
    const headers = { source, 'received-at': String(atMs(atSeconds)), ...(region === undefined ? {} : { region }) };
    const key = String(
      body.VideoId ?? body.MediaId ?? body.ImageId ?? body.AttachedMediaId ?? `job:${String(body.JobId)}`,
    );
    const outcome = topology.step(state, { key, value: bytesOf(body), headers, timestampMs: 1 }, { nowMs: atMs(3600) });
    if (outcome.kind === 'next' && outcome.state !== null) state = throughTheLog(outcome.state);
  }
  if (state === null) throw new Error('nothing was heard');
  return state;
}

const anyOrder = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...items, ...items], { minLength: items.length * 2 });

describe('the region of a video', () => {
  // The first copy's region stayed, so a second one through another region's URL picked the API client by its arrival.
  it('is that of the earliest callback, and of its copies the smallest, whatever came first', () => {
    const heard: Heard[] = [
      { body: recorded(4), region: 'cn-shanghai' },
      { body: recorded(4), region: 'cn-beijing' },
      { body: sourceReady(6), region: 'ap-south-1' },
      { body: snapshot(60) },
    ];
    check(
      'one region in any order',
      fc.property(anyOrder(heard), (arrival) => {
        const state = hear(arrival);
        expect(state.region).toBe('cn-beijing');
        expect(comparable({ ...state, revision: 0 })).toBe(comparable({ ...hear(heard), revision: 0 }));
      }),
    );
  });

  it('is not what our own roles take it for, while a callback says it', () => {
    const ours: Heard[] = [
      { body: requested(1, 'a'), region: 'aa-settings' },
      { body: jobEvent('TranscodeJobSubmitted', 2, 'token'), region: 'aa-job' },
      { body: recorded(3), region: 'aa-asked', source: 'reconciler' },
    ];
    expect(hear(ours).region).toBe('aa-settings');
    expect(hear([...ours, { body: sourceReady(6), region: 'cn-shanghai' }]).region).toBe('cn-shanghai');
  });
});

describe('the token of a request', () => {
  // It held the purpose, which depends on what the video was known for when the request came: heard again in another
  // order, the same request started a second job.
  it('is the same whatever was known when it came, and another for each request', () => {
    const bodies = [recorded(4), sourceReady(6), requested(50, 'a'), requested(51, 'b')];
    for (const policies of [transcodeBy('cloud'), transcodeBy('approval')])
      check(
        'one token per request',
        fc.property(fc.shuffledSubarray(bodies, { minLength: 4 }), (arrival) => {
          const tokens = (order: readonly CallbackBody[]): unknown =>
            run(order, { policies })
              .jobs.map((job) => job.token)
              .toSorted();
          expect(new Set(tokens(arrival) as string[]).size).toBe(2);
          expect(tokens(arrival)).toEqual(tokens(bodies));
        }),
      );
  });

  it('starts nothing where events speak of it under the token of an earlier release', () => {
    const policies = transcodeBy('cloud');
    const first = run([sourceReady(6), requested(50, 'a')], { policies }).jobs[0];
    expect(first).toMatchObject({ generation: 1, purpose: 'UPLOAD' });
    const told = jobEvent('TranscodeJobAcknowledged', 60, tokenOf(videoId, 'SEGMENT', 1), { JobIds: ['j'] });
    expect(run([told, sourceReady(6), requested(50, 'a')], { policies }).jobs).toEqual([]);
  });
});

describe('what an id names', () => {
  const image = {
    EventType: 'ImageUploadComplete',
    EventTime: at(1),
    ImageId: 'i-1',
    Status: 'success',
    FileURL: 'http://i',
  };
  const attached = { ...image, EventType: 'AttachedMediaUploadComplete', ImageId: undefined, AttachedMediaId: 'w-1' };
  const deleted = (MediaType: string, MediaId: string) => ({
    ...named('DeleteMediaComplete', 9, { Status: 'success', DeleteType: 'all', MediaType, MediaId }),
    VideoId: undefined,
  });

  // Images, files and stand-ins were in `video-state` with nothing to tell them from videos by.
  it.each([
    ['an image', [image, deleted('image', 'i-1')], 'IMAGE'],
    ['an attached file', [attached, deleted('attached', 'w-1')], 'ATTACHED_MEDIA'],
    ['a job that told no video', [named('UploadByURLComplete', 1, { VideoId: undefined, JobId: 'j' })], 'JOB'],
    [
      'a composition that was not started',
      [jobEvent('ComposeJobFailed', 1, 't', { VideoId: 'compose:t' })],
      'COMPOSITION',
    ],
    ['a video', [recorded(4), deleted('video', videoId)], 'VIDEO'],
    ['a video that a wrong event calls an image', [recorded(4), deleted('image', videoId)], 'VIDEO'],
  ])('%s', (_what, bodies, subject) => {
    check(
      'one subject in any order',
      fc.property(anyOrder(bodies as readonly CallbackBody[]), (arrival) => {
        expect(hear(arrival.map((body) => ({ body }))).subject).toBe(subject);
      }),
      20,
    );
  });

  it('starts no transcode for what is no video', () => {
    const asked = requested(50, 'a', { VideoId: 'i-1' });
    const state = hear([{ body: image }, { body: asked }], transcodeBy('pipeline'));
    expect(state).toMatchObject({ subject: 'IMAGE', jobs: [] });
  });
});

describe('times that cannot be true', () => {
  const year = 365 * 86_400;

  // One far-future time stayed the video's for good: its session never settled.
  it('count for none, and are marked, while what was said with them counts', () => {
    const ld = rendition('job-ld', 'LD', { StartTime: at(50), FinishTime: at(9 * year) });
    const state = hear([
      { body: recorded(4, { RecordEndTime: '9999-01-01T00:00:00Z' }) },
      { body: sourceReady(6) },
      { body: transcoded(9 * year, [ld]) },
    ]);
    expect(state).toMatchObject({ status: 'TRANSCODED', transcodedTime: null, recording: { endTime: null } });
    expect(state.timeline.map((one) => [one.eventType, one.eventTime, one.implausible])).toEqual([
      ['TranscodeComplete', 0, ['EventTime', 'StartTime', 'FinishTime']],
      ['AddLiveRecordVideoComplete', atMs(4), ['RecordEndTime']],
      ['FileUploadComplete', atMs(6), []],
    ]);
    expect(hear([{ body: transcoded(9 * year, []) }, { body: transcoded(90, []) }]).transcodedTime).toBe(atMs(90));
  });

  it.each([
    ['a start after the end', { RecordStartTime: at(3), RecordEndTime: at(-5) }, null],
    [
      'a start of long ago',
      { RecordStartTime: '1970-01-02T00:00:00Z', RecordEndTime: at(3) },
      { startTime: null, endTime: atMs(3) },
    ],
    [
      'an end eight hours ahead',
      { RecordStartTime: at(-9), RecordEndTime: at(8 * 3600) },
      { startTime: atMs(-9), endTime: null },
    ],
    [
      'the longest cycle',
      { RecordStartTime: at(-21_600), RecordEndTime: at(0) },
      { startTime: atMs(-21_600), endTime: atMs(0) },
    ],
    [
      'an asset that was registered when its cycle began',
      { RecordStartTime: at(4), RecordEndTime: at(21_604) },
      { startTime: atMs(4), endTime: atMs(21_604) },
    ],
  ])('of a recording: %s', (_what, times, recording) => {
    expect(hear([{ body: recorded(4, times) }]).recording).toEqual(recording);
  });

  // A copy that came later could be believed, and which came first decided what the state said.
  it('are refused or not by each copy alone, in whatever order the copies come', () => {
    const heard: Heard[] = [0, 1, 2, 3].flatMap((n) => [
      { body: recorded(4 * year), atSeconds: n * 2 * year },
      { body: sourceReady(n * year), atSeconds: year },
      { body: named('CreateAuditComplete', 3 * year, { AuditStatus: 'Blocked' }), atSeconds: n * 2 * year },
      { body: named('CreateAuditComplete', 5, { AuditStatus: 'Normal' }), atSeconds: 10 },
    ]);
    const expected = comparable(hear(heard));
    check(
      'refused in any order',
      fc.property(anyOrder(heard), (arrival) => {
        expect(comparable(hear(arrival))).toBe(expected);
      }),
    );
  });

  it('do not let a verdict of the future outweigh one of today', () => {
    const far = named('CreateAuditComplete', year, { AuditStatus: 'Normal' });
    const now = named('CreateAuditComplete', 10, { AuditStatus: 'Blocked', Reason: 'r' });
    expect(hear([{ body: now }, { body: far }])).toMatchObject({ auditStatus: 'BLOCKED', status: 'FAILED' });
  });
});

describe('what is too old to be acted on', () => {
  const policies = transcodeBy('pipeline');
  const day = 86_400;

  // Nothing said why a video that had all it needs was not transcoded.
  it('is said by the state, with its cause, until something is decided', () => {
    const old = run([recorded(4), sourceReady(6)], { policies, now: 2 * day }).state;
    const [first] = old?.notStarted ?? [];
    expect(old?.notStarted).toMatchObject([
      { requestId: null, reason: 'TOO_OLD', causeTime: atMs(6), decidedAt: atMs(2 * day) },
    ]);
    // Said once, as it was then.
    const later = run([snapshot(60)], { policies, from: old, now: 3 * day }).state;
    expect(later?.notStarted).toEqual([first]);
    const asked = run([requested(2 * day, 'a')], { policies, from: old, now: 2 * day });
    expect(asked.jobs).toMatchObject([{ generation: 1, templateGroupId: 'feedfeedfeedfeedfeedfeedfeedfeed' }]);
    const late = run([requested(10, 'late')], { policies, from: old, now: 2 * day });
    expect(late.jobs).toEqual([]);
    expect(late.state?.notStarted.map((one) => one.requestId === null)).toEqual([true, false]);
  });

  it('is said of a request from the future too, and not of what is left to the cloud', () => {
    const ahead = run([recorded(4), sourceReady(6), requested(2 * day, 'a')], { policies: transcodeBy('cloud') });
    expect(ahead.state?.notStarted).toMatchObject([{ reason: 'TOO_FAR_AHEAD', causeTime: atMs(2 * day) }]);
    const cloud = run([recorded(4), sourceReady(6)], { policies: transcodeBy('cloud'), now: 2 * day });
    expect(cloud.state?.notStarted).toEqual([]);
  });

  describe('of which a time can’t be believed', () => {
    const undated = (body: CallbackBody): CallbackBody => ({ ...body, EventTime: '2199-01-01T00:00:00Z' });
    const film = [composeStart(4), sourceReady(6)] as const;

    it.each<[string, readonly CallbackBody[], number]>([
      ['the announcement of a film', [undated(film[0]), film[1]], atMs(6)],
      ['its source', [film[0], undated(film[1])], atMs(4)],
      ['both', film.map(undated), 0],
      ['the announcement of a recording', [undated(recorded(4)), sourceReady(6)], atMs(6)],
    ])('is said: %s', (_, bodies, causeTime) => {
      for (const order of [bodies, bodies.toReversed()]) {
        const { state, jobs } = run(order, { policies, now: 10 });
        expect(jobs).toEqual([]);
        expect(state?.notStarted).toEqual([
          { requestId: null, reason: 'UNDATED', causeTime, decidedAt: atMs(10), policy: expect.any(String) },
        ]);
        // A copy that can be believed has it started, and nothing is said any more.
        const copies = state?.kind === 'SEGMENT' ? [recorded(4)] : film;
        const told = run(copies, { policies, from: state, now: 11 });
        expect([told.jobs.length, told.state?.notStarted]).toEqual([1, []]);
      }
    });

    it.each<[string, readonly CallbackBody[]]>([
      ['a film', [film[0], undated(film[1])]],
      ['a recording', [recorded(4), undated(sourceReady(6))]],
      ['what only its source is known of', [undated(sourceReady(6))]],
    ])('is started by a request: the source of %s', (_, bodies) => {
      const all = [...bodies, requested(8, 'a')];
      for (const order of [all, all.toReversed()]) {
        const { state, jobs } = run(order, { policies, now: 10 });
        expect(jobs).toMatchObject([{ templateGroupId: 'feedfeedfeedfeedfeedfeedfeedfeed' }]);
        expect(state?.jobs).toMatchObject([{ state: 'PLANNED', decision: 'APPROVAL' }]);
      }
    });

    it('is started by no request before its source is there, or after that was deleted', () => {
      const gone = named('DeleteMediaComplete', 7, { Status: 'success', DeleteType: 'mezzanine' });
      for (const bodies of [
        [film[0]],
        [film[0], undated({ ...film[1], Status: 'fail' })],
        [film[0], undated(film[1]), gone],
      ])
        expect(run([...bodies, requested(8, 'a')], { policies, now: 10 }).jobs).toEqual([]);
    });

    it('waits, where its stream is not known, as long as an audit may come first', () => {
      const audited = bookOf([
        { segments: { transcode: 'pipeline', templateGroupId, beforeTranscode: { audit: true } } },
      ]);
      const asked = (seconds: number) =>
        run([undated(sourceReady(6)), requested(seconds, 'a')], { policies: audited, now: 10 }).jobs.length;
      // Heard of at 10 s, and silent after half an hour.
      expect([asked(1809), asked(1810)]).toEqual([0, 1]);
    });

    it('is not said before both are there, of what failed, or of what is left to the cloud', () => {
      const none: readonly (readonly CallbackBody[])[] = [
        [undated(film[0])],
        [undated(film[1])],
        [undated({ ...film[0], Status: 'fail' }), film[1]],
        [film[0], undated({ ...film[1], Status: 'fail' })],
      ];
      for (const bodies of none) expect(run(bodies, { policies, now: 10 }).state?.notStarted).toEqual([]);
      const left = run([undated(film[0]), film[1]], { policies: transcodeBy('cloud'), now: 10 });
      expect(left.state).toMatchObject({ jobs: [], notStarted: [] });
    });

    it('is left as it is by a policy that leaves it so, and plays', () => {
      const asItIs = bookOf([{ composed: { transcode: 'none', sourcePlays: true } }]);
      const { state } = run([undated(film[0]), film[1]], { policies: asItIs, now: 10 });
      expect(state).toMatchObject({ status: 'PLAYABLE', sourcePlays: true, notStarted: [] });
      expect(state?.jobs).toMatchObject([{ purpose: 'COMPOSED', leftAsIs: true, state: 'DECIDED' }]);
    });
  });

  it('is what lies more than maxActAge away, to the second', () => {
    const rule = bookOf([{ segments: { transcode: 'pipeline', templateGroupId }, maxActAgeSeconds: 600 }]);
    for (const [now, count] of [
      [606, 1],
      [607, 0],
    ] as const)
      expect(run([recorded(4), sourceReady(6)], { policies: rule, now }).jobs).toHaveLength(count);
  });
});

describe('a transcode that fails before its source is ready', () => {
  // It made the video FAILED, which kept the policy from deciding; the same failure after the source was ready did not.
  it('has the policy decide as one that fails after', () => {
    const failure = transcoded(5, [], { Status: 'fail', ErrorCode: 'InvalidParameter.ResourceContentBad' });
    for (const [announced, purpose] of [
      [recorded(4), 'SEGMENT'],
      [composeStart(4), 'COMPOSED'],
    ] as const) {
      const bodies = [failure, announced, sourceReady(6)];
      check(
        'decided in any order',
        fc.property(fc.shuffledSubarray(bodies, { minLength: 3 }), (arrival) => {
          const { jobs } = run(arrival, { policies: transcodeBy('pipeline') });
          expect(jobs).toMatchObject([{ purpose, generation: 0, templateGroupId }]);
        }),
      );
    }
  });
});
