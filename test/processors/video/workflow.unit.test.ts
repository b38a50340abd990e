/** A workflow instead of a template group: what is ordered, and how its ledger entry ends (cloud facts 1.4.15, 3.3.9). */
import { describe, expect, it } from 'vitest';
import { alike, type Told, type ToldFormat } from '../../../processors/policy/index.ts';
import { orderOf, tokenOf } from '../../../processors/video/index.ts';
import {
  atMs,
  type CallbackBody,
  failedRendition,
  jobEvent,
  named,
  recorded,
  rendition,
  requested,
  sourceReady,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { bookOf, run } from '../run-topology.ts';

const workflowId = '392d71c518e9ae6a13bdc2890943';
const policies = bookOf([{ segments: { transcode: 'pipeline', workflowId } }]);
const token = tokenOf(videoId, 'SEGMENT', 0);
const ready = [recorded(4), sourceReady(6)];

const acknowledged = (TranscodeTaskId?: string) =>
  jobEvent('TranscodeJobAcknowledged', 20, token, { JobIds: [], ...(TranscodeTaskId && { TranscodeTaskId }) });
const doubtful = jobEvent('TranscodeJobInDoubt', 21, token, { ErrorCode: 'TimeOut', ErrorMessage: 'no answer' });
const refused = jobEvent('TranscodeJobFailed', 21, token, { ErrorCode: 'Forbidden', ErrorMessage: 'no' });
const ended = (TaskId: string, seconds: number, more: object = {}) =>
  named('WorkflowTaskComplete', seconds, { TaskId, WorkflowId: workflowId, Status: 'Succeed', ...more });
const failed = (TaskId: string, seconds: number) =>
  ended(TaskId, seconds, { Status: 'Failed', ActivityResults: JSON.stringify({ Transcode: { Status: 'Failed' } }) });

const entryAfter = (...bodies: readonly CallbackBody[]) => {
  // Planned when its source was ready, heard of then.
  const from = run(ready, { policies, now: 10 }).state;
  return run(bodies, { policies, from, now: 15 }).state?.jobs[0];
};

describe('a workflow by policy', () => {
  it('is ordered once, under the token of the transcode, and as nothing that an earlier release would start', () => {
    const { state, jobs } = run([...ready, recorded(4), sourceReady(6)], { policies, now: 10 });
    expect(jobs.map((job) => [job.token, job.templateGroupId, orderOf(job)])).toEqual([
      [token, 'NOT_A_TRANSCODE', { kind: 'WORKFLOW', workflowId }],
    ]);
    expect(state?.jobs).toMatchObject([{ state: 'PLANNED', decision: 'PIPELINE', workflowId, templateGroupId: null }]);
  });

  const failure = { errorCode: 'WorkflowFailed', errorMessage: 'failed: Transcode' };
  const none = { errorCode: null, errorMessage: null };
  it.each<[string, readonly CallbackBody[], object]>([
    ['is taken', [acknowledged('t1')], { state: 'ACKNOWLEDGED', taskId: 't1', finishedAt: null }],
    [
      'is not done by what it transcodes: more may follow',
      [acknowledged('t1'), transcoded(40, [rendition('job-ld', 'LD')])],
      { state: 'ACKNOWLEDGED' },
    ],
    ['is done', [acknowledged('t1'), ended('t1', 60)], { state: 'DONE', taskId: 't1', finishedAt: atMs(60), ...none }],
    ['fails', [acknowledged('t1'), failed('t1', 60)], { state: 'FAILED', finishedAt: atMs(60), ...failure }],
    [
      'is canceled',
      [acknowledged('t1'), ended('t1', 60, { Status: 'Canceled' })],
      { state: 'FAILED', finishedAt: atMs(60), errorCode: 'WorkflowFailed' },
    ],
    ['is not done yet', [acknowledged('t1'), ended('t1', 60, { Status: 'Processing' })], { state: 'ACKNOWLEDGED' }],
    ['is not done by another run', [acknowledged('t1'), ended('t2', 60)], { state: 'ACKNOWLEDGED', taskId: 't1' }],
    ['is taken without a name, and done', [acknowledged(), ended('t1', 60)], { state: 'DONE', taskId: 't1' }],
    [
      'is taken without a name, and not done by another workflow',
      [acknowledged(), ended('t1', 60, { WorkflowId: 'other' })],
      { state: 'ACKNOWLEDGED', taskId: null },
    ],
    ['is taken without a name, and not done by a run before it', [acknowledged(), ended('t0', 9)], { taskId: null }],
    ['is done by a run of the second in which it was planned', [acknowledged(), ended('t1', 10)], { state: 'DONE' }],
    ['is in doubt', [doubtful], { state: 'IN_DOUBT', errorCode: 'TimeOut', errorMessage: 'no answer' }],
    ['is in doubt until it has ended', [doubtful, ended('t1', 60)], { state: 'DONE', taskId: 't1', ...none }],
    [
      'is in doubt, whatever it seems to have transcoded',
      [doubtful, named('ReconcilerObservation', 41, { WorkflowId: workflowId })],
      { state: 'IN_DOUBT' },
    ],
    ['is in doubt until it has failed', [doubtful, failed('t1', 60)], { state: 'FAILED', taskId: 't1', ...failure }],
    ['is refused, whoever else runs it', [refused, ended('t1', 60)], { state: 'FAILED', errorCode: 'Forbidden' }],
    [
      'is refused, and done when it is ordered again',
      [refused, acknowledged('t2'), ended('t2', 60)],
      { state: 'DONE' },
    ],
    ['runs twice in doubt: the good one counts', [doubtful, failed('t1', 50), ended('t2', 60)], { state: 'DONE' }],
  ])('%s', (_, bodies, expected) => {
    for (const order of [bodies, bodies.toReversed()]) expect(entryAfter(...order)).toMatchObject(expected);
  });

  it('leaves the status of the video to what it transcodes', () => {
    const bodies = [...ready, acknowledged('t1'), transcoded(40, [rendition('job-ld', 'LD')])];
    for (const last of [ended('t1', 60), failed('t1', 60)])
      expect(run([...bodies, last], { policies, now: 10 }).state).toMatchObject({ status: 'TRANSCODED' });
  });

  it('that waits for an audit gives way to the template group that a person asks for', () => {
    const held = bookOf([{ segments: { transcode: 'pipeline', workflowId, beforeTranscode: { audit: true } } }]);
    const waiting = run(ready, { policies: held, now: 10 });
    expect(waiting.state?.jobs).toMatchObject([{ state: 'AWAITING_APPROVAL', workflowId }]);
    const passed = named('CreateAuditComplete', 30, { AuditStatus: 'Normal' });
    const byItself = run([passed], { policies: held, from: waiting.state, now: 31 });
    expect(byItself.jobs.map(orderOf)).toEqual([{ kind: 'WORKFLOW', workflowId }]);
    const asked = requested(20, 'k', { TemplateGroupId: 'group' });
    const byPerson = run([asked, passed], { policies: held, from: waiting.state, now: 31 });
    expect(byPerson.jobs.map(orderOf)).toContainEqual(expect.objectContaining({ templateGroupId: 'group' }));
  });
});

/** A file in each container, with what becomes of it. */
const told = (formats: Readonly<Record<string, Told>>, rules: readonly object[] = []) => {
  const each = Object.entries(formats).map(
    ([format, segments]): ToldFormat => ({ path: format, format, segments, composed: null }),
  );
  const segments = alike(each.map((one) => one.segments));
  return bookOf([...rules] as Parameters<typeof bookOf>[0], [
    {
      ...{ path: 'recording.configs[0]', domain: 'play.example.com', app: 'live', stream: '*', formats: each },
      ...{ cycleSeconds: 1800, disconnectDelaySeconds: 180, composes: false, composed: null, segments },
    },
  ]);
};

describe('a workflow that the cloud runs by itself', () => {
  const policies = told({ m3u8: { workflowId }, mp4: 'played', flv: 'stored' });
  const bodiesIn = (container: string) => [
    recorded(4),
    sourceReady(6, { FileUrl: `http://vod.example.com/a.${container}` }),
  ];
  const none = { errorCode: null, errorMessage: null };

  it('is in the ledger, and nothing is ordered', () => {
    const { state, jobs } = run(bodiesIn('m3u8'), { policies, now: 10 });
    expect(jobs).toEqual([]);
    expect(state).toMatchObject({ status: 'SOURCE_READY', sourcePlays: false });
    expect(state?.jobs).toMatchObject([
      { decision: 'CLOUD', state: 'DECIDED', workflowId, plannedAt: null, leftAsIs: false, finishedAt: null },
    ]);
  });

  it.each<[string, readonly CallbackBody[], object]>([
    ['is done', [ended('t1', 60)], { state: 'DONE', taskId: 't1', finishedAt: atMs(60), ...none }],
    // Long before we heard of its source, by our own clock.
    ['is done before it was decided on', [ended('t1', 7)], { state: 'DONE', finishedAt: atMs(7) }],
    ['is not done by what it transcodes', [transcoded(40, [rendition('job-ld', 'LD')])], { state: 'DECIDED' }],
    ['is not done by another workflow', [ended('t1', 60, { WorkflowId: 'other' })], { state: 'DECIDED', taskId: null }],
    ['fails', [failed('t1', 60)], { state: 'FAILED', errorCode: 'WorkflowFailed', errorMessage: 'failed: Transcode' }],
    ['is done where it was run again', [failed('t1', 50), ended('t2', 60)], { state: 'DONE', taskId: 't2', ...none }],
  ])('%s', (_, bodies, expected) => {
    const all = [...bodiesIn('m3u8'), ...bodies];
    for (const order of [all, all.toReversed()])
      expect(run(order, { policies, now: 100 }).state?.jobs).toMatchObject([expected]);
  });

  const seen = named('ReconcilerObservation', 41, { WorkflowId: workflowId });
  const good = transcoded(40, [rendition('job-ld', 'LD')]);
  const bad = transcoded(40, [failedRendition('job-ld', 'LD')], { Status: 'fail' });
  const noTask = { taskId: null, workflowId };
  it.each<[string, readonly CallbackBody[], object]>([
    ['that has ended well', [good, seen], { state: 'DONE', finishedAt: atMs(41), ...noTask, ...none }],
    [
      'that has partly ended well',
      [good, transcoded(40, [failedRendition('job-sd', 'SD')]), seen],
      { state: 'DONE', ...none },
    ],
    [
      'that has failed',
      [bad, seen],
      { state: 'FAILED', finishedAt: atMs(41), ...noTask, errorCode: 'InvalidParameter.ResourceContentBad' },
    ],
    [
      'unless it is of another',
      [good, { ...seen, WorkflowId: 'other' }],
      { state: 'DECIDED', finishedAt: null, ...none },
    ],
    [
      'until its own end is told',
      [bad, seen, ended('t1', 60)],
      { state: 'DONE', taskId: 't1', finishedAt: atMs(60), ...none },
    ],
    ['until its own failure is', [good, seen, failed('t1', 60)], { state: 'FAILED', errorCode: 'WorkflowFailed' }],
  ])('whose end was lost is settled by what it transcodes, %s', (_, bodies, expected) => {
    const all = [...bodiesIn('m3u8'), ...bodies];
    for (const order of [all, all.toReversed()])
      expect(run(order, { policies, now: 100 }).state?.jobs).toMatchObject([expected]);
  });

  it.each<[string, readonly CallbackBody[], readonly object[]]>([
    [
      'is done',
      [ended('t1', 60)],
      [{ decision: 'CLOUD', state: 'DONE', workflowId, taskId: 't1', decidedAt: atMs(100), leftAsIs: false }],
    ],
    ['has failed', [failed('t1', 60)], [{ state: 'FAILED', workflowId, errorCode: 'WorkflowFailed' }]],
    ['is another', [ended('t1', 60, { WorkflowId: 'other' })], []],
    ['has said nothing', [], []],
  ])('is in the ledger, also where no callback told its source, once it %s', (_, bodies, expected) => {
    const all = [recorded(4), transcoded(40, [rendition('job-ld', 'LD')]), ...bodies];
    for (const order of [all, all.toReversed()]) {
      const { state, jobs } = run(order, { policies, now: 100 });
      expect(state).toMatchObject({ status: 'TRANSCODED', sourceReadyTime: null, jobs: expected });
      expect(jobs).toEqual([]);
    }
    // The late callback finds it decided.
    const late = run(bodiesIn('m3u8'), { policies, now: 200, from: run(all, { policies, now: 100 }).state }).state;
    if (expected.length > 0) expect(late?.jobs).toMatchObject(expected);
  });

  it('has what is to be analysed analysed, also where its end alone told of a source', () => {
    const analysed = told({ m3u8: { workflowId } }, [{ segments: { analyse: { tags: { analyseTypes: ['OCR'] } } } }]);
    const orders = (now: number) => run([recorded(4), ended('t1', 60)], { policies: analysed, now }).jobs.map(orderOf);
    expect(orders(100)).toMatchObject([{ kind: 'TAGS' }]);
    expect(orders(60 + 24 * 3600)).toMatchObject([{ kind: 'TAGS' }]);
    expect(orders(61 + 24 * 3600)).toEqual([]);
  });

  it('leaves the status to what it transcodes', () => {
    const all = [...bodiesIn('m3u8'), transcoded(40, [rendition('job-ld', 'LD')]), ended('t1', 60)];
    expect(run(all, { policies, now: 100 }).state).toMatchObject({ status: 'TRANSCODED', errorCode: null });
  });

  it.each([
    ['mp4', { status: 'PLAYABLE', sourcePlays: true, jobs: [{ workflowId: null, leftAsIs: true }] }],
    ['flv', { status: 'SOURCE_READY', sourcePlays: false, jobs: [{ workflowId: null, leftAsIs: true }] }],
    // Nobody knows which of the three it is: the cloud may still work on it.
    ['ts', { status: 'SOURCE_READY', sourcePlays: false, jobs: [{ workflowId: null, leftAsIs: false }] }],
  ])('is not that of a file in another format of the cycle: %s', (container, expected) => {
    expect(run(bodiesIn(container), { policies, now: 10 }).state).toMatchObject(expected);
  });

  it('is that of a file whose container is not known, where there is no other', () => {
    const only = told({ m3u8: { workflowId }, mp4: { workflowId } });
    expect(run(bodiesIn('ts'), { policies: only, now: 10 }).state?.jobs).toMatchObject([{ workflowId }]);
  });

  it('is not over what a person asks for beside it', () => {
    const asked = run([...bodiesIn('m3u8'), requested(20, 'k', { TemplateGroupId: 'group' })], { policies, now: 21 });
    expect(asked.jobs.map(orderOf)).toMatchObject([{ kind: 'TRANSCODE', templateGroupId: 'group' }]);
    expect(asked.state?.jobs).toMatchObject([
      { decision: 'CLOUD', workflowId },
      { decision: 'APPROVAL', workflowId: null, templateGroupId: 'group' },
    ]);
  });
});
