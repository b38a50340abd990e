/**
 * Nothing is composed before the session's end is certain, whatever a policy supposes of the cloud's cycle. The shows are
 * made up first, each file is told of when the recorder closes it, and each show must be composed once, as a whole.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Push, record } from '../../../emulator/scenario/recording.ts';
import { policyBook, type Recorded, readPolicies } from '../../../processors/policy/index.ts';
import { check } from '../../support/property.ts';
import { atMinute, minuteMs, StreamUnderTest, segment, startMs, stream } from './stream.ts';

const told = (cycleMinutes: number): Recorded => ({
  path: 'recording.configs[0]',
  domain: stream.domainName,
  app: '*',
  stream: '*',
  cycleSeconds: cycleMinutes * 60,
  disconnectDelaySeconds: 180,
  composes: false,
  segments: 'transcoded',
  composed: null,
  formats: [],
});

function composing(recording: { readonly cycleSeconds?: number }, recorded: readonly Recorded[] = []) {
  const read = readPolicies([{ recording, composed: { compose: 'pipeline' } }]);
  if (!read.ok) throw new Error('must be valid');
  return new StreamUnderTest({ policy: policyBook(read.rules, recorded).policyFor(stream) });
}

/** Files from minute to minute, told of at their end, or at the given minute. */
function heard(live: StreamUnderTest, ...files: readonly (readonly [from: number, to: number, closed?: number])[]) {
  for (const [index, [from, to, closed = to]] of files.entries()) {
    const ready = { status: 'TRANSCODED', sourceReadyTime: atMinute(closed) } as const;
    live.passTo(closed).hear(segment(`s${index}`, from, to, { ...ready, recordedTime: atMinute(closed) }));
  }
  return live;
}

/** The minute at which the last of so many jobs is ordered; none before it. */
function orderedAt(live: StreamUnderTest, from: number, jobs = 1): number | undefined {
  for (let minute = from; minute < from + 600; minute += 1) if (live.passTo(minute).jobs.length >= jobs) return minute;
  return undefined;
}

