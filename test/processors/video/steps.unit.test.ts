import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareText } from '../../../processors/callback/index.ts';
import { orderOf, requestTokenOf, tokenOf } from '../../../processors/video/index.ts';
import { check } from '../../support/property.ts';
import { at, type CallbackBody, jobEvent, recorded, requested, snapshot, sourceReady, videoId } from '../callbacks.ts';
import { comparable, throughTheLog } from '../encoding.ts';
import { bookOf, run, templateGroupId } from '../run-topology.ts';

const policies = (beforeTranscode: object, transcode: 'pipeline' | 'approval' = 'pipeline') =>
  bookOf([{ segments: { transcode, templateGroupId, beforeTranscode }, maxActAgeSeconds: 600 }]);
const audited = policies({ audit: true });

const ready = [recorded(4), sourceReady(6)];
const auditToken = tokenOf(videoId, 'AUDIT', 0);
const coverToken = tokenOf(videoId, 'SNAPSHOT', 0);

const verdict = (seconds: number, Suggestion: string, more: object = {}): CallbackBody => ({
  EventType: 'AIMediaAuditComplete',
  EventTime: at(seconds),
  VideoId: videoId,
  JobId: 'audit-1',
  Status: 'success',
  Data: { Suggestion },
  ...more,
});
const failedVerdict = (seconds: number) => verdict(seconds, '', { Status: 'fail', Code: 'E.Audit', Message: 'broke' });
const byPerson = (seconds: number, AuditStatus: 'Normal' | 'Blocked'): CallbackBody => ({
  EventType: 'CreateAuditComplete',
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  AuditStatus,
});
const step = (type: 'Acknowledged' | 'Failed' | 'InDoubt', seconds: number, token: string, more: object = {}) =>
  jobEvent(`StepJob${type}`, seconds, token, more);

/** `AUDIT`, `SNAPSHOT` or `TRANSCODE`, in the order in which they were started. */
const started = (jobs: ReturnType<typeof run>['jobs']): string[] => jobs.map((job) => orderOf(job).kind);

