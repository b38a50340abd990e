/** What a step of the video processor says of itself to metrics, and of records that it can't use. */
import { describe, expect, it } from 'vitest';
import { videoTopology } from '../../../processors/video/index.ts';
import {
  atMs,
  bytesOf,
  type CallbackBody,
  jobEvent,
  named,
  recorded,
  requested,
  snapshot,
  sourceReady,
  streamTranscoded,
  videoId,
} from '../callbacks.ts';
import { bookOf, run, transcodeBy } from '../run-topology.ts';

const topology = videoTopology({ policies: bookOf([]) });
const labelsOf = (bodies: readonly CallbackBody[], headers: Readonly<Record<string, string>> = {}) =>
  run(bodies, { headers }).outcomes.at(-1)?.labels;

describe('a step labels', () => {
  it('the type and the sender of what it took', () => {
    const applied = { result: 'applied', outOfOrderSeconds: 0 };
    expect(labelsOf([recorded(4)])).toEqual({ ...applied, eventType: 'AddLiveRecordVideoComplete', source: 'http' });
    expect(labelsOf([recorded(4)], { source: 'mns' })).toMatchObject({ source: 'mns' });
    expect(labelsOf([jobEvent('TranscodeJobFailed', 4, 't')])).toMatchObject({ eventType: 'TranscodeJobFailed' });
    expect(labelsOf([named('AIVideoTagComplete', 4)])).toMatchObject({ ...applied, eventType: 'AIVideoTagComplete' });
  });

  // The type is a label of a metric, so it is one of a known few.
  it('a type that it doesn’t know as another', () => {
    const other = { eventType: 'other', result: 'unknown' };
    expect(labelsOf([named('NotKnownYetComplete', 4)])).toMatchObject(other);
    expect(labelsOf([requested(4, 'forged')], { source: 'http' })).toMatchObject(other);
  });

  it('what became of it', () => {
    expect(labelsOf([recorded(4), recorded(4)])).toMatchObject({ result: 'duplicate' });
    expect(labelsOf([recorded(4), recorded(9)])).toMatchObject({ result: 'merged' });
    const asked = Array.from({ length: 36 }, (_, n) => requested(n, `key-${n}`));
    expect(labelsOf(asked.slice(0, 35))).toMatchObject({ result: 'truncated' });
    expect(labelsOf(asked)).toMatchObject({ result: 'full' });
    expect(run(asked).outcomes.at(-1)).toMatchObject({ kind: 'drop', reason: 'full' });
  });

  it.each<[string, readonly CallbackBody[], number]>([
    ['the first', [recorded(40)], 0],
    ['a later one', [recorded(40), sourceReady(60)], 0],
    ['one of the same second', [recorded(40), sourceReady(40)], 0],
    ['an earlier one', [sourceReady(60), snapshot(50), recorded(40)], 20],
    ['one amid many', [recorded(4), snapshot(50), sourceReady(60), streamTranscoded(20, { JobId: 'j' })], 40],
    ['one without a time', [recorded(40), { EventType: 'New', VideoId: videoId }], 0],
  ])('how far out of order it came: %s', (_, bodies, outOfOrderSeconds) => {
    expect(labelsOf(bodies)).toMatchObject({ outOfOrderSeconds });
  });
});

describe('a record that can’t be used', () => {
  const step = (value: unknown, key = videoId) =>
    topology.step(null, { key, value, headers: {}, timestampMs: 1 }, { nowMs: 1 });
  const labels = { result: 'dead-letter' };

  it.each<[string, unknown, string, string]>([
    ['is no bytes', 'text', 'not bytes', 'the callbacks topic holds raw bodies'],
    ['is no JSON', bytesOf(1).slice(1), 'unparsable', 'empty body'],
    ['names nothing', bytesOf({ EventType: 'New' }), 'unparsable', 'no subject id'],
    ['has a number that no state holds', bytesOf(sourceReady(4, { Size: 1e300 })), 'out-of-range', 'Size is 1e+300'],
  ])('%s', (_, value, reason, error) => {
    expect(step(value)).toEqual({ kind: 'dead-letter', reason, error: expect.stringContaining(error), labels });
  });

  it('is of another key', () => {
    const [key, subject] = ['k'.repeat(90), 's'.repeat(90)];
    const error = `the record key is ${'k'.repeat(80)}, the subject ${'s'.repeat(80)}`;
    const value = bytesOf(recorded(4, { VideoId: subject }));
    expect(step(value, key)).toEqual({ kind: 'dead-letter', reason: 'wrong-key', error, labels });
  });
});

describe('what goes out', () => {
  it('is named: facts by their stream, commands by their video', () => {
    expect(topology).toMatchObject({
      name: 'video',
      input: 'callbacks',
      changelog: 'video-state',
      outputs: ['stream-facts', 'transcode-jobs'],
    });
    const { outcomes } = run([recorded(4, { StreamName: 'a/b' }), sourceReady(6)], {
      policies: transcodeBy('pipeline'),
    });
    const last = outcomes.at(-1);
    expect(last?.kind === 'next' && last.emit.map(({ topic, key }) => [topic, key])).toEqual([
      ['stream-facts', 'play.example.com/live/a%2Fb'],
      ['transcode-jobs', videoId],
    ]);
  });

  it('is nothing when a video retires or is forgotten', () => {
    const { state } = run([recorded(4), streamTranscoded(50, { JobId: 'j', Status: 'success' })]);
    if (state === null) throw new Error('no state');
    const retired = topology.timer?.fire(videoId, state, { nowMs: atMs(9e6) });
    expect(retired).toMatchObject({ kind: 'next', emit: [], state: { retired: true, retiredAt: atMs(9e6) } });
    if (retired?.kind !== 'next' || retired.state === null) throw new Error('not retired');
    const forgotten = topology.timer?.fire(videoId, retired.state, { nowMs: atMs(18e6) });
    expect(forgotten).toEqual({ kind: 'next', state: null, reason: 'retired', emit: [] });
  });
});
