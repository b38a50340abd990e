/** An event whose time can't be believed outweighs nothing (docs/video-status.md, Times that can't be true). */
import { describe, expect, it } from 'vitest';
import {
  type CallbackBody,
  composeStart,
  failedRendition,
  named,
  recorded,
  rendition,
  sourceReady,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { run } from '../run-topology.ts';

type Delivery = readonly [CallbackBody, region?: string];

const wrong = { EventTime: '2099-01-01T00:00:00Z' };
const [ld, badLd] = [rendition('job-ld', 'LD'), failedRendition('job-ld', 'LD')];
const failure = (ErrorCode: string) => ({ Status: 'fail', ErrorCode });
const observed = (more: object) => named('ReconcilerObservation', 50, more);

function seenAfter(deliveries: readonly Delivery[]): object | null {
  let state: ReturnType<typeof run>['state'] = null;
  for (const [body, region] of deliveries)
    state = run([body], { from: state, headers: region === undefined ? {} : { region } }).state;
  return state;
}

/** The copy that can't be believed, the one that can, and what the video says. */
const cases: readonly (readonly [string, Delivery, Delivery, object])[] = [
  [
    'a recording of another stream and region',
    [recorded(4, { ...wrong, StreamName: 'other' }), 'cn-beijing'],
    [recorded(4), 'cn-shanghai'],
    { status: 'RECORDED', stream: { streamName: 'room-42' }, region: 'cn-shanghai' },
  ],
  [
    'a compose start of another stream and region',
    [composeStart(4, { ...wrong, StreamName: 'other' }), 'cn-beijing'],
    [composeStart(4), 'cn-shanghai'],
    { kind: 'COMPOSED', stream: { streamName: 'room-42' }, region: 'cn-shanghai' },
  ],
  [
    'an upload',
    [sourceReady(4, { ...wrong, FileUrl: 'http://other', Size: 7 })],
    [sourceReady(4)],
    { sizeBytes: 1_439_213_000, sourceUrl: 'http://bucket.oss-cn-shanghai.aliyuncs.com/x/y.m3u8' },
  ],
  [
    'an upload, and the reconciler sees another file',
    [sourceReady(4, { ...wrong, FileUrl: 'http://other', Size: 7 })],
    [observed({ FileUrl: 'http://seen', Size: 8 })],
    { sizeBytes: 8, sourceUrl: 'http://seen' },
  ],
  [
    'a failed upload',
    [sourceReady(4, { ...wrong, ...failure('E.Wrong') })],
    [sourceReady(4, failure('E.Right'))],
    { status: 'FAILED', errorCode: 'E.Right' },
  ],
  [
    'a failed transcode',
    [transcoded(60, [], { ...wrong, ...failure('E.Wrong') })],
    [transcoded(60, [], failure('E.Right'))],
    { status: 'FAILED', errorCode: 'E.Right' },
  ],
  [
    'a rendition',
    [streamTranscoded(60, badLd, wrong)],
    [transcoded(60, [ld])],
    { status: 'TRANSCODED', renditions: [{ status: 'SUCCESS', errorCode: null }] },
  ],
  [
    'the end of a step',
    [named('AIMediaAuditComplete', 60, { ...wrong, ...failure('E.Wrong'), JobId: 'audit' })],
    [named('AIMediaAuditComplete', 60, { Status: 'success', JobId: 'audit', Data: { Suggestion: 'pass' } })],
    { auditStatus: 'PASS' },
  ],
];

describe('outweighs nothing in either order', () => {
  it.each(cases)('%s', (_, doubtful, right, sees) => {
    expect(seenAfter([doubtful, right])).toMatchObject(sees);
    expect(seenAfter([right, doubtful])).toMatchObject(sees);
  });
});

describe('counts where nothing else tells', () => {
  it('which stream, region, file and error', () => {
    const bodies = [recorded(4, wrong), sourceReady(4, wrong), transcoded(60, [], { ...wrong, ...failure('E.1') })];
    expect(seenAfter(bodies.map((body): Delivery => [body, 'cn-beijing']))).toMatchObject({
      status: 'FAILED',
      errorCode: 'E.1',
      stream: { streamName: 'room-42' },
      region: 'cn-beijing',
      sizeBytes: 1_439_213_000,
      recordedTime: null,
      sourceReadyTime: null,
    });
  });
});
