/** When a video retires and is forgotten, and what late events still do (docs/video-status.md, "Retirement"). */
import { describe, expect, it } from 'vitest';
import { tokenOf, videoTopology } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import {
  at,
  atMs,
  type CallbackBody,
  composeStart,
  jobEvent,
  recorded,
  rendition,
  sourceReady,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { bookOf, run, templateGroupId } from '../run-topology.ts';

const dayMs = 86_400_000;
const token = tokenOf(videoId, 'SEGMENT', 0);
const ld = rendition('job-ld', 'LD');
const by = (transcode: 'cloud' | 'pipeline' | 'approval') =>
  bookOf([{ segments: { transcode, templateGroupId }, composed: { transcode, templateGroupId }, retentionDays: 7 }]);
const of = (EventType: string, seconds: number, more: object = {}): CallbackBody => ({
  EventType,
  EventTime: at(seconds),
  VideoId: videoId,
  Status: 'success',
  ...more,
});

type Told = readonly (readonly [CallbackBody, number])[];

/** The state after these events, each received so many seconds after the start. */
function received(
  told: Told,
  transcode: 'cloud' | 'pipeline' | 'approval' = 'cloud',
  from: VideoState | null = null,
): VideoState {
  let state = from;
  for (const [body, seconds] of told) {
    const headers = { 'received-at': String(atMs(seconds)) };
    state = run([body], { policies: by(transcode), from: state, headers, now: seconds }).state;
  }
  if (state === null) throw new Error('no state');
  return state;
}

const topology = videoTopology({ policies: by('cloud') });
const dueAfterMs = (state: VideoState): number => (topology.timer?.dueAtMs(state) ?? 0) - atMs(0);

function retiredAt(state: VideoState, nowMs: number): VideoState {
  const outcome = topology.timer?.fire(videoId, state, { nowMs });
  if (outcome?.kind !== 'next' || outcome.state === null) throw new Error('not retired');
  return outcome.state;
}

const ready: Told = [
  [recorded(4), 5],
  [sourceReady(6), 7],
];
const acknowledged = jobEvent('TranscodeJobAcknowledged', 21, token, { JobIds: ['job-ld'] });

describe('a video retires', () => {
  it('on the full hour after the retention, counted from the last event that was received', () => {
    expect(dueAfterMs(received([[recorded(4), 0]]))).toBe(7 * dayMs);
    expect(dueAfterMs(received([[recorded(4), 1]]))).toBe(7 * dayMs + 3_600_000);
    expect(dueAfterMs(received([[recorded(4), 3600]]))).toBe(7 * dayMs + 3_600_000);
    expect(
      dueAfterMs(
        received([
          [recorded(4), 7200],
          [sourceReady(6), 10],
        ]),
      ),
    ).toBe(7 * dayMs + 7_200_000);
    expect(
      dueAfterMs(
        received([
          [recorded(4), 10],
          [sourceReady(6), 7200],
        ]),
      ),
    ).toBe(7 * dayMs + 7_200_000);
  });

  it.each<[string, Told, 'cloud' | 'pipeline' | 'approval']>([
    ['awaits approval', ready, 'approval'],
    ['is planned', ready, 'pipeline'],
    ['is submitted', [...ready, [jobEvent('TranscodeJobSubmitted', 20, token), 21]], 'pipeline'],
    ['is in doubt', [...ready, [jobEvent('TranscodeJobInDoubt', 20, token), 21]], 'pipeline'],
    ['is acknowledged', [...ready, [acknowledged, 22]], 'pipeline'],
  ])('after twice that while a job %s', (_, told, transcode) => {
    expect(dueAfterMs(received(told, transcode))).toBe(14 * dayMs + 3_600_000);
  });

  it.each<[string, Told, 'cloud' | 'pipeline']>([
    ['failed', [...ready, [jobEvent('TranscodeJobFailed', 20, token), 21]], 'pipeline'],
    ['is done', [...ready, [acknowledged, 22], [transcoded(60, [ld]), 61]], 'pipeline'],
    ['is left to the cloud', ready, 'cloud'],
  ])('after once that where a job %s', (_, told, transcode) => {
    expect(dueAfterMs(received(told, transcode))).toBe(7 * dayMs + 3_600_000);
  });

  it('after twice that while it is announced, or being transcoded', () => {
    expect(dueAfterMs(received([[composeStart(4), 0]]))).toBe(14 * dayMs);
    expect(
      dueAfterMs(
        received([
          [recorded(4), 0],
          [acknowledged, 0],
        ]),
      ),
    ).toBe(14 * dayMs);
  });

  it('and is forgotten the retention after that, or after the last late event', () => {
    const state = received([[recorded(4), 0]]);
    const stub = retiredAt(state, atMs(0) + 7 * dayMs + 1);
    expect(stub).toMatchObject({ retired: true, retiredAt: atMs(0) + 7 * dayMs + 1, revision: state.revision + 1 });
    expect(dueAfterMs(stub)).toBe(14 * dayMs + 3_600_000);
    const late = received([[sourceReady(6), (8 * dayMs) / 1000]], 'cloud', stub);
    expect(dueAfterMs(late)).toBe(15 * dayMs);
    const early = received([[sourceReady(6), 10]], 'cloud', stub);
    expect(dueAfterMs(early)).toBe(14 * dayMs + 3_600_000);
    const forgotten = topology.timer?.fire(videoId, stub, { nowMs: atMs(0) + 15 * dayMs });
    expect(forgotten).toMatchObject({ kind: 'next', state: null, reason: 'retired' });
  });
});

describe('after it retired', () => {
  const stubOf = (told: Told, transcode: 'cloud' | 'pipeline' = 'cloud') =>
    retiredAt(received(told, transcode), atMs(0) + 7 * dayMs);
  const lately = (stub: VideoState, ...bodies: readonly CallbackBody[]): VideoState =>
    received(
      bodies.map((body) => [body, (8 * dayMs) / 1000] as const),
      'pipeline',
      stub,
    );
  const blocked = of('CreateAuditComplete', 70, { AuditStatus: 'Blocked' });
  const normal = of('CreateAuditComplete', 80, { AuditStatus: 'Normal' });
  const through: Told = [...ready, [transcoded(60, [ld]), 61]];

  it('keeps its status and its jobs', () => {
    const state = received([...ready, [acknowledged, 22], [transcoded(60, [ld]), 61]], 'pipeline');
    const stub = retiredAt(state, atMs(0) + 7 * dayMs);
    expect(stub).toMatchObject({ status: 'TRANSCODED', jobs: [{ state: 'DONE' }], afterRetirement: false });
  });

  it.each<[string, Told, readonly CallbackBody[], string]>([
    ['deleted', through, [of('DeleteMediaComplete', 90, { DeleteType: 'all' })], 'DELETED'],
    [
      'its source deleted, which a video with renditions outlives',
      through,
      [of('DeleteMediaComplete', 90, { DeleteType: 'mezzanine' })],
      'TRANSCODED',
    ],
    [
      'its source deleted, where there was nothing else',
      ready,
      [of('DeleteMediaComplete', 90, { DeleteType: 'mezzanine' })],
      'DELETED',
    ],
    ['blocked', through, [blocked], 'FAILED'],
    ['blocked, then let pass', through, [blocked, normal], 'TRANSCODED'],
    ['let pass after it was blocked', [...through, [blocked, 75]], [normal], 'TRANSCODED'],
    ['transcoded at last', ready, [transcoded(60, [ld])], 'TRANSCODED'],
    ['ready at last', [[recorded(4), 5]], [sourceReady(6)], 'SOURCE_READY'],
  ])('%s', (_, told, late, status) => {
    const stub = stubOf(told);
    for (const order of [late, late.toReversed()])
      expect(lately(stub, ...order)).toMatchObject({ retired: true, afterRetirement: true, status });
  });

  it('nothing is started for it', () => {
    const stub = stubOf([[recorded(4), 5]]);
    const { jobs, state } = run([sourceReady(6)], { policies: by('pipeline'), from: stub });
    expect(jobs).toEqual([]);
    expect(state?.jobs).toEqual([]);
  });
});
