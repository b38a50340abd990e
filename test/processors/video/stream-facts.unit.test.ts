/** What a video tells its stream, and when (processors/README.md: a fact is the newest snapshot of one video). */
import { describe, expect, it } from 'vitest';
import { streamFactsOf } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import {
  atMs,
  type CallbackBody,
  jobEvent,
  named,
  recorded,
  rendition,
  snapshot,
  sourceReady,
  stream,
  transcoded,
  videoId,
} from '../callbacks.ts';
import { run } from '../run-topology.ts';

const names = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
const told = (bodies: readonly CallbackBody[]) => run(bodies).facts;

describe('a video tells its stream', () => {
  it('all that a session goes by', () => {
    const bodies = [recorded(4), sourceReady(6), transcoded(60, [rendition('j', 'LD')])];
    expect(run(bodies, { headers: { region: 'cn-shanghai' } }).facts.at(-1)).toEqual({
      videoId,
      stream: names,
      kind: 'SEGMENT',
      status: 'TRANSCODED',
      recording: { startTime: atMs(-1800), endTime: atMs(0) },
      recordedTime: atMs(4),
      composeStartTime: null,
      sourceReadyTime: atMs(6),
      firstPlayableTime: atMs(60),
      transcodedTime: atMs(60),
      durationSeconds: 1800.04,
      format: 'm3u8',
      errorCode: null,
      errorMessage: null,
      removed: false,
      videoRevision: 3,
      composeJob: null,
      region: 'cn-shanghai',
      live: null,
      clip: null,
      sourceOnly: 'NO',
    });
  });

  it('nothing while no stream is known, and all of it once one is', () => {
    expect(told([sourceReady(6), snapshot(9)])).toEqual([]);
    expect(told([sourceReady(6), recorded(4)])).toMatchObject([{ stream: names, sourceReadyTime: atMs(6) }]);
  });

  it('nothing where nothing of it changed', () => {
    const cover = named('MediaBaseChangeComplete', 30, { MediaContent: { CoverURL: { NewValue: 'http://b/n.jpg' } } });
    expect(told([recorded(4), cover, snapshot(60)]).map((fact) => fact.videoRevision)).toEqual([1]);
    expect(told([recorded(4), cover, sourceReady(6)]).map((fact) => fact.videoRevision)).toEqual([1, 3]);
  });

  it.each([
    { status: 'FAILED' },
    { kind: 'UPLOAD' },
    { recording: { startTime: null, endTime: atMs(0) } },
    { recordedTime: atMs(5) },
    { composeStartTime: atMs(5) },
    { sourceReadyTime: atMs(5) },
    { firstPlayableTime: atMs(5) },
    { transcodedTime: atMs(5) },
    { durationSeconds: 1 },
    { errorCode: 'E.1' },
    { errorMessage: 'bad' },
    { region: 'cn-beijing' },
    { sourceUrl: 'http://b/x.flv' },
    { status: 'PLAYABLE', sourcePlays: true },
  ] satisfies Partial<VideoState>[])('what changed: %j', (changed) => {
    const before = run([recorded(4), sourceReady(6)]).state as VideoState;
    const after = { ...before, ...changed, revision: 3 };
    expect(streamFactsOf(before, after)).toEqual([{ ...streamFactsOf(null, after)[0], videoRevision: 3 }]);
    expect(streamFactsOf(after, { ...after, revision: 4 })).toEqual([]);
  });

  it('that it is gone where it turns out to be another stream’s', () => {
    const other = recorded(3, { Status: 'fail', StreamName: 'room-7' });
    const [, gone, here] = told([recorded(4), other]);
    expect(gone).toMatchObject({ stream: names, removed: true, recordedTime: atMs(4), videoRevision: 2 });
    expect(here).toMatchObject({ stream: { ...names, streamName: 'room-7' }, removed: false, videoRevision: 2 });
  });

  // Several record formats give several segments for each cycle (cloud facts 4.5).
  it.each([
    ['http://b/x/y.m3u8', 'm3u8'],
    ['http://b/x/y.MP4', 'mp4'],
    ['http://b/x/y.flv?auth=1', 'flv'],
    ['http://b/x/y.mp4#t', 'mp4'],
    ['http://b/x.mp4/y.ts', null],
    ['http://b/x.mp4?next=y.m3u8', 'mp4'],
    ['http://b/x.flv#y.m3u8', 'flv'],
    ['http://b/x/y-m3u8', null],
    ['http://b/x/y.m3u8x', null],
    [undefined, null],
  ])('the container of its source: %s is %s', (FileUrl, format) => {
    expect(told([recorded(4), sourceReady(6, { FileUrl })]).at(-1)?.format).toBe(format);
  });

  it('of a composition of ours what outweighs the rest, and the first of its kind', () => {
    const job = (what: string, seconds: number, token: string | undefined, ErrorCode: string) => ({
      ...jobEvent(`ComposeJob${what}`, seconds, '', { ...stream, ErrorCode }),
      Token: token,
    });
    const composeJob = (...bodies: readonly CallbackBody[]) => told(bodies).at(-1)?.composeJob;
    const failed = job('Failed', 9, 't', 'E.1');
    expect(composeJob(failed, job('Failed', 12, 'later', 'E.2'))).toEqual({
      token: 't',
      state: 'FAILED',
      errorCode: 'E.1',
    });
    expect(composeJob(job('InDoubt', 12, 't', 'E.2'), failed)).toEqual({
      token: 't',
      state: 'FAILED',
      errorCode: 'E.1',
    });
    expect(composeJob(job('Acknowledged', 20, 'u', 'E.3'), failed)).toMatchObject({
      token: 'u',
      state: 'ACKNOWLEDGED',
    });
    expect(composeJob(job('Failed', 9, undefined, 'E.1'))).toBeNull();
    expect(composeJob(recorded(4), jobEvent('TranscodeJobFailed', 9, 't'))).toBeNull();
  });
});
