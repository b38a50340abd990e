/** What is decided and which command goes out, by who does what (docs/policies.md; docs/video-status.md, "The job ledger"). */
import { describe, expect, it } from 'vitest';
import { orderOf, requestTokenOf, tokenOf } from '../../../processors/video/index.ts';
import {
  atMs,
  type CallbackBody,
  composeStart,
  event,
  failedRendition,
  jobEvent,
  named,
  recorded,
  rendition,
  requested,
  sourceReady,
  stream,
  streamTranscoded,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { bookOf, run } from '../run-topology.ts';

const names = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
const bare = { TemplateGroupId: undefined };
const segments = { templateGroupId: 'for-segments', priority: 3 } as const;
const composed = { templateGroupId: 'for-films', priority: 9 } as const;
const by = (transcode: 'cloud' | 'pipeline' | 'approval', more: object = {}) =>
  bookOf([{ segments: { transcode, ...segments, ...more }, composed: { transcode, ...composed, ...more } }]);
const nameOf = (book: ReturnType<typeof by>): string => book.policyFor(names).name;
const segment = [recorded(4), sourceReady(6)];
const film = [composeStart(4), sourceReady(6)];
const gone = named('DeleteMediaComplete', 20, { DeleteType: 'mezzanine', Status: 'success' });
const byPerson = (seconds: number, AuditStatus: string): CallbackBody =>
  named('CreateAuditComplete', seconds, { AuditStatus, Status: 'success' });
const idOf = (body: CallbackBody): string => event(body).entry.eventId;

const notYet = {
  attempt: 0,
  submittedAt: null,
  acknowledgedAt: null,
  finishedAt: null,
  taskId: null,
  jobIds: [],
  errorCode: null,
  errorMessage: null,
  hold: null,
  leftAsIs: false,
  workflowId: null,
};

describe.each([
  ['SEGMENT', segment, segments],
  ['COMPOSED', film, composed],
] as const)('the transcode of a %s', (purpose, bodies, rule) => {
  const entry = { token: tokenOf(videoId, purpose, 0), purpose, generation: 0, requestId: null, decidedAt: atMs(60) };

  it.each([
    ['cloud', { decision: 'CLOUD', state: 'DECIDED', templateGroupId: null, priority: null, plannedAt: null }],
    ['pipeline', { decision: 'PIPELINE', state: 'PLANNED', ...rule, plannedAt: atMs(60) }],
    ['approval', { decision: 'APPROVAL', state: 'AWAITING_APPROVAL', ...rule, plannedAt: null }],
  ] as const)('is left, started or held by the rule of its kind: %s', (transcode, decided) => {
    const policies = by(transcode);
    const { state, jobs } = run(bodies, { policies, now: 60, headers: { region: 'cn-shanghai' } });
    expect(state?.jobs).toEqual([{ ...notYet, ...entry, ...decided, policy: nameOf(policies) }]);
    expect(state?.notStarted).toEqual([]);
    const command = { token: entry.token, videoId, purpose, generation: 0, ...rule, stream: names };
    const order = { 'live2vod.TranscodeOrder': rule };
    const started = { ...command, order, plannedAt: atMs(60), region: 'cn-shanghai', step: null };
    expect(jobs).toEqual(transcode === 'pipeline' ? [started] : []);
  });

  it('that awaits approval is the rule’s, unless the request says another template or priority', () => {
    const policies = by('approval');
    const awaiting = run(bodies, { policies, now: 60 }).state;
    for (const [asked, expected] of [
      [requested(70, 'a', bare), rule],
      [requested(70, 'a', { TemplateGroupId: 'asked' }), { ...rule, templateGroupId: 'asked' }],
      [requested(70, 'a', { ...bare, Priority: 1 }), { ...rule, priority: 1 }],
    ] as const) {
      const { state, jobs } = run([asked], { policies, from: awaiting, now: 80 });
      const token = requestTokenOf(videoId, idOf(asked));
      expect(jobs).toMatchObject([{ token, purpose, generation: 0, ...expected, plannedAt: atMs(80) }]);
      const granted = { decision: 'APPROVAL', state: 'PLANNED', requestId: idOf(asked), decidedAt: atMs(60) };
      expect(state?.jobs).toEqual([
        { ...notYet, ...entry, ...granted, ...expected, token, plannedAt: atMs(80), policy: nameOf(policies) },
      ]);
    }
  });

  it('asked for once more is a generation of its own, of the rule of its kind', () => {
    const asked = requested(70, 'a', bare);
    const { state, jobs } = run([...bodies, asked], { policies: by('cloud'), now: 80 });
    expect(jobs).toMatchObject([{ purpose, generation: 1, ...rule }]);
    const own = { decision: 'APPROVAL', state: 'PLANNED', requestId: idOf(asked), policy: null, decidedAt: atMs(80) };
    expect(state?.jobs).toMatchObject([
      { generation: 0, decision: 'CLOUD' },
      { generation: 1, ...own },
    ]);
  });
});

describe('a request', () => {
  const started = (bodies: readonly CallbackBody[], policies = bookOf([]), now = 0) =>
    run(bodies, { policies, now }).jobs.map(({ purpose, generation }) => `${purpose} ${generation}`);
  const asked = requested(50, 'a');
  const good = streamTranscoded(9, rendition('j', 'LD'));

  it.each<[string, readonly CallbackBody[], readonly string[]]>([
    ['for an upload', [sourceReady(6), asked], ['UPLOAD 1']],
    ['without a template, where no rule names one', [sourceReady(6), requested(50, 'a', bare)], []],
    ['for a video without a source', [recorded(4), asked], []],
    ['for one that has a rendition, which proves a source', [good, asked], ['UPLOAD 1']],
    ['for one that failed alone', [streamTranscoded(9, failedRendition('j', 'LD')), asked], []],
    [
      'for one of which one of two failed',
      [transcoded(9, [failedRendition('j', 'LD'), rendition('k', 'HD')]), asked],
      ['UPLOAD 1'],
    ],
    ['for a source that was deleted, whatever renditions there are', [sourceReady(6), good, gone, asked], []],
    [
      'for a video that was deleted',
      [sourceReady(6), named('DeleteMediaComplete', 20, { DeleteType: 'all' }), asked],
      [],
    ],
    ['for a video that is blocked', [sourceReady(6), byPerson(20, 'Blocked'), asked], []],
    ['that comes twice', [sourceReady(6), asked, asked], ['UPLOAD 1']],
    ['beside another', [sourceReady(6), asked, requested(51, 'b')], ['UPLOAD 1', 'UPLOAD 2']],
  ])('%s', (_, bodies, jobs) => {
    expect(started(bodies)).toEqual(jobs);
    expect(run(bodies).state?.jobs.filter(({ requestId }) => requestId !== null)).toHaveLength(jobs.length);
  });

  it('that approves goes by what was decided, whatever is known or ruled since', () => {
    const from = run(segment, { policies: by('approval') }).state;
    const ruled = bookOf([{ segments: { transcode: 'approval', templateGroupId: 'new', priority: 1 } }]);
    const { jobs } = run([composeStart(40), requested(50, 'a', bare)], { policies: ruled, from });
    expect(jobs).toMatchObject([{ purpose: 'SEGMENT', generation: 0, ...segments }]);
  });

  it('approves what awaits it, and another one that waited beside it is a job of its own: each is started once', () => {
    const waited = [requested(5, 'a', { TemplateGroupId: 'first' }), requested(6, 'b', { TemplateGroupId: 'second' })];
    const audited = by('approval', { beforeTranscode: { audit: true } });
    const passed = byPerson(9, 'Normal');
    for (const [bodies, policies] of [
      [[recorded(4), ...waited, sourceReady(7)], by('approval')],
      [[...segment, ...waited, passed], audited],
    ] as const) {
      const { state, jobs } = run([...bodies, named('SomethingComplete', 20)], { policies, now: 20 });
      expect(jobs.filter((job) => orderOf(job).kind === 'TRANSCODE')).toMatchObject([
        { token: requestTokenOf(videoId, idOf(waited[0] as CallbackBody)), generation: 0, templateGroupId: 'first' },
        { token: requestTokenOf(videoId, idOf(waited[1] as CallbackBody)), generation: 1, templateGroupId: 'second' },
      ]);
      expect(state?.jobs.map(({ requestId }) => requestId)).toEqual(waited.map(idOf));
    }
  });

  it('is the last that is answered when it is the sixteenth; the policy decides beside them', () => {
    const requests = Array.from({ length: 18 }, (_, n) => requested(50 + n, `key-${n}`));
    expect(started([sourceReady(6), ...requests])).toEqual(requests.slice(0, 16).map((_, n) => `UPLOAD ${n + 1}`));
    expect(started([sourceReady(6), ...requests, recorded(4)], by('pipeline'))).toContain('SEGMENT 0');
  });

  it('is shown as not started when it is the seventeenth or later', () => {
    const requests = Array.from({ length: 20 }, (_, n) => requested(50 + n, `key-${n}`));
    const { state } = run([sourceReady(6), ...requests]);
    expect(state?.truncated).toBe(false);
    expect(state?.notStarted).toEqual(
      requests.slice(16).map((request, n) => ({
        requestId: event(request).entry.eventId,
        reason: 'TOO_MANY',
        causeTime: atMs(66 + n),
        decidedAt: atMs(0),
        policy: bookOf([]).unknownStream.name,
      })),
    );
  });

  // Of a video whose stream isn't known nobody can say whether an audit comes first.
  it.each(['segments', 'composed'])('for a stream that is not known waits where %s have an audit', (kind) => {
    const audits = bookOf([{ [kind]: { transcode: 'approval', beforeTranscode: { audit: true } } }]);
    const silent = audits.unknownStream.silentAfterSeconds;
    expect(started([sourceReady(6), requested(6 + silent - 1, 'a')], audits)).toEqual([]);
    expect(started([sourceReady(6), requested(6 + silent, 'a')], audits)).toEqual(['UPLOAD 1']);
    expect(started([good, asked], audits)).toEqual(['UPLOAD 1']);
    expect(started([recorded(4), sourceReady(6), requested(7, 'a')], by('cloud'))).toEqual(['SEGMENT 1']);
  });
});

describe('what lies too far from its cause', () => {
  const maxActAgeSeconds = 600;
  const rule = (transcode: 'cloud' | 'pipeline' | 'approval', more: object = {}) =>
    bookOf([{ segments: { transcode, templateGroupId: 'g', ...more }, maxActAgeSeconds }]);
  const held = { beforeTranscode: { audit: true } };
  const pass = byPerson(900, 'Normal');
  const asked = requested(900, 'a');

  /** A cause at second 900, heard of so many seconds later; whatever came before it was heard in time. */
  const causes: readonly (readonly [
    string,
    readonly CallbackBody[],
    CallbackBody,
    ReturnType<typeof rule>,
    string | null,
  ])[] = [
    ['the source', [recorded(4)], sourceReady(900), rule('pipeline'), null],
    ['the announcement', [sourceReady(6)], recorded(900), rule('pipeline'), null],
    ['a verdict', segment, pass, rule('pipeline', held), null],
    [
      'a verdict that lifts a block',
      [recorded(4), byPerson(5, 'Blocked'), sourceReady(6)],
      pass,
      rule('pipeline'),
      null,
    ],
    ['a request', segment, asked, rule('cloud'), idOf(asked)],
    ['an approval', segment, asked, rule('approval'), idOf(asked)],
    ['a verdict for a request', [...segment, requested(7, 'a')], pass, rule('approval', held), idOf(requested(7, 'a'))],
  ];

  it.each(causes)(
    'isn’t started, and noted; what lies at the bound is: %s',
    (_, before, cause, policies, requestId) => {
      const from = run(before, { policies, now: 0 }).state;
      const heardAt = (now: number) => {
        const { jobs, state } = run([cause], { policies, from, now });
        return {
          transcodes: jobs.filter((job) => orderOf(job).kind === 'TRANSCODE').length,
          notStarted: state?.notStarted,
        };
      };
      for (const now of [300, 1500]) expect(heardAt(now)).toEqual({ transcodes: 1, notStarted: [] });
      for (const [now, reason] of [
        [299, 'TOO_FAR_AHEAD'],
        [1501, 'TOO_OLD'],
      ] as const) {
        const noted = { requestId, reason, causeTime: atMs(900), decidedAt: atMs(now), policy: nameOf(policies) };
        expect(heardAt(now)).toEqual({ transcodes: 0, notStarted: [noted] });
      }
    },
  );

  it('is no younger by a verdict that it didn’t wait for', () => {
    const bodies = [...segment, byPerson(1400, 'Normal'), requested(800, 'a')];
    expect(run(bodies, { policies: rule('cloud'), now: 1401 }).jobs).toEqual([]);
    expect(run(bodies, { policies: rule('cloud'), now: 1400 }).jobs).toHaveLength(1);
  });

  it('counts from the source where the verdict was there before it', () => {
    const policies = rule('pipeline', held);
    const from = run([recorded(4), sourceReady(900)], { policies, now: 900 }).state;
    const started = (now: number) => run([byPerson(3, 'Normal')], { policies, from, now }).jobs.length;
    expect([started(1500), started(1501)]).toEqual([1, 0]);
  });

  it('is noted of what a person would have had to approve too', () => {
    const policies = rule('approval');
    expect(run(segment, { policies, now: 607 }).state).toMatchObject({ jobs: [], notStarted: [{ reason: 'TOO_OLD' }] });
    expect(run(segment, { policies: rule('cloud'), now: 607 }).state).toMatchObject({ jobs: [], notStarted: [] });
  });
});

describe('nothing is started', () => {
  const policies = bookOf([
    { segments: { transcode: 'pipeline', ...segments, beforeTranscode: { audit: true, cover: true } } },
  ]);
  const spoken = (kind: 'AUDIT' | 'SNAPSHOT') => jobEvent('StepJobAcknowledged', 3, tokenOf(videoId, kind, 0));
  const kinds = (bodies: readonly CallbackBody[], book = policies) =>
    run(bodies, { policies: book }).jobs.map((job) => orderOf(job).kind);

  // The store was lost, and what the runner told was not.
  it('that events speak of already', () => {
    expect(kinds([spoken('AUDIT'), ...segment])).toEqual(['SNAPSHOT']);
    expect(kinds([spoken('SNAPSHOT'), ...segment])).toEqual(['AUDIT']);
    expect(kinds([spoken('AUDIT'), spoken('SNAPSHOT'), ...segment])).toEqual([]);
  });

  it('by a verdict on a video that has lost its source', () => {
    expect(kinds([...segment, byPerson(30, 'Normal')])).toEqual(['SNAPSHOT', 'AUDIT', 'TRANSCODE']);
    expect(kinds([...segment, gone, byPerson(30, 'Normal')])).toEqual(['SNAPSHOT', 'AUDIT']);
  });

  it.each<[string, readonly CallbackBody[]]>([
    ['an upload to a known stream', [named('ReconcilerObservation', 4, stream), sourceReady(6)]],
    ['a recording of no known stream', [recorded(4, { StreamName: '' }), sourceReady(6)]],
    ['a recording that failed', [recorded(4, { Status: 'fail' }), sourceReady(6)]],
    ['a composition that failed', [composeStart(4, { Status: 'fail' }), sourceReady(6)]],
    ['a video that isn’t announced', [sourceReady(6)]],
    ['a video without a source', [recorded(4)]],
  ])('and nothing decided for %s', (_, bodies) => {
    expect(run(bodies, { policies: by('pipeline') }).state).toMatchObject({ jobs: [], steps: [], notStarted: [] });
  });
});
