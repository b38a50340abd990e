/**
 * What ApsaraVideo Live's own record callbacks tell, as worked histories (docs/session-status.md, liveRecording; cloud
 * facts 4.11): 30-minute cycles, 3 minutes of disconnect delay, 5 of grace.
 */
import { describe, expect, it } from 'vitest';
import { file, said } from './live-stream.ts';
import { atMinute, dayMs, minuteMs, policy, StreamUnderTest, segment, sessionId } from './stream.ts';

const second = 1 / 60;
const started = said('STARTED', 2 * second);
const byUs = { policy: policy({ composed: { compose: 'pipeline' } }) };
const ready = { status: 'TRANSCODED', sourceReadyTime: atMinute(9) } as const;

describe('a show of 8 minutes that is paused once', () => {
  it('is known from its start on, minutes before its first segment, paused, resumed and ended as it happens', () => {
    const live = new StreamUnderTest({ recode: true }).hear(started);
    const id = sessionId(2 * second);
    expect(live.only).toMatchObject({
      ...{ sessionId: id, status: 'RECORDING', startTime: atMinute(2 * second), endTime: null, segments: [] },
      ...{ composeExpected: false, closesAt: atMinute(2 * second + 30 + 3 + 5) },
      liveRecording: { state: 'RECORDING', startedTime: atMinute(2 * second), pausedTime: null, endedTime: null },
    });
    live.hear(said('PAUSED', 4));
    expect(live.only.liveRecording).toMatchObject({ state: 'PAUSED', pausedTime: atMinute(4) });
    live.hear(said('RESUMED', 5));
    expect(live.only.liveRecording).toMatchObject({
      ...{ state: 'RECORDING', pausedTime: atMinute(4), resumedTime: atMinute(5) },
    });
    live.hear(said('PAUSED', 8)).passTo(11 - second);
    expect(live.only).toMatchObject({ status: 'RECORDING', liveRecording: { state: 'PAUSED', endedTime: null } });
    live.passTo(11);
    expect(live.only).toMatchObject({
      ...{ status: 'ENDED', endTime: atMinute(8), closesAt: null },
      liveRecording: { state: 'ENDED', pausedTime: atMinute(8), endedTime: atMinute(8) },
    });

    live.hear(segment('a', 0, 8));
    expect(live.sessions.get(id)).toMatchObject({ status: 'MERGED', mergedInto: sessionId(0) });
    expect(live.only).toMatchObject({
      ...{ sessionId: sessionId(0), status: 'RECORDING', segments: [{ videoId: 'a' }] },
      liveRecording: {
        ...{ state: 'ENDED', startedTime: atMinute(2 * second), pausedTime: atMinute(8), resumedTime: atMinute(5) },
        endedTime: atMinute(8),
      },
    });
  });

  it('keeps its id where it began in the very second that its first segment tells', () => {
    const live = new StreamUnderTest().hear(said('STARTED', 0), segment('a', 0, 8));
    expect([...live.sessions.keys()]).toEqual([sessionId(0)]);
    expect(live.only).toMatchObject({ segments: [{ videoId: 'a' }], liveRecording: { startedTime: atMinute(0) } });
  });

  it('is ended, by Live, while its own last cycle would hold it open for another half hour', () => {
    const live = new StreamUnderTest(byUs).hear(started, segment('a', 0, 30, ready), said('PAUSED', 30)).passTo(33);
    expect(live.only).toMatchObject({
      ...{ status: 'RECORDING', closesAt: atMinute(68), composition: null },
      liveRecording: { state: 'ENDED', endedTime: atMinute(30) },
    });
    expect(live.jobs).toEqual([]);
    live.passTo(68 - second);
    expect(live.jobs).toEqual([]);
    live.passTo(68);
    expect(live.jobs).toMatchObject([{ videoIds: ['a'] }]);
  });
});

