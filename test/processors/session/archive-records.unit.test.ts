/** The records beside a stream's own, as they are written and found again (docs/session-status.md, "How it is kept"). */
import { describe, expect, it } from 'vitest';
import { Archive, emptyState, endOf, type Page, pageStartOf } from '../../../processors/session/archive.ts';
import { inOrder, videoOf } from '../../../processors/session/facts.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { StreamState } from '../../../schemas/generated/StreamState.ts';
import { atMinute, composed, dayMs, minuteMs, segment, stream, streamKey } from './stream.ts';

const day = dayMs / minuteMs;
const hour = 60;
/** 2026-03-01 is the day of minute 0, at 10:00. */
const midnight = -10 * hour;
const dayNumber = (minute: number) => Math.floor(atMinute(minute) / dayMs);

const byText = (a: string, b: string) => (a < b ? -1 : 1);

function store() {
  const records = new Map<string, StreamState>();
  const open = () => new Archive(stream, (key) => records.get(key) ?? null);
  const write = (change: (archive: Archive) => void) => {
    const archive = open();
    change(archive);
    for (const [key, state] of archive.changes) state === null ? records.delete(key) : records.set(key, state);
    return [...archive.changes.keys()].map((key) => key.slice(streamKey.length + 1)).toSorted(byText);
  };
  return { records, open, write };
}

function page(minute: number, facts: readonly StreamFact[], change: Partial<StreamState> = {}): Page {
  const videos = facts.map(videoOf).toSorted(inOrder);
  return { startMs: atMinute(minute), state: { ...emptyState(stream), videos, ...change } };
}

