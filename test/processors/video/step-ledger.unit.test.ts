/** Steps before a transcode, our own compositions, and what can't be used: what is entered of each. */
import { describe, expect, it } from 'vitest';
import { type Order, orderOf, tokenOf, videoTopology } from '../../../processors/video/index.ts';
import {
  at,
  atMs,
  bytesOf,
  type CallbackBody,
  jobEvent,
  recorded,
  snapshot,
  sourceReady,
  videoId,
} from '../callbacks.ts';
import { bookOf, run, templateGroupId } from '../run-topology.ts';

const beforeTranscode = { audit: { templateId: 'strict' }, cover: { atSeconds: 5, templateId: 'wide' } };
const policies = bookOf([{ segments: { transcode: 'pipeline', templateGroupId, beforeTranscode } }]);
const ready = [recorded(4), sourceReady(6)];
const cover = tokenOf(videoId, 'SNAPSHOT', 0);
const step = (what: 'Acknowledged' | 'Failed' | 'InDoubt', seconds: number, more: object = {}) =>
  jobEvent(`StepJob${what}`, seconds, cover, more);
const taken = step('Acknowledged', 20, { JobId: 'snap-1' });
const failure = { ErrorCode: 'Forbidden', ErrorMessage: 'no' };
const refused = step('Failed', 21, failure);
const doubtful = step('InDoubt', 22, failure);
const done = (JobId: string, more: object = {}) =>
  snapshot(30, { SubType: 'SpecifiedTime', SnapshotInfos: [{ JobId }], ...more });

const coverAfter = (...bodies: readonly CallbackBody[]) =>
  run([...ready, ...bodies], { policies }).state?.steps.find(({ kind }) => kind === 'SNAPSHOT');

describe('a cover snapshot', () => {
  it.each<[string, readonly CallbackBody[], object]>([
    ['is planned', [], { state: 'PLANNED', jobId: null, errorCode: null, finishedAt: null }],
    ['is taken', [taken], { state: 'ACKNOWLEDGED', jobId: 'snap-1' }],
    ['is refused', [refused], { state: 'FAILED', errorCode: 'Forbidden', errorMessage: 'no' }],
    ['is in doubt', [doubtful], { state: 'IN_DOUBT', errorCode: 'Forbidden', errorMessage: 'no' }],
    ['is refused, whatever the doubt', [refused, doubtful], { state: 'FAILED' }],
    [
      'is refused twice, and in doubt twice: the first counts',
      [refused, step('Failed', 31, { JobId: 'x' }), doubtful, step('InDoubt', 32, { JobId: 'x' })],
      { state: 'FAILED', errorCode: 'Forbidden', errorMessage: 'no', finishedAt: atMs(21) },
    ],
    [
      'is done once: the first end counts',
      [taken, done('snap-1'), done('snap-1', { EventTime: at(40) })],
      { finishedAt: atMs(30) },
    ],
    [
      'is told with a code though it is done',
      [taken, done('snap-1', { ErrorCode: 'Odd', ErrorMessage: 'odd' })],
      { state: 'DONE', errorCode: null, errorMessage: null },
    ],
    ['is taken, whatever the doubt', [taken, doubtful], { state: 'ACKNOWLEDGED', jobId: 'snap-1' }],
    ['is taken after all', [refused, taken], { state: 'ACKNOWLEDGED', jobId: 'snap-1' }],
    ['is done', [taken, done('snap-1')], { state: 'DONE', jobId: 'snap-1', finishedAt: atMs(30) }],
    ['is not done by another', [taken, done('snap-2')], { state: 'ACKNOWLEDGED', jobId: 'snap-1' }],
    [
      'fails',
      [taken, done('snap-1', { Status: 'fail', ErrorCode: 'Bad' })],
      { state: 'FAILED', errorCode: 'Bad', finishedAt: atMs(30) },
    ],
  ])('%s', (_, bodies, expected) => {
    for (const order of [bodies, bodies.toReversed()]) expect(coverAfter(...order)).toMatchObject(expected);
  });

  it('is ordered with its template and its time, the audit with its template', () => {
    const { jobs } = run(ready, { policies });
    expect(new Map(jobs.map((job) => [orderOf(job).kind, orderOf(job)]))).toEqual(
      new Map<string, Order>([
        ['AUDIT', { kind: 'AUDIT', templateId: 'strict' }],
        ['SNAPSHOT', { kind: 'SNAPSHOT', templateId: 'wide', offsetMs: 5000 }],
      ]),
    );
  });
});

describe('our own composition, as its video tells it to the session', () => {
  const token = 'lvc-0123-0';
  const names = { DomainName: 'play.example.com', AppName: 'live', StreamName: 'room-42' };
  const job = (what: 'Acknowledged' | 'Failed' | 'InDoubt', seconds: number) =>
    jobEvent(`ComposeJob${what}`, seconds, token, { ...names, ErrorCode: `E.${what}` });
  const told = (...bodies: readonly CallbackBody[]) => run(bodies).facts.at(-1)?.composeJob;

  it.each([
    [['InDoubt'], 'IN_DOUBT'],
    [['Failed'], 'FAILED'],
    [['InDoubt', 'Failed'], 'FAILED'],
    [['Failed', 'Acknowledged'], 'ACKNOWLEDGED'],
    [['InDoubt', 'Failed', 'Acknowledged'], 'ACKNOWLEDGED'],
  ] as const)('%j: %s', (kinds, state) => {
    const bodies = kinds.map((kind, i) => job(kind, 10 + i));
    for (const order of [bodies, bodies.toReversed()]) expect(told(...order)).toMatchObject({ token, state });
  });

  it('with the reason', () => {
    expect(told(job('Failed', 10))).toEqual({ token, state: 'FAILED', errorCode: 'E.Failed' });
  });
});

describe('what the video topology can’t use', () => {
  const topology = videoTopology({ policies });
  const headers = { source: 'http', 'received-at': String(atMs(0)) };
  const step = (key: string, value: unknown) =>
    topology.step(null, { key, value, headers, timestampMs: atMs(0) } as never, { nowMs: atMs(0) });

  it.each<[string, string, unknown]>([
    ['no JSON', videoId, new TextEncoder().encode('{')],
    ['another video’s key', 'other', bytesOf(recorded(4))],
    ['no subject', videoId, bytesOf({ EventType: 'X', EventTime: at(1) })],
  ])('%s is a dead letter that says why', (_, key, value) => {
    const outcome = step(key, value);
    expect(outcome).toMatchObject({
      kind: 'dead-letter',
      reason: expect.stringMatching(/./),
      error: expect.stringMatching(/./),
    });
  });
});
