import { describe, expect, test } from 'vitest';
import { differences } from '../../cli/demo/compare.ts';
import { eventually } from '../support/eventually.ts';
import { plainPipeline } from './pipeline.ts';
import { startReceiver } from './receiver.ts';
import { calmEmulator, stopAfterTest } from './world.ts';

/**
 * The ledger and the processors come to the same truth by different ways: one knows the plan, the others only see
 * shuffled, repeated callbacks. No Kafka here; the demo holds the same comparison over the whole system.
 */
describe.each([20, 42])('what the processors make of an evening of seed %i', (seed) => {
  test('is what the ledger says, entity by entity', async () => {
    const pipeline = plainPipeline();
    const receiver = await startReceiver((_n, body) => {
      pipeline.callback(body);
      return 200;
    });
    const emulator = await calmEmulator({
      seed,
      callbackUrl: receiver.url,
      knobs: { shuffleWindowMs: 150, duplicateRate: 0.2, lateRate: 0.02, lateMs: 200, renditionFailureRate: 0.1 },
    });
    stopAfterTest(receiver.stop);
    emulator.play({ shows: 1, compression: 100_000 });
    const quiet = emulator.whenQuiet({ jobs: true });
    await eventually(async () => {
      await pipeline.runJobs(emulator);
      const { done, awaitingTranscode } = emulator.progress();
      return done && awaitingTranscode === 0;
    });
    await quiet;
    pipeline.settle();
    const ledger = emulator.ledger();
    expect(ledger.jobs.length).toBeGreaterThan(3);
    expect(differences(ledger, pipeline.videos, pipeline.sessions)).toEqual([]);
    for (const session of ledger.sessions) {
      expect(pipeline.sessions.get(session.sessionId)).toMatchObject({ status: session.status });
    }
  });
});