describe('nothing is composed before the end is certain', () => {
  it('a policy supposes cycles of an hour, the cloud cuts every 20 minutes: one composition, of all', () => {
    const live = heard(composing({ cycleSeconds: 3600 }), [0, 20], [20, 40], [40, 48, 51]);
    expect(orderedAt(live, 51)).toBe(51);
    expect(live.jobs.map(({ videoIds }) => videoIds)).toEqual([['s0', 's1', 's2']]);
  });

  it('a single short file says nothing of the end: what a policy supposes is waited for, or the file if it is longer', () => {
    expect(orderedAt(heard(composing({ cycleSeconds: 3600 }), [0, 20]), 20)).toBe(20 + 3 + 60 + 5);
    // It can be a cycle at the end of which the stream was away for as long as the delay.
    expect(orderedAt(heard(composing({ cycleSeconds: 300 }), [0, 20]), 20)).toBe(20 + 3 + (20 + 3) + 5);
    expect(orderedAt(heard(composing({}), [0, 20]), 20)).toBe(20 + 3 + 60 + 5);
  });

  it('unless the cloud was told the cycle: then it ends with the delay', () => {
    expect(orderedAt(heard(composing({}, [told(60)]), [0, 20]), 20)).toBe(20 + 3);
    expect(orderedAt(heard(composing({ cycleSeconds: 3600 }, [told(60)]), [0, 20]), 20)).toBe(20 + 3);
  });

  it('a tail that is heard of before the cycle before it is no show of its own: it waits while that cycle may come', () => {
    const live = heard(composing({}, [told(20)]), [0, 20], [40, 44], [20, 40, 47]);
    expect(orderedAt(live, 47)).toBe(47);
    expect(live.jobs.map(({ videoIds }) => videoIds)).toEqual([['s0', 's2', 's1']]);
    // If it never comes, then both are composed when it could have come at the latest: 20 + 3 + 20 + 5.
    const lost = heard(composing({}, [told(20)]), [0, 20], [40, 44]);
    expect(orderedAt(lost, 44, 2)).toBe(20 + 3 + 20 + 5);
    expect(orderedAt(heard(composing({}, [told(20)]), [0, 20], [40, 44]), 44)).toBe(48);
  });

  it('a show that begins when no cycle of the one before can come any more waits for nothing', () => {
    expect(orderedAt(heard(composing({}, [told(20)]), [0, 20], [49, 52]), 48)).toBe(48);
    expect(orderedAt(heard(composing({}, [told(20)]), [0, 20], [49, 52]), 52, 2)).toBe(52 + 3);
    // Nor after one that ended with a short file.
    expect(orderedAt(heard(composing({}, [told(20)]), [0, 8], [12, 16]), 16, 2)).toBe(16 + 3);
  });

  it('a file as long as one that went on after a pause says nothing either, though the cloud was told more', () => {
    const live = heard(composing({}, [told(60)]), [21, 40], [0, 18, 40]);
    expect(orderedAt(live, 40)).toBe(40 + 3 + 60 + 5);
    const tail = heard(composing({}, [told(60)]), [52, 70], [0, 50, 70]);
    expect(orderedAt(tail, 73)).toBe(73);
    const nearly = heard(composing({}, [told(60)]), [22, 22 + 17 - 3 / 60], [0, 20, 39]);
    expect(orderedAt(nearly, 39)).toBe(42);
  });

  it('without a gap a file shorter than any cycle was stopped by command, and says nothing of a cycle', () => {
    const live = heard(composing({}, [told(60)]), [4, 8], [0, 4, 8]);
    expect(orderedAt(live, 8)).toBe(8 + 3);
    expect(orderedAt(heard(composing({}), [0, 4], [4, 8]), 8)).toBe(8 + 3 + 60 + 5);
    // Five minutes are a cycle, as exactly as times are.
    expect(orderedAt(heard(composing({}), [0, 5 - 2 / 60], [5, 6]), 6)).toBe(6 + 3);
  });

  it('a time that cannot be true teaches nothing', () => {
    const live = composing({}).passTo(20);
    const ready = { status: 'TRANSCODED', sourceReadyTime: atMinute(20) } as const;
    const recording = { startTime: atMinute(10), endTime: Date.UTC(9999, 0, 1) };
    live.hear(segment('odd', 10, 20, { ...ready, recording, recordedTime: atMinute(20) }));
    live.hear(segment('b', 20, 26, ready)).passTo(26);
    expect(orderedAt(live, 26)).toBe(26 + 3 + 60 + 5);
  });

  it('any show in any cycle, whatever a policy supposes, is composed once, of all of its files', {
    timeout: 300_000,
  }, () => {
    const show = fc.record({
      rest: fc.integer({ min: 200, max: 20_000 }),
      parts: fc.array(
        fc.record({ pause: fc.integer({ min: 3, max: 178 }), seconds: fc.integer({ min: 60, max: 9000 }) }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
    });
    const cycle = fc.integer({ min: 5, max: 120 });
    const supposed = fc.option(cycle);
    check(
      'certain end',
      fc.property(
        fc.array(show, { minLength: 1, maxLength: 3 }),
        cycle,
        supposed,
        fc.boolean(),
        (plan, real, said, isTold) => {
          const pushes: Push[] = [];
          let atMs = startMs;
          for (const { rest, parts } of plan) {
            atMs += rest * 1000;
            for (const { pause, seconds } of parts) {
              pushes.push({ startMs: atMs, endMs: atMs + seconds * 1000 });
              atMs += (seconds + pause) * 1000;
            }
          }
          const settings = { cycleSeconds: real * 60, disconnectDelaySeconds: 180, endedBy: 'time-out' } as const;
          const played = record(pushes, settings);
          const files = played.flatMap(({ cuts }, session) =>
            cuts.map((cut, file) => ({ ...cut, id: `${session}.${file}` })),
          );
          const recording = said === null ? {} : { cycleSeconds: said * 60 };
          const live = isTold ? composing({}, [told(real)]) : composing(recording);
          for (const { startMs: fromMs, endMs, closedMs, id } of files.toSorted((a, b) => a.closedMs - b.closedMs)) {
            const minute = (ms: number) => (ms - startMs) / minuteMs;
            const times = { recordedTime: closedMs + 4000, sourceReadyTime: closedMs + 4000 };
            live.passTo(minute(closedMs + 4000));
            live.hear(segment(id, minute(fromMs), minute(endMs), { status: 'TRANSCODED', ...times }));
          }
          for (let hour = 0; hour < 80; hour += 1) live.passTo(hour * 60);
          // In which order is open: the end of an earlier show may be certain later.
          const shows = played.map(({ cuts }, session) => cuts.map((_, file) => `${session}.${file}`).join());
          expect(live.jobs).toHaveLength(shows.length);
          expect(new Set(live.jobs.map(({ videoIds }) => videoIds.join()))).toEqual(new Set(shows));
        },
      ),
    );
  });
});
