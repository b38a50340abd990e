/** A cover by policy (docs/policies.md): a snapshot is taken, and its picture set as the cover; each once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf, tokenOf } from '../../../processors/video/index.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import { atMs, type CallbackBody, jobEvent, named, recorded, snapshot, sourceReady, videoId } from '../callbacks.ts';
import { throughTheLog } from '../encoding.ts';
import { bookOf, run, templateGroupId } from '../run-topology.ts';

const policies = bookOf([
  {
    segments: { transcode: 'pipeline', templateGroupId, beforeTranscode: { cover: { atSeconds: 5 } } },
    maxActAgeSeconds: 600,
  },
]);
const ready = [recorded(4), sourceReady(6)];
const [snapshotToken, coverToken] = [tokenOf(videoId, 'SNAPSHOT', 0), tokenOf(videoId, 'COVER', 0)];
const step = (type: string, seconds: number, token: string, more: object = {}): CallbackBody =>
  jobEvent(`StepJob${type}`, seconds, token, more);
const taking = step('Acknowledged', 7, snapshotToken, { JobId: 'ours', Step: 'SNAPSHOT' });

const picture = (jobId: string) => `http://vod.example.com/v/snapshots/normal/${jobId}-00001.jpg`;
/** As the cloud tells one that was ordered: no CoverUrl. */
const taken = (seconds: number, JobId: string, more: object = {}): CallbackBody =>
  snapshot(seconds, {
    SubType: 'SpecifiedTime',
    CoverUrl: undefined,
    SnapshotInfos: [
      {
        Status: 'success',
        SnapshotType: 'NormalSnapshot',
        SnapshotCount: 1,
        SnapshotRegular: `http://vod.example.com/v/snapshots/normal/${JobId}-{SnapshotCount}.jpg`,
        JobId,
        ...more,
      },
    ],
  });
/** As the cloud tells one that failed: neither SnapshotInfos nor a job. */
const nameless = (seconds: number): CallbackBody =>
  snapshot(seconds, {
    Status: 'fail',
    CoverUrl: undefined,
    SnapshotInfos: undefined,
    ErrorCode: 'Bad',
    ErrorMessage: 'no',
  });
const byCloud = snapshot(8);

const ordered = (jobs: readonly TranscodeJob[]) =>
  jobs.map((job) => orderOf(job)).filter(({ kind }) => kind !== 'TRANSCODE');
const stepsOf = (state: VideoState | null) => state?.steps.map(({ kind, state: stands }) => `${kind} ${stands}`);