describe('an audit before the transcode', () => {
  it('is ordered once the source is ready, and holds the transcode back', () => {
    const { jobs, state } = run([...ready, ...ready], { policies: policies({ audit: { templateId: 'strict' } }) });
    expect(jobs).toMatchObject([
      {
        token: auditToken,
        videoId,
        order: { 'live2vod.AuditOrder': { templateId: 'strict' } },
      },
    ]);
    expect(state).toMatchObject({
      status: 'SOURCE_READY',
      jobs: [{ decision: 'PIPELINE', state: 'AWAITING_APPROVAL', hold: 'AUDIT', plannedAt: null }],
      steps: [{ kind: 'AUDIT', state: 'PLANNED', token: auditToken }],
      renditions: [],
    });
  });

  it.each([
    ['pass', ['AUDIT', 'TRANSCODE'], { state: 'PLANNED', hold: 'PASSED' }],
    ['review', ['AUDIT'], { state: 'AWAITING_APPROVAL', hold: 'REVIEW' }],
    ['block', ['AUDIT'], { state: 'AWAITING_APPROVAL', hold: 'BLOCKED' }],
  ])('%s: starts %j', (suggestion, expected, entry) => {
    const bodies = [...ready, step('Acknowledged', 7, auditToken, { JobId: 'audit-1' }), verdict(30, suggestion)];
    const { jobs, state } = run(bodies, { policies: audited });
    expect(started(jobs)).toEqual(expected);
    expect(state?.jobs).toMatchObject([entry]);
    expect(state?.steps).toMatchObject([{ state: 'DONE', jobId: 'audit-1', finishedAt: Date.parse(at(30)) }]);
    expect(state).toMatchObject(
      suggestion === 'block' ? { status: 'FAILED', errorCode: 'AuditBlocked' } : { status: 'SOURCE_READY' },
    );
  });

  it.each([
    ['review, then let pass', [verdict(30, 'review'), byPerson(90, 'Normal')], true],
    ['review, then blocked', [verdict(30, 'review'), byPerson(90, 'Blocked')], false],
    ['blocked, then let pass by a person', [verdict(30, 'block'), byPerson(90, 'Normal')], true],
    ['let pass by a person, whatever the machine says later', [byPerson(20, 'Normal'), verdict(30, 'block')], true],
    ['failed', [failedVerdict(30)], false],
    ['failed, then let pass by a person', [failedVerdict(30), byPerson(90, 'Normal')], true],
    ['in doubt, then told', [step('InDoubt', 20, auditToken), verdict(30, 'pass')], true],
    ['refused by the cloud', [step('Failed', 20, auditToken, { ErrorCode: 'E.Template' })], false],
    ['refused, then let pass by a person', [step('Failed', 20, auditToken), byPerson(90, 'Normal')], true],
  ] as const)('%s', (_what, bodies, starts) => {
    for (const order of [bodies, bodies.toReversed()]) {
      const { jobs } = run([...ready, ...order], { policies: audited });
      expect(started(jobs).filter((one) => one === 'TRANSCODE')).toHaveLength(starts ? 1 : 0);
    }
  });

  it('that failed leaves the video to a person and says why', () => {
    const refused = step('Failed', 20, auditToken, { ErrorCode: 'E.Template', ErrorMessage: 'no such template' });
    const { state } = run([...ready, refused], { policies: audited });
    expect(state?.jobs).toMatchObject([{ hold: 'REVIEW' }]);
    expect(state?.steps).toMatchObject([
      { state: 'FAILED', errorCode: 'E.Template', errorMessage: 'no such template', finishedAt: Date.parse(at(20)) },
    ]);
  });

  it('that failed is no verdict, whatever it suggests', () => {
    const acknowledged = step('Acknowledged', 7, auditToken, { JobId: 'audit-1' });
    const failed = verdict(30, 'pass', { Status: 'fail', Code: 'E.Audit', Message: 'broke' });
    for (const before of [[], [acknowledged]]) {
      const { jobs, state } = run([...ready, ...before, failed], { policies: audited });
      expect(started(jobs)).toEqual(['AUDIT']);
      expect(state?.auditStatus).toBeNull();
      expect(state?.jobs).toMatchObject([{ hold: before.length === 0 ? 'AUDIT' : 'REVIEW' }]);
      const ended = { state: 'FAILED', errorCode: 'E.Audit', errorMessage: 'broke', finishedAt: Date.parse(at(30)) };
      if (before.length > 0) expect(state?.steps).toMatchObject([ended]);
    }
  });

  it('is ended by its own job, where that is known', () => {
    const acknowledged = step('Acknowledged', 7, auditToken, { JobId: 'audit-1' });
    const other = verdict(20, 'review', { JobId: 'other' });
    const waiting = run([...ready, acknowledged, other], { policies: audited }).state;
    expect(waiting?.steps).toMatchObject([{ state: 'ACKNOWLEDGED', finishedAt: null }]);
    expect(run([...ready, other], { policies: audited }).state?.steps).toMatchObject([{ state: 'DONE' }]);
  });

  it('is not ordered where a verdict is known already', () => {
    const passed = run([verdict(3, 'pass'), ...ready], { policies: audited });
    expect(started(passed.jobs)).toEqual(['TRANSCODE']);
    const blocked = run([verdict(3, 'block'), ...ready], { policies: audited });
    expect(blocked.jobs).toEqual([]);
    expect(blocked.state).toMatchObject({ status: 'FAILED', errorCode: 'AuditBlocked', jobs: [], steps: [] });
    expect(started(run([byPerson(90, 'Normal')], { policies: audited, from: blocked.state }).jobs)).toEqual([
      'TRANSCODE',
    ]);
  });

  it('lets a late verdict start the transcode, but not one that is too old', () => {
    const { state } = run(ready, { policies: audited });
    const late = run([byPerson(80_000, 'Normal')], { policies: audited, from: state, now: 80_100 });
    expect(started(late.jobs)).toEqual(['TRANSCODE']);
    const tooLate = run([byPerson(90, 'Normal')], { policies: audited, from: state, now: 80_100 });
    expect(tooLate.jobs).toEqual([]);
  });

  it('has a person’s request wait too, and starts it once', () => {
    for (const [transcode, expected] of [
      ['approval', ['TRANSCODE']],
      ['pipeline', ['TRANSCODE', 'TRANSCODE']],
    ] as const) {
      const book = policies({ audit: true }, transcode);
      const held = run([...ready, requested(50, 'a'), verdict(55, 'review')], { policies: book });
      expect(started(held.jobs)).toEqual(['AUDIT']);
      const passed = run([byPerson(5000, 'Normal')], { policies: book, from: held.state, now: 5000 });
      expect(started(passed.jobs)).toEqual(expected);
      const after = run([...ready, verdict(55, 'pass'), requested(50, 'a')], { policies: book });
      expect(started(after.jobs)).toEqual(['AUDIT', ...expected]);
    }
  });
});

describe('a cover snapshot before the transcode', () => {
  const pictured = policies({ cover: { atSeconds: 2.5 } });
  const cover = (jobId: string) =>
    snapshot(20, { SubType: 'SpecifiedTime', SnapshotInfos: [{ JobId: jobId, SnapshotType: 'CoverSnapshot' }] });

  it('is ordered next to the transcode, which does not wait', () => {
    const { jobs, state } = run(ready, { policies: pictured });
    expect(started(jobs).toSorted(compareText)).toEqual(['SNAPSHOT', 'TRANSCODE']);
    expect(jobs.find((job) => job.token === coverToken)).toMatchObject({
      order: { 'live2vod.SnapshotOrder': { templateId: null, offsetMs: 2500 } },
    });
    expect(state).toMatchObject({ status: 'SOURCE_READY', jobs: [{ state: 'PLANNED', hold: null }] });
  });

  it('is done with the SnapshotComplete of its job', () => {
    const acknowledged = step('Acknowledged', 7, coverToken, { JobId: 'pic-1' });
    const other = run([...ready, acknowledged, cover('pic-2')], { policies: pictured });
    expect(other.state?.steps).toMatchObject([{ state: 'ACKNOWLEDGED', jobId: 'pic-1' }]);
    const { state } = run([cover('pic-1')], { policies: pictured, from: other.state });
    expect(state).toMatchObject({ coverUrl: expect.any(String), steps: [{ state: 'DONE' }], renditions: [] });
  });
});