describe('what is missing, repeated or out of place', () => {
  it('of several pauses in a row the first counts, of several starts too', () => {
    const events = [started, said('STARTED', 1), said('PAUSED', 4), said('PAUSED', 4.2)];
    const live = new StreamUnderTest().hear(...events, ...events);
    expect(live.drops).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate']);
    expect(live.only).toMatchObject({
      sessionId: sessionId(2 * second),
      liveRecording: { startedTime: atMinute(2 * second), pausedTime: atMinute(4) },
    });
  });

  it.each(['PAUSED', 'RESUMED'] as const)('%s alone makes no session', (event) => {
    expect(new StreamUnderTest().hear(said(event, 4)).sessions.size).toBe(0);
  });

  it('a file alone tells when the recording began and was written to, not whether it goes on', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), file(0, 30));
    expect(live.only.liveRecording).toEqual({
      ...{ state: 'UNKNOWN', startedTime: atMinute(0), pausedTime: null, resumedTime: null, endedTime: null },
      fileTime: atMinute(30),
    });
  });

  it('a show that closes after a pause that was over has ended, nobody told when', () => {
    const live = new StreamUnderTest()
      .hear(started, said('PAUSED', 4), said('RESUMED', 5), segment('a', 0, 8))
      .passTo(11);
    expect(live.only.liveRecording).toMatchObject({ state: 'ENDED', pausedTime: atMinute(4), endedTime: null });
  });

  it('a resumption alone tells that it goes on', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 30), said('RESUMED', 5));
    expect(live.only.liveRecording).toMatchObject({ state: 'RECORDING', startedTime: null, resumedTime: atMinute(5) });
  });

  it('a recording ended at its pause, also where a file was written later', () => {
    const live = new StreamUnderTest().hear(said('STARTED', 0), said('PAUSED', 8), file(0, 9)).passTo(20);
    expect(live.only).toMatchObject({
      status: 'ENDED',
      endTime: atMinute(8),
      liveRecording: { fileTime: atMinute(9) },
    });
  });

  it('a pause waits for the show that it is of', () => {
    const live = new StreamUnderTest()
      .hear(said('PAUSED', 4))
      .passTo(60)
      .hear(segment('a', 0, 8));
    expect(live.only.liveRecording).toMatchObject({ pausedTime: atMinute(4) });
  });

  it('nothing is followed for longer than the retention', () => {
    const short = new StreamUnderTest({ policy: policy({ retentionDays: 2 }) });
    expect(short.hearAt(said('STARTED', 0), atMinute(0) + 2 * dayMs).drops).toEqual(['older-than-retention']);
  });

  it.each([
    ['its cycle', true, 38],
    ['the longest cycle, where the cloud was told none,', false, 368],
  ])('a start whose segments never come counts as over when %s has brought none', (_, cycleTold, minute) => {
    const live = new StreamUnderTest({ policy: policy({ recording: { cycleTold } }) });
    live.hear(said('STARTED', 0)).passTo(minute - second);
    expect(live.only).toMatchObject({ status: 'RECORDING', closesAt: atMinute(minute) });
    live.passTo(minute);
    expect(live.only).toMatchObject({ status: 'ENDED', endTime: atMinute(0), liveRecording: { endedTime: null } });
    const eightDays = (8 * dayMs) / minuteMs;
    live.passTo(eightDays - second);
    expect(live.sessions.size).toBe(1);
    live.passTo(eightDays);
    expect([live.sessions.size, live.states.size, [...live.tombstones.values()]]).toEqual([0, 0, ['retired']]);
  });

  it('what is older than it is followed is not taken', () => {
    const live = new StreamUnderTest().hearAt(said('STARTED', 0), atMinute(0) + 8 * dayMs);
    expect([live.drops, live.sessions.size]).toEqual([['older-than-retention'], 0]);
  });

  it('of a flood the newest of each sort stay', () => {
    const live = new StreamUnderTest().hear(started);
    for (let minute = 1; minute <= 100; minute += 1) live.hear(said('PAUSED', minute), said('RESUMED', minute + 0.5));
    expect(live.state?.liveEvents).toHaveLength(1 + 2 * 32);
    expect(live.only.liveRecording).toMatchObject({ startedTime: atMinute(2 * second), pausedTime: atMinute(100) });
    const all = new StreamUnderTest();
    for (let minute = 100; minute >= 1; minute -= 1) all.hear(said('RESUMED', minute + 0.5), said('PAUSED', minute));
    expect(all.hear(started).state?.liveEvents).toEqual(live.state?.liveEvents);
  });
});