describe('a page', () => {
  it('is listed under each day that it holds something of, and under no other', () => {
    const { records, write } = store();
    const listed = () =>
      [...records].flatMap(([key, { pages }]) => (key.includes('/d/') ? [[Number(key.split('/').at(-1)), pages]] : []));
    const [first, second] = [dayNumber(0), dayNumber(day)];
    write((archive) => archive.put(page(0, [segment('a', 0, day)])));
    expect(listed()).toEqual([
      [first, [atMinute(0)]],
      [second, [atMinute(0)]],
    ]);
    // Written again with something of other days.
    expect(write((archive) => archive.put(page(0, [segment('a', 0, 8)])))).toEqual([`d/${second}`, `s/${atMinute(0)}`]);
    expect(listed()).toEqual([[first, [atMinute(0)]]]);
    write((archive) => archive.put(page(-60, [segment('b', -60, 8)])));
    expect(listed()).toEqual([[first, [atMinute(-60), atMinute(0)]]]);
    write((archive) => archive.remove(page(0, [segment('a', 0, 8)])));
    expect(listed()).toEqual([[first, [atMinute(-60)]]]);
    write((archive) => archive.remove(page(-60, [segment('b', -60, 8)])));
    expect(records.size).toBe(0);
  });

  it('reaches to the last moment of its files, films and ids', () => {
    expect(endOf(page(0, []))).toBe(atMinute(0));
    expect(endOf(page(0, [segment('a', 0, 8), segment('b', 2, 4)]))).toBe(atMinute(8));
    expect(endOf(page(0, [segment('a', 0, 8), composed('film', 11)]))).toBe(atMinute(11));
    const said = {
      startTime: atMinute(1),
      digest: 1,
      compose: null,
      rules: null,
      mergedInto: null,
      mergedAt: null,
      live: null,
    };
    const sessions = [20, 9].map((minute) => ({ ...said, endTime: atMinute(minute) }));
    expect(endOf(page(0, [segment('a', 0, 8)], { sessions }))).toBe(atMinute(20));
    expect(endOf(page(0, [segment('a', 0, 30)], { sessions }))).toBe(atMinute(30));
  });

  it('is near what happens up to two days before and after it, whole days (UTC)', () => {
    const { open, write } = store();
    for (const minute of [1, 0, 2]) write((archive) => archive.put(page(minute, [segment(`a${minute}`, minute, 8)])));
    const second = 1 / 60;
    const minutes = (starts: readonly number[]) => starts.map((startMs) => (startMs - atMinute(0)) / minuteMs);
    const earlier = (minute: number, count: number) => minutes(open().startsBefore(atMinute(minute), count));
    const at = (minute: number) => minutes([open().startAt(atMinute(minute)) ?? []].flat());
    const next = (minute: number, end = minute) =>
      minutes([open().nextStart(atMinute(minute), atMinute(end)) ?? []].flat());
    const dayEnds = (count: number) => midnight + (count + 1) * day;
    expect([at(-1), at(0), at(1.5), at(9)]).toEqual([[], [0], [1], [2]]);
    expect([at(dayEnds(2) - second), at(dayEnds(2))]).toEqual([[2], []]);
    expect([earlier(2, 1), earlier(2, 2), earlier(2, 3), earlier(2 + second, 3)]).toEqual([
      [1],
      [0, 1],
      [0, 1],
      [0, 1, 2],
    ]);
    expect([earlier(dayEnds(2) - second, 9), earlier(dayEnds(2), 9)]).toEqual([[0, 1, 2], []]);
    expect([next(-1), next(0), next(1), next(2)]).toEqual([[0], [1], [2], []]);
    expect([next(midnight - 2 * day), next(midnight - 2 * day - second)]).toEqual([[0], []]);
    expect([next(-9 * day, midnight - 2 * day), next(-9 * day, midnight - 2 * day - second)]).toEqual([[0], []]);
    const between = (from: number, to: number) => minutes(open().startsAfter(atMinute(from), atMinute(to)));
    expect([between(0, 2), between(-9 * day, 1), between(2, 9 * day)]).toEqual([[1, 2], [0, 1], []]);
  });

  it('is found over a long one before it, and over days without any', () => {
    const { open, write } = store();
    const film = 8 * day;
    for (const one of [
      page(0, [segment('long', 0, 3 * day)]),
      page(4 * day, [segment('a', 4 * day, 4 * day + 8)]),
      page(film, [segment('b', film, film + 8)]),
    ])
      write((archive) => archive.put(one));
    const earlier = (minute: number, count: number) =>
      open()
        .startsBefore(atMinute(minute), count)
        .map((startMs) => (startMs - atMinute(0)) / minuteMs);
    expect([earlier(4 * day, 3), earlier(4 * day + 1, 3)]).toEqual([[0], [0, 4 * day]]);
    // What lies more than two days before the next one has nothing to do with it.
    expect(earlier(film + 1, 3)).toEqual([film]);
  });

  it('is read by its start', () => {
    const { open, write } = store();
    for (const minute of [0, 2]) write((archive) => archive.put(page(minute, [segment(`a${minute}`, minute, 8)])));
    expect(
      open()
        .pages([2, 7, 0].map(atMinute))
        .map(({ startMs }) => startMs),
    ).toEqual([2, 0].map(atMinute));
    expect(open().page(atMinute(7))).toBeNull();
  });

  it('is known by its key', () => {
    const { open } = store();
    expect(pageStartOf(open().pageKey(atMinute(0)))).toBe(atMinute(0));
    for (const key of [streamKey, `${streamKey}/s/12/x`, `${streamKey}/d/12`, `${streamKey}/s/x`, open().stubsKey])
      expect(pageStartOf(key)).toBeNull();
  });
});

describe('a pointer', () => {
  it('leads from an id to its place, and goes with it', () => {
    const { open, write } = store();
    expect(write((archive) => archive.point('v', 'a', 5))).toEqual(['v/a']);
    expect(write((archive) => archive.point('c', 'a', 7))).toEqual(['c/a']);
    expect([open().placeOf('v', 'a'), open().placeOf('c', 'a'), open().placeOf('v', 'b')]).toEqual([5, 7, null]);
    const moved = open();
    moved.point('v', 'a', 6);
    expect(moved.placeOf('v', 'a')).toBe(6);
    moved.point('v', 'a', null);
    expect([moved.placeOf('v', 'a'), moved.changes.get(`${streamKey}/v/a`)]).toEqual([null, null]);
    expect(write((archive) => archive.point('v', 'a', null))).toEqual(['v/a']);
  });
});
