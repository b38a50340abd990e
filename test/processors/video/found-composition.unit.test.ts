/**
 * That a video is a composition the reconciler only concludes (docs/video-status.md, "Kind"): a recording that is listed late
 * looks the same to it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { videoTopology } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { atMs, bytesOf, type CallbackBody, named, recorded, sourceReady, videoId } from '../callbacks.ts';
import { bookOf } from '../run-topology.ts';

type Told = readonly [source: 'http' | 'reconciler', body: CallbackBody];

function stateOf(told: readonly Told[]): VideoState | null {
  const topology = videoTopology({ policies: bookOf([]) });
  return told.reduce<VideoState | null>((state, [source, body]) => {
    const headers = { source, 'received-at': String(atMs(900)) };
    const record = { key: videoId, value: bytesOf(body), headers, timestampMs: atMs(900) };
    const outcome = topology.step(state, record, { nowMs: atMs(900) });
    return outcome.kind === 'next' ? outcome.state : state;
  }, null);
}

const composing: CallbackBody = named('LiveRecordVideoComposeStart', 4, { Status: 'success' });
const ready: Told = ['http', sourceReady(9)];

describe.each<[string, readonly Told[], VideoState['kind'], number | null]>([
  ['found alone', [['reconciler', composing]], 'COMPOSED', 4],
  [
    'found, and told to be a recording',
    [
      ['reconciler', composing],
      ['http', recorded(5)],
    ],
    'SEGMENT',
    null,
  ],
  [
    'found to be both',
    [
      ['reconciler', composing],
      ['reconciler', recorded(5)],
    ],
    'COMPOSED',
    4,
  ],
  [
    'told, and found to be a recording',
    [
      ['http', composing],
      ['reconciler', recorded(5)],
    ],
    'COMPOSED',
    4,
  ],
  [
    'told to be both',
    [
      ['http', composing],
      ['http', recorded(5)],
    ],
    'COMPOSED',
    4,
  ],
  [
    'found and told, and told to be a recording',
    [
      ['reconciler', composing],
      ['http', composing],
      ['http', recorded(5)],
    ],
    'COMPOSED',
    4,
  ],
])('a composition %s', (_, told, kind, seconds) => {
  it(`is a ${kind} in every order`, () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...told, ready], { minLength: told.length + 1 }), (order) => {
        const composeStartTime = seconds === null ? null : atMs(seconds);
        expect(stateOf(order)).toMatchObject({ kind, composeStartTime });
      }),
    );
  });
});