describe('a cover by policy', () => {
  it('is a snapshot first, then that the picture becomes the cover', () => {
    const { jobs, state } = run([...ready, taking, taken(20, 'ours')], { policies, now: 20 });
    expect(ordered(jobs)).toEqual([
      { kind: 'SNAPSHOT', templateId: null, offsetMs: 5_000 },
      { kind: 'COVER', coverUrl: picture('ours') },
    ]);
    expect(jobs.at(-1)).toMatchObject({ token: coverToken, videoId, purpose: 'SEGMENT', generation: 0 });
    expect(state?.steps).toMatchObject([
      { kind: 'SNAPSHOT', state: 'DONE', jobId: 'ours', pictureUrl: picture('ours') },
      { kind: 'COVER', state: 'PLANNED', plannedAt: atMs(20), pictureUrl: null },
    ]);
    // A snapshot alone changes no cover.
    expect(state?.coverUrl).toBeNull();
  });

  it('is set once the call has worked, with or without the callback', () => {
    const set = step('Acknowledged', 30, coverToken, { Step: 'COVER', CoverUrl: picture('ours') });
    const before = [...ready, taking, byCloud, taken(20, 'ours')];
    const { state } = run([...before, set], { policies });
    expect(stepsOf(state)).toEqual(['SNAPSHOT DONE', 'COVER DONE']);
    expect(state).toMatchObject({
      coverUrl: picture('ours'),
      steps: [{}, { finishedAt: atMs(30), pictureUrl: picture('ours') }],
    });
    const changed = named('MediaBaseChangeComplete', 31, {
      Status: 'success',
      MediaContent: { CoverURL: JSON.stringify({ OldValue: 'http://old', NewValue: picture('ours') }) },
    });
    expect(run([...before, changed], { policies }).state?.coverUrl).toBe(picture('ours'));
    expect(run([...before, { ...changed, Status: 'fail' }], { policies }).state?.coverUrl).toBe(byCloud.CoverUrl);
  });

  it('outweighs what the cloud takes by itself, whichever came later', () => {
    const set = step('Acknowledged', 30, coverToken, { Step: 'COVER', CoverUrl: picture('ours') });
    const later = snapshot(90, { CoverUrl: 'http://by/cloud' });
    for (const order of [
      [set, later],
      [later, set],
    ])
      expect(run([...ready, ...order], { policies }).state?.coverUrl).toBe(picture('ours'));
  });

  it('isn’t set of pictures that are nobody’s, or of none', () => {
    for (const other of [taken(20, 'of-a-person'), byCloud, taken(20, 'ours', { SnapshotRegular: '' })])
      expect(ordered(run([...ready, taking, other], { policies }).jobs)).toHaveLength(1);
    // Without a rule nothing is ordered, whatever is taken.
    expect(ordered(run([...ready, taking, taken(20, 'ours')]).jobs)).toEqual([]);
  });

  it('isn’t set long after: the state says so', () => {
    const { state } = run([...ready, taking], { policies, now: 10 });
    const late = run([taken(20, 'ours')], { policies, from: state, now: 621 });
    expect(ordered(late.jobs)).toEqual([]);
    expect(late.state?.notStarted).toMatchObject([{ reason: 'TOO_OLD', causeTime: atMs(20), requestId: null }]);
    expect(ordered(run([taken(20, 'ours')], { policies, from: state, now: 620 }).jobs)).toHaveLength(1);
  });

  it('is ordered once, in any order and however often anything is told', () => {
    const set = step('Acknowledged', 30, coverToken, { Step: 'COVER', CoverUrl: picture('ours') });
    const bodies = [taking, byCloud, taken(20, 'ours'), nameless(15)];
    check(
      'once',
      fc.property(
        fc.shuffledSubarray(bodies, { minLength: bodies.length }),
        fc.array(fc.constantFrom(...bodies), { maxLength: 4 }),
        (all, again) => {
          const { jobs, state } = run([...ready, ...all, ...again, set, ...again], { policies, store: throughTheLog });
          expect(
            ordered(jobs)
              .map(({ kind }) => kind)
              .toSorted(),
          ).toEqual(['COVER', 'SNAPSHOT']);
          expect(stepsOf(state)).toEqual(['SNAPSHOT DONE', 'COVER DONE']);
          expect(state?.coverUrl).toBe(picture('ours'));
        },
      ),
      40,
    );
  });
});

describe('a snapshot that failed and tells no job', () => {
  it.each<[string, readonly CallbackBody[], readonly string[]]>([
    ['ends the one that is open', [taking, nameless(20)], ['SNAPSHOT FAILED']],
    ['none that isn’t', [nameless(20)], ['SNAPSHOT PLANNED']],
    ['none that was ordered after it', [taking, nameless(5)], ['SNAPSHOT ACKNOWLEDGED']],
    ['one of the second in which the source came', [taking, nameless(6)], ['SNAPSHOT FAILED']],
    [
      'none of which something else is told',
      [taking, nameless(20), taken(30, 'ours')],
      ['SNAPSHOT DONE', 'COVER PLANNED'],
    ],
    ['nor by a person’s that worked', [taking, taken(20, 'of-a-person')], ['SNAPSHOT ACKNOWLEDGED']],
    [
      'nor by one that tells another job',
      [taking, { ...taken(20, 'of-a-person'), Status: 'fail' }],
      ['SNAPSHOT ACKNOWLEDGED'],
    ],
  ])('%s', (_, bodies, steps) => {
    for (const order of [bodies, bodies.toReversed()])
      expect(stepsOf(run([...ready, ...order], { policies }).state)).toEqual(steps);
  });

  it('says why, and sets no cover', () => {
    const { state, jobs } = run([...ready, taking, nameless(20)], { policies });
    expect(state?.steps).toMatchObject([
      { finishedAt: atMs(20), errorCode: 'Bad', errorMessage: 'no', pictureUrl: null },
    ]);
    expect(ordered(jobs)).toHaveLength(1);
    // The transcode waits for neither.
    expect(state?.jobs).toMatchObject([{ state: 'PLANNED' }]);
  });
});