describe('whose it is', () => {
  const two = [segment('a', 0, 8), segment('b', 20, 28)];
  const told = [started, said('PAUSED', 8), said('STARTED', 20 - second), said('PAUSED', 28)];
  const recordings = [
    { state: 'ENDED', startedTime: atMinute(2 * second), pausedTime: atMinute(8), endedTime: atMinute(8) },
    { state: 'ENDED', startedTime: atMinute(20 - second), pausedTime: atMinute(28), endedTime: atMinute(28) },
  ];

  it.each([
    ['before the segments', [...told, ...two]],
    ['after them', [...two, ...told]],
    ['the second show first', [...told.toReversed(), ...two.toReversed()]],
  ])('each of two shows has its own, told %s', (_, facts) => {
    const live = new StreamUnderTest({ recode: true }).hear(...facts).passTo(60);
    expect(live.current.map(({ liveRecording }) => liveRecording)).toMatchObject(recordings);
  });

  it('a start 10 minutes after a pause is another recording, also while the first is held open by its cycle', () => {
    const live = new StreamUnderTest().hear(started, segment('a', 0, 30), said('PAUSED', 40), said('STARTED', 50));
    expect(live.current.map((one) => [one.sessionId, one.liveRecording?.state])).toEqual([
      [sessionId(0), 'PAUSED'],
      [sessionId(50), 'RECORDING'],
    ]);
  });

  it('a start within the delay after a pause goes on with the recording', () => {
    const live = new StreamUnderTest().hear(started, said('PAUSED', 10), said('STARTED', 12));
    expect(live.only.liveRecording).toMatchObject({ startedTime: atMinute(2 * second), resumedTime: atMinute(12) });
  });

  const startsOf = (live: StreamUnderTest) => live.current.map(({ startTime }) => startTime);

  it.each([
    ['a minute before its first segment is its own', -1, [0]],
    ['more than a minute before is another recording', -1 - second, [-1 - second, 0]],
  ])('a start %s', (_, minute, starts) => {
    const live = new StreamUnderTest().hear(said('STARTED', minute), segment('a', 0, 8));
    expect(startsOf(live)).toEqual(starts.map(atMinute));
  });

  it('that minute is at most half the delay, so that it never reaches the show before', () => {
    const chosen = { policy: policy({ recording: { disconnectDelaySeconds: 60 } }) };
    const at = (minute: number) =>
      startsOf(new StreamUnderTest(chosen).hear(said('STARTED', minute), segment('a', 0, 8)));
    expect(at(-0.5)).toEqual([atMinute(0)]);
    expect(at(-0.5 - second)).toEqual([atMinute(-0.5 - second), atMinute(0)]);
  });

  it.each([
    ['the delay and a minute goes on', 4, 1],
    ['longer is another recording', 4 + second, 2],
  ])('a start after a pause of %s', (_, minutes, count) => {
    const live = new StreamUnderTest().hear(said('STARTED', 0), said('PAUSED', 10), said('STARTED', 10 + minutes));
    expect(live.sessions.size).toBe(count);
  });

  it.each([
    ['within the delay and two minutes is a copy', 5, 1],
    ['after more is another recording, whose pause was lost', 5 + second, 2],
  ])('a second start without a pause %s', (_, minutes, count) => {
    const live = new StreamUnderTest().hear(said('STARTED', 0), said('STARTED', minutes));
    expect(live.sessions.size).toBe(count);
  });

  it('a start in a show that has closed, within the delay and a minute after its end, is still its own', () => {
    const shows = (minute: number) =>
      new StreamUnderTest()
        .hear(segment('a', 0, 8))
        .passTo(20)
        .hear(said('STARTED', minute)).sessions.size;
    expect([shows(12), shows(12 + second)]).toEqual([1, 2]);
  });

  it('a pause just before a show is that of the show before', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8), segment('b', 20, 28), said('PAUSED', 19.5));
    expect(live.current.map(({ liveRecording }) => liveRecording?.pausedTime ?? null)).toEqual([atMinute(19.5), null]);
  });

  it('the id that Live gave leads to a session that begins half a minute later', () => {
    const live = new StreamUnderTest().hear(said('STARTED', -0.5), segment('a', 0, 8));
    expect(live.sessions.get(sessionId(-0.5))).toMatchObject({ status: 'MERGED', mergedInto: sessionId(0) });
  });

  it('what was said of a show stays when its callbacks are no longer held', () => {
    const live = new StreamUnderTest({ policy: policy({ composed: { compose: 'none' } }) });
    live.hear(...told, ...two).passTo((9 * dayMs) / minuteMs);
    expect(live.state?.liveEvents).toEqual([]);
    live.hear(segment('a', 0, 8, { videoRevision: 2, status: 'TRANSCODED' }));
    expect(live.current.map(({ liveRecording }) => liveRecording)).toMatchObject(recordings);
  });
});
