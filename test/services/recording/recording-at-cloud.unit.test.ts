import { describe, expect, it, onTestFinished } from 'vitest';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { applyRecording } from '../../../services/recording/apply.ts';
import { planRecording } from '../../../services/recording/plan.ts';
import { retriedCalls } from '../../../services/recording/retried-calls.ts';
import { readRecordingSetup } from '../../../services/recording/wanted.ts';
import { calmEmulator } from '../../emulator/world.ts';
import { quickPlatform } from '../jobs/crash-world.ts';

async function cloudOf() {
  const emulator = await calmEmulator();
  const cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
  });
  onTestFinished(() => cloud.close());
  return { cloud, emulator };
}

describe('a set-up at the cloud', () => {
  // Twenty times as fast as it would be: the emulator throttles by the wall clock.
  const retried = retriedCalls(quickPlatform(() => 0.5, 20));
  const domain = 'many.example.com';

  it('is applied to its end although the cloud throttles', async () => {
    const configs = Array.from({ length: 25 }, (_, n) => ({ domain, app: `app-${n}`, segments: 'g' }));
    const read = readRecordingSetup({ configs });
    if (!read.ok) return expect.fail(JSON.stringify(read.problems));
    const { cloud, emulator } = await cloudOf();
    const applied: string[] = [];
    const plan = await planRecording(cloud, read.setup, null, retried);
    await applyRecording(cloud, plan, retried, ({ name }) => applied.push(name));
    expect(applied.length).toBe(25);
    expect(emulator.ledger().calls.map((call) => call.outcome)).toContain('Throttling.User');
    const left = await planRecording(cloud, read.setup, null, retried);
    expect(new Set(left.changes.map((change) => change.kind))).toEqual(new Set(['keep']));
  });
});