describe('a step', () => {
  const both = policies({ audit: true, cover: true });

  it('is ordered whole: for which stream, where, and when', () => {
    const { jobs } = run(ready, { policies: audited, headers: { region: 'cn-shanghai' } });
    expect(jobs).toMatchObject([
      {
        token: auditToken,
        purpose: 'SEGMENT',
        generation: 0,
        stream: { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' },
        plannedAt: Date.parse(at(0)),
        region: 'cn-shanghai',
      },
    ]);
  });

  it.each([
    ['a cover that failed says nothing of the audit', coverToken, 'AUDIT'],
    ['an audit that failed leaves it to a person, whatever the cover', auditToken, 'REVIEW'],
  ])('%s', (_, token, hold) => {
    const { state } = run([...ready, step('Failed', 20, token)], { policies: both });
    expect(state?.jobs).toMatchObject([{ hold }]);
  });

  it('of a request has a token of its video and request alone', () => {
    expect(requestTokenOf('a', 'r')).not.toBe(requestTokenOf('b', 'r'));
    expect(requestTokenOf(videoId, 'r')).toBe('l2v-9d2021e7504f028772274a17aa87');
  });
});

describe('steps before the transcode', { timeout: 1_800_000 }, () => {
  const both = policies({ audit: true, cover: true });
  const tellings = [
    step('Acknowledged', 7, auditToken, { JobId: 'audit-1' }),
    step('InDoubt', 8, auditToken),
    step('Acknowledged', 7, coverToken, { JobId: 'snap-1' }),
    snapshot(40, { SubType: 'SpecifiedTime' }),
  ];
  const machine = fc.constantFrom('pass', 'review', 'block', null);
  const person = fc.constantFrom('Normal' as const, 'Blocked' as const, null);

  it('start each job at most once, and the transcode exactly when the verdict lets it, in any order', () => {
    const history = fc.tuple(machine, person).chain(([suggestion, auditStatus]) => {
      const verdicts = [
        ...(suggestion === null ? [] : [verdict(30, suggestion)]),
        ...(auditStatus === null ? [] : [byPerson(90, auditStatus)]),
      ];
      const bodies = [...ready, ...tellings, ...verdicts];
      const last = auditStatus ?? suggestion;
      const everPasses = suggestion === 'pass' || auditStatus === 'Normal';
      const arrival = fc
        .tuple(
          fc.shuffledSubarray(bodies, { minLength: bodies.length }),
          fc.array(fc.constantFrom(...bodies), { maxLength: 6 }),
        )
        .map(([all, again]) => [...all, ...again]);
      return fc.record({
        arrival,
        verdicts: fc.constant(verdicts.length),
        passes: fc.constant(last === 'pass' || last === 'Normal'),
        everPasses: fc.constant(everPasses),
      });
    });
    check(
      'steps and transcode, each at most once',
      fc.property(history, ({ arrival, verdicts, passes, everPasses }) => {
        // Without the runner's events first: they would say that the step was started already.
        const bodies = arrival.toSorted(
          (a, b) => Number(a.EventType.startsWith('Step')) - Number(b.EventType.startsWith('Step')),
        );
        const { jobs, state } = run(bodies, { policies: both, store: throughTheLog });
        const kinds = started(jobs);
        expect(new Set(jobs.map((job) => job.token)).size).toBe(jobs.length);
        expect(kinds.filter((kind) => kind === 'SNAPSHOT').length).toBeLessThanOrEqual(1);
        expect(kinds.filter((kind) => kind === 'AUDIT').length).toBeLessThanOrEqual(1);
        if (verdicts === 0) expect(kinds.toSorted(compareText)).toEqual(['AUDIT', 'SNAPSHOT']);
        if (passes) expect(kinds).toContain('TRANSCODE');
        if (!everPasses) expect(kinds).not.toContain('TRANSCODE');
        if (kinds.includes('AUDIT')) expect(state?.steps.find(({ kind }) => kind === 'AUDIT')?.jobId).toBe('audit-1');
      }),
    );
  });

  it('lead to the same ledgers in any order once they are planned', () => {
    const bodies = [...tellings, verdict(30, 'review'), byPerson(90, 'Normal')];
    const start = run(ready, { policies: both }).state;
    const expected = comparable(run(bodies, { policies: both, from: start }).state);
    check(
      'the order of what is told about steps makes no difference',
      fc.property(fc.shuffledSubarray(bodies, { minLength: bodies.length }), (arrival) => {
        const { state } = run(arrival, { policies: both, from: start, store: throughTheLog });
        expect(comparable(state)).toBe(expected);
      }),
    );
  });
});
