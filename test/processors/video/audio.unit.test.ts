/** Renditions of sound alone (docs/video-status.md, "Sound alone"; cloud facts 1.4.7). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VideoStatus } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import {
  atMs,
  type CallbackBody,
  failedRendition,
  named,
  recorded,
  rendition,
  sourceReady,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { throughTheLog } from '../encoding.ts';
import { run } from '../run-topology.ts';

const sound = (jobId: string, more: object = {}) =>
  rendition(jobId, 'SQ', {
    Format: 'mp3',
    Width: undefined,
    Height: undefined,
    Fps: undefined,
    IsAudio: true,
    ...more,
  });
const picture = rendition('p', 'LD');
const noPicture = failedRendition('p', 'LD');
const deletedStream = (seconds: number, JobIds: string): CallbackBody =>
  named('DeleteMediaComplete', seconds, { Status: 'success', DeleteType: 'stream', JobIds });

describe('a video with a rendition of sound alone', () => {
  it.each<[string, readonly CallbackBody[], VideoStatus, number | null]>([
    ['isn’t playable by it', [streamTranscoded(10, sound('s'))], 'TRANSCODING', null],
    ['is by the one with a picture', [streamTranscoded(10, sound('s')), streamTranscoded(20, picture)], 'PLAYABLE', 20],
    [
      'is from the picture on, whatever came first',
      [streamTranscoded(10, sound('s')), streamTranscoded(20, picture), transcoded(21, [picture, sound('s')])],
      'TRANSCODED',
      20,
    ],
    [
      'failed where all there is to see failed',
      [streamTranscoded(10, sound('s')), transcoded(21, [noPicture, sound('s')])],
      'FAILED',
      null,
    ],
    ['failed so, told by the summary alone', [transcoded(21, [noPicture, sound('s')])], 'FAILED', null],
    ['is in part where the sound failed', [transcoded(21, [picture, sound('s', { Status: 'fail' })])], 'PARTIAL', 21],
    [
      'has only its source where what there was to see is deleted',
      [transcoded(21, [picture, sound('s')]), deletedStream(30, 'p')],
      'SOURCE_READY',
      21,
    ],
    ['is playable by the label of a picture', [streamTranscoded(10, rendition('s', 'SD'))], 'PLAYABLE', 10],
    [
      'isn’t by that of a sound, where nothing else says it',
      [streamTranscoded(10, sound('s', { IsAudio: undefined }))],
      'TRANSCODING',
      null,
    ],
    [
      'is where that label is said to have a picture',
      [streamTranscoded(10, sound('s', { IsAudio: false }))],
      'PLAYABLE',
      10,
    ],
  ])('%s', (_, bodies, status, playable) => {
    const all = [recorded(0), sourceReady(1), ...bodies];
    check(
      'in any order',
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
        const { state } = run(order, { store: throughTheLog });
        expect(state).toMatchObject({ status, firstPlayableTime: playable === null ? null : atMs(playable) });
      }),
      15,
    );
  });
});

describe('a media of which all is sound', () => {
  it.each<[string, readonly CallbackBody[], VideoStatus, number | null]>([
    [
      'is to be listened to once all of it is there',
      [streamTranscoded(10, sound('s')), transcoded(21, [sound('s')])],
      'TRANSCODED',
      10,
    ],
    ['by the summary alone', [transcoded(21, [sound('s')])], 'TRANSCODED', 21],
    ['not before', [streamTranscoded(10, sound('s'))], 'TRANSCODING', null],
    [
      'in part where one of them failed',
      [transcoded(21, [sound('s'), sound('h', { Definition: 'HQ', Status: 'fail' })])],
      'PARTIAL',
      21,
    ],
    [
      'in part where the one that failed says nothing',
      [transcoded(21, [sound('s'), { Status: 'fail', JobId: 'h' }])],
      'PARTIAL',
      21,
    ],
    ['not where all failed', [transcoded(21, [sound('s', { Status: 'fail' })], { Status: 'fail' })], 'FAILED', null],
    ['until it is deleted', [transcoded(21, [sound('s')]), deletedStream(30, 's')], 'SOURCE_READY', 21],
  ])('%s', (_, bodies, status, playable) => {
    for (const order of [[sourceReady(1), ...bodies], [...bodies, sourceReady(1)].toReversed()])
      expect(run(order).state).toMatchObject({
        kind: 'UPLOAD',
        status,
        firstPlayableTime: playable === null ? null : atMs(playable),
      });
  });
});

it('says of each rendition whether it is sound alone, stored and read again', () => {
  // The summary of old doesn't tell: what is known of the job stays.
  const bodies = [
    streamTranscoded(10, sound('s')),
    transcoded(21, [picture, { ...sound('s'), IsAudio: undefined, Definition: 'X' }]),
  ];
  const { state } = run(bodies, { store: throughTheLog });
  expect(state?.renditions.map(({ jobId, audioOnly }) => [jobId, audioOnly])).toEqual([
    ['s', true],
    ['p', false],
  ]);
  expect(run(bodies, { from: state }).outcomes).toMatchObject([{ kind: 'drop' }, { kind: 'drop' }]);
});
