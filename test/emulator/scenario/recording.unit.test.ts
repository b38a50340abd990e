import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Push, record } from '../../../emulator/scenario/recording.ts';

const settings = { cycleSeconds: 1200, disconnectDelaySeconds: 180, endedBy: 'time-out' } as const;
const minutes = (from: number, to: number): Push => ({ startMs: from * 60_000, endMs: to * 60_000 });
const cuts = (pushes: Push[], cycleSeconds = 1200) =>
  record(pushes, { ...settings, cycleSeconds }).map((session) =>
    session.cuts.map((cut) => [cut.startMs / 60_000, cut.endMs / 60_000]),
  );

describe('what the recorder makes of a push history', () => {
  test('a one-hour show with a 20-minute cycle gives three videos', () => {
    expect(cuts([minutes(0, 60)])).toEqual([
      [
        [0, 20],
        [20, 40],
        [40, 60],
      ],
    ]);
  });

  test('38 minutes with a 30-minute cycle give 30 and 8 minutes', () => {
    expect(cuts([minutes(0, 38)], 1800)).toEqual([
      [
        [0, 30],
        [30, 38],
      ],
    ]);
  });

  test('a re-push within 180 s continues the same file', () => {
    const [session] = record([minutes(0, 5), minutes(8, 15)], settings);
    expect(session?.cuts).toEqual([{ startMs: 0, endMs: 15 * 60_000, mediaSeconds: 720, closedMs: 18 * 60_000 }]);
  });

  test('a re-push after more than 180 s is a second recording', () => {
    expect(cuts([minutes(0, 5), { startMs: 8 * 60_000 + 1000, endMs: 15 * 60_000 }])).toHaveLength(2);
  });

  test('a cycle that runs out while the stream is away leaves a gap', () => {
    expect(cuts([minutes(0, 19), minutes(21, 30)])).toEqual([
      [
        [0, 19],
        [21, 30],
      ],
    ]);
  });

  test('by command the last file is closed at once, by time-out after the delay', () => {
    const closed = (endedBy: 'command' | 'time-out') =>
      record([minutes(0, 25)], { ...settings, endedBy })[0]?.cuts.map((cut) => cut.closedMs / 60_000);
    expect(closed('command')).toEqual([20, 25]);
    expect(closed('time-out')).toEqual([20, 28]);
  });

  test('every pushed second is in exactly one file and no file is longer than a cycle', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 5000 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(lengths, (parts) => {
        let atMs = 0;
        const pushes = parts.map(([silence, length]) => {
          const startMs = atMs + silence * 1000;
          atMs = startMs + length * 1000;
          return { startMs, endMs: atMs };
        });
        const files = record(pushes, settings).flatMap((session) => session.cuts);
        const pushed = parts.reduce((sum, [, length]) => sum + length, 0);
        expect(files.reduce((sum, file) => sum + file.mediaSeconds, 0)).toBeCloseTo(pushed, 6);
        for (const [index, file] of files.entries()) {
          expect(file.endMs - file.startMs).toBeLessThanOrEqual(1_200_000);
          expect(file.startMs).toBeGreaterThanOrEqual(files[index - 1]?.endMs ?? 0);
          expect(file.closedMs).toBeGreaterThanOrEqual(file.endMs);
        }
      }),
      { numRuns: 200 },
    );
  });
});
