/** How a record was delivered, by its headers, which anybody who may write to the topic can set. */
import { describe, expect, it } from 'vitest';
import { deliveryOf, isLiveRecord, replayedAtMsOf, sentAtMsOf } from '../../../processors/callback/index.ts';
import { bounds } from '../../../schemas/bounds.ts';

const timestampMs = 1_772_359_200_000;
const of = (headers: Readonly<Record<string, string>>, at = timestampMs) => deliveryOf({ headers, timestampMs: at });

describe('the source of a record', () => {
  it.each([
    ['http', 'http'],
    ['mns', 'mns'],
    ['reconciler', 'reconciler'],
    ['job-runner', 'job-runner'],
    ['operator', 'operator'],
    // What nobody knows is taken for a callback: the one that is trusted with nothing internal.
    ['live', 'http'],
    ['Operator', 'http'],
    ['', 'http'],
  ])('%j is %s', (source, expected) => {
    expect(of({ source }).source).toBe(expected);
  });

  it('is a callback where no header says it', () => {
    expect(of({}).source).toBe('http');
  });

  it('live is one of the callbacks about streams', () => {
    const isLive = (headers: Readonly<Record<string, string>>) => isLiveRecord({ headers, timestampMs });
    expect([{ source: 'live' }, { source: 'http' }, {}].map(isLive)).toEqual([true, false, false]);
  });
});

describe('the region of a record', () => {
  it('is what its header says, of bounded length', () => {
    expect(of({ region: 'cn-shanghai' }).region).toBe('cn-shanghai');
    expect(of({ region: 'r'.repeat(65) }).region).toBe('r'.repeat(64));
    expect(of({ region: '' }).region).toBeNull();
    expect(of({}).region).toBeNull();
  });

  it('is none of an object’s own names', () => {
    const inherited = Object.create({ region: 'r', source: 'operator' }) as Record<string, string>;
    expect(of(inherited)).toMatchObject({ region: null, source: 'http' });
  });
});

describe('when a record was received', () => {
  it.each<[string | undefined, number, number]>([
    ['1772359204000', timestampMs, 1_772_359_204_000],
    [undefined, timestampMs, timestampMs],
    ['0', timestampMs, timestampMs],
    ['1', timestampMs, 1],
    [String(bounds.mostTimeMs), timestampMs, bounds.mostTimeMs],
    [String(bounds.mostTimeMs + 1), timestampMs, timestampMs],
    ['-5', timestampMs, timestampMs],
    ['+5', timestampMs, timestampMs],
    ['5x', timestampMs, timestampMs],
    ['5.5', timestampMs, timestampMs],
    ['1e12', timestampMs, timestampMs],
    ['', timestampMs, timestampMs],
    ['2026-03-01T10:00:00Z', timestampMs, timestampMs],
    [undefined, 1, 1],
    [undefined, 0, 0],
    [undefined, -1, 0],
    [undefined, 0.5, 0],
    [undefined, bounds.mostTimeMs + 1, 0],
    [undefined, Number.NaN, 0],
  ])('header %j and timestamp %d: %d', (header, timestamp, receivedAtMs) => {
    expect(of(header === undefined ? {} : { 'received-at': header }, timestamp).receivedAtMs).toBe(receivedAtMs);
  });
});

it('a record was replayed when its header says so', () => {
  const replayed = (headers: Readonly<Record<string, string>>) => replayedAtMsOf({ headers, timestampMs });
  expect(replayed({ 'replayed-at': '1772359204000' })).toBe(1_772_359_204_000);
  expect(replayed({})).toBeNull();
  expect(replayed({ 'replayed-at': '17723592x' })).toBeNull();
});

it('a callback was sent when the cloud says, else when it was received', () => {
  const sent = (headers: Readonly<Record<string, string>>) => sentAtMsOf({ headers, timestampMs });
  expect(sent({ 'sent-at': '1700000000000', 'received-at': '1700000009000' })).toBe(1_700_000_000_000);
  expect(sent({ 'sent-at': 'now', 'received-at': '1700000009000' })).toBe(1_700_000_009_000);
  expect(sent({})).toBe(timestampMs);
  // Nothing is sent long after it was received.
  const hoursMs = 6 * 3_600_000;
  const receivedAt = '1700000000000';
  expect(sent({ 'received-at': receivedAt, 'sent-at': String(1_700_000_000_000 + hoursMs) })).toBe(
    1_700_000_000_000 + hoursMs,
  );
  expect(sent({ 'received-at': receivedAt, 'sent-at': String(1_700_000_000_001 + hoursMs) })).toBe(1_700_000_000_000);
});
