import { afterEach } from 'vitest';
import { type Emulator, type EmulatorOptions, type PlayOptions, startEmulator } from '../../emulator/index.ts';

const stops: (() => Promise<void>)[] = [];

/** Stops, in the order given, what a test has started, after the test. */
export function stopAfterTest(...stopping: (() => Promise<void>)[]): void {
  stops.push(...stopping);
}

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** An emulator on a free port that tells nobody, without chance in delivery or work unless knobs say otherwise. */
export async function calmEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    port: 0,
    ...options,
    knobs: {
      shuffleWindowMs: 1,
      lateRate: 0,
      duplicateRate: 0,
      resendGapMs: 1,
      renditionFailureRate: 0,
      auditBlockRate: 0,
      auditReviewRate: 0,
      jobCompression: 1e7,
      ...options.knobs,
    },
  });
  stopAfterTest(emulator.stop);
  return emulator;
}

/** One show that has been played to its end. */
export async function playedShow(
  practice: '1' | '2' | '3a' | '3b',
  options: EmulatorOptions = {},
  play: PlayOptions = {},
) {
  const emulator = await calmEmulator(options);
  emulator.play({ practices: [practice], shows: 1, compression: 1e7, ...play });
  await emulator.whenQuiet();
  return emulator;
}
