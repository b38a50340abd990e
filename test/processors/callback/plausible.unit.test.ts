/** Times that can't be true (docs/video-status.md): which are left out, which are marked, and what an id then names. */
import { describe, expect, it } from 'vitest';
import type { EventSource } from '../../../schemas/topics.ts';
import { at, atMs, type CallbackBody, event, named, recorded, rendition, startMs, transcoded } from '../callbacks.ts';

const hour = 3600;

describe('an EventTime', () => {
  /** All are received at the start. */
  it.each<[number, EventSource, boolean]>([
    [0, 'http', true],
    [6 * hour, 'http', true],
    [6 * hour + 1, 'http', false],
    [6 * hour + 1, 'mns', false],
    [6 * hour + 1, 'reconciler', false],
    // Our own roles tell our own time.
    [9 * hour, 'job-runner', true],
    [9 * hour, 'operator', true],
  ])('%d seconds after its delivery by %s counts: %j', (seconds, source, counts) => {
    const { entry } = event(recorded(seconds, { RecordStartTime: null, RecordEndTime: null }), source);
    expect([entry.eventTime, entry.implausible]).toEqual(counts ? [atMs(seconds), []] : [0, ['EventTime']]);
  });

  it('counts where nobody knows when it was delivered', () => {
    expect(event(recorded(9 * hour), 'http', 0).entry.eventTime).toBe(atMs(9 * hour));
    expect(event(recorded(9 * hour), 'http', 1).entry.eventTime).toBe(0);
  });

  it('that counts for none takes the other times with it, also the first there is', () => {
    const early = '1970-01-01T00:00:00Z';
    const ld = rendition('j', 'LD', { StartTime: early, FinishTime: at(0) });
    expect(event(transcoded(9 * hour, [ld]))).toMatchObject({
      entry: { eventTime: 0, implausible: ['EventTime', 'StartTime', 'FinishTime'] },
      fact: { outputs: [{ jobId: 'j', definition: 'LD', startTime: null, finishTime: null }] },
    });
    const cycle = recorded(9 * hour, { RecordStartTime: at(-hour), RecordEndTime: at(0) });
    expect(event(cycle)).toMatchObject({
      entry: { implausible: ['EventTime', 'RecordStartTime', 'RecordEndTime'] },
      fact: { recording: null, stream: { streamName: 'room-42' } },
    });
  });

  it('that no unknown event has is no time of the future', () => {
    const { EventTime: _, ...untimed } = named('NotKnownYetComplete', 0);
    expect(event(untimed as CallbackBody).entry).toMatchObject({ eventTime: 0, implausible: [] });
  });
});

describe('a recording', () => {
  const day = 24 * hour;
  const [start, end] = ['RecordStartTime', 'RecordEndTime'];

  /** Of an event at the start: seconds after it at which the recording began and ended, what stays, what is marked. */
  it.each<[string, number | null, number | null, number | null, number | null, readonly string[]]>([
    ['as it should be', -hour, 0, -hour, 0, []],
    ['of a day', -day, 0, -day, 0, []],
    ['of a day and a millisecond', -day - 0.001, 0, null, 0, [start]],
    ['that ends six hours later', 0, 6 * hour, 0, 6 * hour, []],
    ['that ends a second after that', 0, 6 * hour + 1, 0, null, [end]],
    ['that begins six hours later', 6 * hour, null, 6 * hour, null, []],
    ['that begins a second after that', 6 * hour + 1, null, null, null, [start]],
    ['that begins and ends far too late', 7 * hour, 8 * hour, null, null, [start, end]],
    ['that ends as it begins', -hour, -hour, -hour, -hour, []],
    ['that ends before it begins', -hour, -hour - 1, null, null, [start, end]],
    ['with no end, begun a day before the latest that it could have', 6 * hour - day, null, 6 * hour - day, null, []],
    ['with no end, begun before that', 6 * hour - day - 1, null, null, null, [start]],
    ['with no start', null, 0, null, 0, []],
  ])('%s', (_, from, to, startsAt, endsAt, implausible) => {
    const time = (seconds: number | null) => (seconds === null ? null : at(seconds));
    const { entry, fact } = event(recorded(0, { RecordStartTime: time(from), RecordEndTime: time(to) }));
    const ms = (seconds: number | null) => (seconds === null ? null : atMs(seconds));
    const none = startsAt === null && endsAt === null;
    expect(fact.recording).toEqual(none ? null : { startTime: ms(startsAt), endTime: ms(endsAt) });
    expect(entry.implausible).toEqual(implausible);
  });
});

describe('a rendition', () => {
  it.each<[number, number, readonly string[]]>([
    [0, 60, []],
    [6 * hour, 6 * hour, []],
    [6 * hour + 1, 60, ['StartTime']],
    [60, 6 * hour + 1, ['FinishTime']],
    [7 * hour, 7 * hour, ['StartTime', 'FinishTime']],
  ])('that began at %d and ended at %d seconds after its event: %j is left out', (began, finished, implausible) => {
    const ld = rendition('j', 'LD', { StartTime: at(began), FinishTime: at(finished) });
    const { entry, fact } = event(transcoded(0, [rendition('i', 'HD'), ld]));
    expect(entry.implausible).toEqual(implausible);
    const [startTime, finishTime] = [began, finished].map((one) => (one > 6 * hour ? null : startMs + one * 1000));
    expect(fact.outputs).toMatchObject([{ jobId: 'i' }, { jobId: 'j', definition: 'LD', startTime, finishTime }]);
  });
});
